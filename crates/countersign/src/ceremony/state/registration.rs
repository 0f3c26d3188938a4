//! The state of a registration.

use core::fmt;

use countersign_types::{
    AlgorithmIdentifier, CredentialId, Timestamp, UserHandle,
    enumerations::UserVerificationRequirement,
    extensions::{ClientExtensionInputs, Extension},
};
use serde::{Deserialize, Serialize};

use crate::{
    ceremony::{
        challenge::{Challenge, stored},
        extensions::requested::RequestedExtensions,
        state::common::{VERSION, debug, expiry},
    },
    record::version::Version,
    relying_party::party::RelyingParty,
};

/// The `mediation` with which the browser's `create()` is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Mediation {
    /// The user is asked, and must be present.
    Modal,
    /// `conditional`: the user is not asked, and need not be present.
    Conditional {
        /// How long ago the account's owner may have signed in, by the policy that the ceremony was started under.
        seconds: u32,
    },
}

/// A registration that was started: what its response is checked against.
///
/// It is used once: `finish_registration` takes it by value. Its serialised form holds no secret but the challenge; it
/// must come back from the relying party's own storage, never from the client, and must be removed from there before
/// `finish` whatever comes of it. [`CeremonyState::from_json`] reads it back, and returns `state-invalid` for the state
/// of another kind of ceremony.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct RegistrationState {
    version: Version<VERSION>,
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
    /// Where the ceremony began, if no other accepted origin may answer.
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
            version: Version,
            challenge,
            rp_id: rp.id.clone(),
            purpose: rp.purpose.clone(),
            user,
            // Clients that don't ask the user don't verify the user (5.1.3): nothing could pass.
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

    pub(crate) fn with_excluded(mut self, ids: impl IntoIterator<Item = CredentialId>) -> Self {
        self.excluded.extend(ids);
        self
    }

    pub(crate) fn with_extensions(mut self, inputs: &ClientExtensionInputs) -> Self {
        self.extensions = self.extensions.with_extensions(inputs);
        self
    }

    pub(crate) fn with_required(mut self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        self.extensions = self.extensions.with_required(extensions);
        self
    }

    /// Binds the ceremony to the page or app that it begins on: no other accepted origin may answer it.
    ///
    /// For relying parties whose pages differ in what they let people do. The origin is compared exactly, as the client
    /// writes it, and besides must be one that the relying party accepts.
    pub fn with_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// The account that the credential will belong to.
    pub fn user(&self) -> &UserHandle {
        &self.user
    }

    /// When it can't be finished any more, and may be removed from storage.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// Shows what it is of, and neither the challenge nor the account: until the ceremony is over the first is a secret of the
/// two sides, and the second may say who is signing in.
impl fmt::Debug for RegistrationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "RegistrationState", &self.rp_id, self.expires_at)
    }
}
