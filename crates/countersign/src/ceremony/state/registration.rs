//! The state of a registration.

use core::fmt;

use countersign_types::extensions::{ClientExtensionInputs, Extension};
use countersign_types::{
    AlgorithmIdentifier, CredentialId, Timestamp, UserHandle, enumerations::UserVerificationRequirement,
};
use serde::{Deserialize, Serialize};

use crate::ceremony::challenge::{Challenge, stored};
use crate::ceremony::extensions::requested::RequestedExtensions;
use crate::ceremony::state::common::{VERSION, debug, expiry};
use crate::record::version::FormatVersion;
use crate::relying_party::party::RelyingParty;

/// The `mediation` with which the browser's `create()` is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Mediation {
    /// The user is asked, and must be present.
    Modal,
    /// The user is not asked, and need not be present: mediation `conditional`.
    Conditional {
        /// The longest accepted time since the sign-in of the account's owner, by the policy at the start.
        seconds: u32,
    },
}

/// The state of a started registration, which its response is checked against.
///
/// It is used once: `finish_registration` consumes it. Its serialised form holds no secret but the challenge. Keep it
/// in the relying party's own storage, never with the client, and remove it from there before the finish, whatever the
/// result. [`CeremonyState::from_json`](crate::ceremony::CeremonyState::from_json) reads it, and returns `state-invalid` for the state of another kind of
/// ceremony.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct RegistrationState {
    version: FormatVersion<VERSION>,
    #[serde(with = "stored")]
    pub(crate) challenge: Challenge,
    pub(crate) rp_id: String,
    pub(crate) purpose: String,
    pub(crate) user: UserHandle,
    pub(crate) user_verification: UserVerificationRequirement,
    pub(crate) mediation: Mediation,
    pub(crate) algorithms: Vec<AlgorithmIdentifier>,
    pub(crate) excluded: Vec<CredentialId>,
    #[serde(default, skip_serializing_if = "RequestedExtensions::is_empty")]
    pub(crate) extensions: RequestedExtensions,
    /// The only origin that may answer, if the ceremony is bound to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<String>,
    pub(crate) expires_at: Timestamp,
}

impl RegistrationState {
    pub(crate) fn new(
        rp: &RelyingParty,
        challenge: Challenge,
        user: UserHandle,
        mediation: Mediation,
        now: Timestamp,
    ) -> Self {
        Self {
            version: FormatVersion,
            challenge,
            rp_id: rp.id.clone(),
            purpose: rp.purpose.as_ref().to_owned(),
            user,
            // Clients that don't ask the user don't verify the user (5.1.3): a requirement would reject every response.
            user_verification: match mediation {
                Mediation::Modal => rp.policy.user_verification.clone(),
                Mediation::Conditional { .. } => UserVerificationRequirement::Preferred,
            },
            mediation,
            algorithms: rp.policy.algorithms.iter().map(|algorithm| algorithm.identifier()).collect(),
            excluded: Vec::new(),
            extensions: RequestedExtensions::default(),
            origin: None,
            expires_at: expiry(rp, now),
        }
    }
}

setters! {
    RegistrationState:

    pub(crate) fn with_excluded(self, ids: impl IntoIterator<Item = CredentialId>) {
        self.excluded.extend(ids)
    }

    pub(crate) fn with_extensions(self, inputs: &ClientExtensionInputs) {
        self.extensions = self.extensions.with_extensions(inputs)
    }

    pub(crate) fn with_required(self, extensions: impl IntoIterator<Item = Extension>) {
        self.extensions = self.extensions.with_required(extensions)
    }

    /// Binds the ceremony to the origin at which it starts: no other accepted origin may answer it.
    ///
    /// For relying parties whose origins have different permissions. The origin is compared exactly, as serialised by
    /// the client, and must also be accepted by the relying party.
    pub fn with_origin(self, origin: impl Into<String>) { self.origin = Some(origin.into()) }
}

impl RegistrationState {
    /// The account that the credential will belong to.
    pub fn user(&self) -> &UserHandle {
        &self.user
    }

    /// The time after which the ceremony can't be finished, and the state may be removed from storage.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// Prints neither the challenge, which is a secret of the two sides until the ceremony is over, nor the account, which
/// may identify the user.
impl fmt::Debug for RegistrationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "RegistrationState", &self.rp_id, self.expires_at)
    }
}
