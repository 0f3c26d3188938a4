//! What a relying party remembers between `start` and `finish`.

pub(crate) mod form;
pub(crate) mod kind;

use core::fmt;

use countersign_types::{
    AlgorithmIdentifier, CredentialId, Timestamp, UserHandle,
    enumerations::UserVerificationRequirement,
    extensions::{ClientExtensionInputs, Extension},
};
use serde::{Deserialize, Serialize};

use crate::{
    authentication::factor::AdditionalFactor,
    challenge::{Challenge, stored},
    extensions::{payment::PaymentExpectation, requested::RequestedExtensions},
    record::version::Version,
    relying_party::party::RelyingParty,
};

pub use form::StateError;
pub use kind::CeremonyState;

/// Seconds that a response may arrive after the options' timeout: the client's clock started later than ours, and the
/// way back takes time.
const GRACE_SECONDS: i64 = 30;

/// The version of the serialised states. Version 2 has the purpose. States live for minutes, so that earlier ones are not
/// read.
const VERSION: u8 = 2;

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

/// An authentication that was started: what its response is checked against. Used once, and kept, as
/// [`RegistrationState`] is.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct AuthenticationState {
    version: Version<VERSION>,
    #[serde(with = "stored")]
    pub(crate) challenge: Challenge,
    pub(crate) rp_id: String,
    pub(crate) purpose: String,
    /// The account, where it was identified before the ceremony.
    pub(crate) user: Option<UserHandle>,
    pub(crate) user_verification: UserVerificationRequirement,
    pub(crate) allowed: Vec<CredentialId>,
    pub(crate) appid: Option<String>,
    #[serde(default, skip_serializing_if = "RequestedExtensions::is_empty")]
    pub(crate) extensions: RequestedExtensions,
    /// Where the ceremony began, if no other accepted origin may answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<String>,
    /// The account whose owner a further factor was checked of, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) additional_factor: Option<UserHandle>,
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

    pub(crate) fn excluding(mut self, ids: impl IntoIterator<Item = CredentialId>) -> Self {
        self.excluded.extend(ids);
        self
    }

    pub(crate) fn asking(mut self, inputs: &ClientExtensionInputs) -> Self {
        self.extensions = self.extensions.asking(inputs);
        self
    }

    pub(crate) fn requiring(mut self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        self.extensions = self.extensions.requiring(extensions);
        self
    }

    /// Binds the ceremony to the page or app that it begins on: no other accepted origin may answer it.
    ///
    /// For relying parties whose pages differ in what they let people do. The origin is compared exactly, as the client
    /// writes it, and besides must be one that the relying party accepts.
    pub fn at_origin(mut self, origin: impl Into<String>) -> Self {
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

impl AuthenticationState {
    pub(crate) fn new(
        rp: &RelyingParty,
        challenge: Challenge,
        user: Option<UserHandle>,
        now: Timestamp,
    ) -> Self {
        Self {
            version: Version,
            challenge,
            rp_id: rp.id.clone(),
            purpose: rp.purpose.clone(),
            user,
            user_verification: rp.policy.user_verification.clone(),
            allowed: Vec::new(),
            appid: rp.appid.clone(),
            extensions: RequestedExtensions::new(&with_appid(
                ClientExtensionInputs::new(),
                rp.appid.as_deref(),
            )),
            origin: None,
            additional_factor: None,
            expires_at: expiry(rp, now),
        }
    }

    pub(crate) fn allowing(mut self, ids: impl IntoIterator<Item = CredentialId>) -> Self {
        self.allowed.extend(ids);
        self
    }

    /// An `appid` among the inputs takes the place of the relying party's.
    pub(crate) fn asking(mut self, inputs: &ClientExtensionInputs) -> Self {
        let inputs = with_appid(inputs.clone(), self.appid.as_deref());
        self.extensions = self.extensions.asking(&inputs);
        if let Ok(Some(appid)) = inputs.appid() {
            self.appid = Some(appid.to_owned());
        }
        self
    }

    pub(crate) fn requiring(mut self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        self.extensions = self.extensions.requiring(extensions);
        self
    }

    pub(crate) fn confirming(mut self, payment: impl Into<Option<PaymentExpectation>>) -> Self {
        self.extensions = self.extensions.confirming(payment.into());
        self
    }

    /// Binds the ceremony to the page or app that it begins on: see [`RegistrationState::at_origin`].
    ///
    /// A payment that is [called from](PaymentExpectation::called_from) another's page is confirmed there, so that this can
    /// only name the same origin: where the two differ, no response passes.
    pub fn at_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
        self
    }

    /// Notes that a further factor of the account's owner was checked, such as a password, before the ceremony or since:
    /// a credential that the user was never verified with then passes where user verification is required, and its record
    /// is updated to say that the user was. A factor of another account than the credential's changes nothing.
    ///
    /// Without it such a credential fails with `user-verification-not-initialized`
    /// ([section 4, `uvInitialized`](https://www.w3.org/TR/webauthn-3/#credential-record)).
    pub fn authorized_by(mut self, factor: &AdditionalFactor) -> Self {
        self.additional_factor = Some(factor.user().clone());
        self
    }

    /// The account, where it was identified before the ceremony.
    pub fn user(&self) -> Option<&UserHandle> {
        self.user.as_ref()
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

/// Shows what it is of, and neither the challenge nor the account: see [`RegistrationState`].
impl fmt::Debug for AuthenticationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "AuthenticationState", &self.rp_id, self.expires_at)
    }
}

pub(crate) fn debug(
    f: &mut fmt::Formatter<'_>,
    kind: &str,
    rp_id: &str,
    expires_at: Timestamp,
) -> fmt::Result {
    f.debug_struct(kind).field("rp_id", &rp_id).field("expires_at", &expires_at).finish_non_exhaustive()
}

/// What the options of an authentication ask of extensions where the relying party has an `AppID`.
pub(crate) fn with_appid(inputs: ClientExtensionInputs, appid: Option<&str>) -> ClientExtensionInputs {
    match appid {
        Some(appid) if !inputs.names().any(|name| name == "appid") => inputs.with_appid(appid),
        _ => inputs,
    }
}

fn expiry(rp: &RelyingParty, now: Timestamp) -> Timestamp {
    now.plus_seconds(i64::from(rp.policy.timeout_seconds)).plus_seconds(GRACE_SECONDS)
}

#[cfg(test)]
mod tests;
