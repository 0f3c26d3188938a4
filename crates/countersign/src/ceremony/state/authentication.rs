//! The state of an authentication.

use core::fmt;

use countersign_types::extensions::{ClientExtensionInputs, Extension};
use countersign_types::{CredentialId, Timestamp, UserHandle, enumerations::UserVerificationRequirement};

use crate::ceremony::authentication::factor::AdditionalFactor;
use crate::ceremony::challenge::{Challenge, stored};
use crate::ceremony::extensions::{payment::PaymentExpectation, requested::RequestedExtensions};
use crate::ceremony::state::common::{VERSION, debug, expiry};
use crate::{record::version::FormatVersion, relying_party::party::RelyingParty};

/// The state of a started authentication, which its response is checked against. It is used once, and kept like a
/// [`RegistrationState`](crate::RegistrationState).
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct AuthenticationState {
    version: FormatVersion<VERSION>,
    #[serde(with = "stored")]
    pub(crate) challenge: Challenge,
    pub(crate) rp_id: String,
    pub(crate) purpose: String,
    /// The account, if it was identified before the ceremony.
    pub(crate) user: Option<UserHandle>,
    pub(crate) user_verification: UserVerificationRequirement,
    pub(crate) allowed: Vec<CredentialId>,
    pub(crate) appid: Option<String>,
    #[serde(default, skip_serializing_if = "RequestedExtensions::is_empty")]
    pub(crate) extensions: RequestedExtensions,
    /// The only origin that may answer, if the ceremony is bound to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<String>,
    /// The account for whose owner a further factor was checked, if one was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) additional_factor: Option<UserHandle>,
    pub(crate) expires_at: Timestamp,
}

impl AuthenticationState {
    pub(crate) fn new(
        rp: &RelyingParty,
        challenge: Challenge,
        user: Option<UserHandle>,
        now: Timestamp,
    ) -> Self {
        Self {
            version: FormatVersion,
            challenge,
            rp_id: rp.id.clone(),
            purpose: rp.purpose.as_ref().to_owned(),
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
}

setters! {
    AuthenticationState:

    pub(crate) fn with_allowed(self, ids: impl IntoIterator<Item = CredentialId>) { self.allowed.extend(ids) }

    pub(crate) fn with_required(self, extensions: impl IntoIterator<Item = Extension>) {
        self.extensions = self.extensions.with_required(extensions)
    }

    pub(crate) fn with_payment(self, payment: impl Into<Option<PaymentExpectation>>) {
        self.extensions = self.extensions.with_payment(payment.into())
    }

    /// Binds the ceremony to the origin at which it starts: see [`RegistrationState::with_origin`](crate::RegistrationState::with_origin).
    ///
    /// A payment with a [caller's origin](PaymentExpectation::with_caller_origin) is confirmed there, so both must be
    /// the same origin: otherwise no response is accepted.
    pub fn with_origin(self, origin: impl Into<String>) { self.origin = Some(origin.into()) }

    /// Notes that a further factor of the account's owner was checked, such as a password. A credential that was never
    /// used with user verification is then accepted even if user verification is required, and its record is updated to
    /// say that the user was verified. A factor of another account has no effect.
    ///
    /// Without a factor, such a credential fails with `user-verification-not-initialized` ([section 4,
    /// `uvInitialized`](https://www.w3.org/TR/webauthn-3/#credential-record)).
    pub fn with_additional_factor(self, factor: &AdditionalFactor) {
        self.additional_factor = Some(factor.user().clone())
    }
}

impl AuthenticationState {
    /// An `appid` among the inputs replaces the relying party's.
    pub(crate) fn with_extensions(mut self, inputs: &ClientExtensionInputs) -> Self {
        let inputs = with_appid(inputs.clone(), self.appid.as_deref());
        self.extensions = self.extensions.with_extensions(&inputs);
        if let Ok(Some(appid)) = inputs.appid() {
            self.appid = Some(appid.to_owned());
        }
        self
    }

    /// The account, if it was identified before the ceremony.
    pub fn user(&self) -> Option<&UserHandle> {
        self.user.as_ref()
    }

    /// The time after which the ceremony can't be finished, and the state may be removed from storage.
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// Prints neither the challenge nor the account: see [`RegistrationState`](crate::RegistrationState).
impl fmt::Debug for AuthenticationState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "AuthenticationState", &self.rp_id, self.expires_at)
    }
}

/// Adds the relying party's AppID to the extension inputs of an authentication, unless they have one.
pub(crate) fn with_appid(inputs: ClientExtensionInputs, appid: Option<&str>) -> ClientExtensionInputs {
    match appid {
        Some(appid) if !inputs.names().any(|name| name == "appid") => inputs.with_appid(appid),
        _ => inputs,
    }
}
