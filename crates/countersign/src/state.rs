//! What a relying party remembers between `start` and `finish`.

mod kind;

use countersign_types::{
    AlgorithmIdentifier, Base64Url, CredentialId, Timestamp, UserHandle,
    enumerations::UserVerificationRequirement, extensions::ClientExtensionInputs,
};
use serde::{Deserialize, Serialize};

use crate::{
    extensions::{Extension, PaymentExpectation, RequestedExtensions},
    relying_party::RelyingParty,
};

pub use kind::CeremonyState;

/// The fewest bytes of a challenge that is issued here
/// ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).
pub const CHALLENGE_MIN: usize = 16;

/// Seconds that a response may arrive after the options' timeout: the client's clock started later than ours, and the
/// way back takes time.
const GRACE_SECONDS: i64 = 30;

/// The `mediation` with which the browser's `create()` is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mediation {
    /// The user is asked, and must be present.
    Modal,
    /// `conditional`: the user is not asked, and need not be present.
    Conditional,
}

/// A registration that was started: what its response is checked against.
///
/// It is used once: `finish_registration` takes it by value. Its serialised form holds no secret but the challenge; it
/// must come back from the relying party's own storage, never from the client, and must be removed from there before
/// `finish` whatever comes of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationState {
    version: Version,
    ceremony: RegistrationCeremony,
    pub(crate) challenge: Base64Url,
    pub(crate) rp_id: String,
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
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthenticationState {
    version: Version,
    ceremony: AuthenticationCeremony,
    pub(crate) challenge: Base64Url,
    pub(crate) rp_id: String,
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
    pub(crate) expires_at: Timestamp,
}

/// The version of the serialised states. A number in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
struct Version;

impl TryFrom<u8> for Version {
    type Error = &'static str;

    fn try_from(number: u8) -> Result<Self, Self::Error> {
        if number == 1 { Ok(Self) } else { Err("a ceremony state of an unknown version") }
    }
}

impl From<Version> for u8 {
    fn from(_: Version) -> Self {
        1
    }
}

/// One word each, so that the serialised state of one ceremony can't be read as the other's.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum RegistrationCeremony {
    #[serde(rename = "registration")]
    Registration,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
enum AuthenticationCeremony {
    #[serde(rename = "authentication")]
    Authentication,
}

impl RegistrationState {
    /// The state for a challenge that was issued elsewhere, such as by another service of the same relying party; `None`
    /// where the challenge is empty.
    ///
    /// Whoever issued it must have made it unpredictable, so have issued at least [`CHALLENGE_MIN`] bytes; shorter ones are
    /// taken here, because others issue them. That it is used once is for
    /// [`Unspent::new`](crate::Unspent::new) to see to. Policy is `rp`'s, as with
    /// [`start_registration`](RelyingParty::start_registration), which most callers want instead.
    pub fn expecting(
        rp: &RelyingParty,
        challenge: &[u8],
        user: UserHandle,
        mediation: Mediation,
        now: Timestamp,
    ) -> Option<Self> {
        (!challenge.is_empty()).then(|| Self {
            version: Version,
            ceremony: RegistrationCeremony::Registration,
            challenge: challenge.into(),
            rp_id: rp.id.clone(),
            user,
            user_verification: rp.policy.user_verification.clone(),
            mediation,
            algorithms: rp.policy.algorithms.iter().map(|algorithm| algorithm.identifier()).collect(),
            excluded: Vec::new(),
            extensions: RequestedExtensions::default(),
            origin: None,
            expires_at: expiry(rp, now),
        })
    }

    /// The same, refusing these credential IDs as registered already.
    pub fn excluding(mut self, ids: impl IntoIterator<Item = CredentialId>) -> Self {
        self.excluded.extend(ids);
        self
    }

    /// The same, where the options asked this of extensions.
    pub fn asking(mut self, inputs: &ClientExtensionInputs) -> Self {
        self.extensions = self.extensions.asking(inputs);
        self
    }

    /// The same, failing unless these extensions, which were asked for, have worked.
    pub fn requiring(mut self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        self.extensions = self.extensions.requiring(extensions);
        self
    }

    /// The same, for a ceremony that begins on this page or in this app: no other accepted origin may answer it.
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
    /// The state for a challenge that was issued elsewhere; `None` where the challenge is empty. `user` is the account,
    /// where it was identified before. See [`RegistrationState::expecting`].
    pub fn expecting(
        rp: &RelyingParty,
        challenge: &[u8],
        user: Option<UserHandle>,
        now: Timestamp,
    ) -> Option<Self> {
        (!challenge.is_empty()).then(|| Self {
            version: Version,
            ceremony: AuthenticationCeremony::Authentication,
            challenge: challenge.into(),
            rp_id: rp.id.clone(),
            user,
            user_verification: rp.policy.user_verification.clone(),
            allowed: Vec::new(),
            appid: rp.appid.clone(),
            extensions: RequestedExtensions::new(&with_appid(
                ClientExtensionInputs::new(),
                rp.appid.as_deref(),
            )),
            origin: None,
            expires_at: expiry(rp, now),
        })
    }

    /// The same, accepting these credential IDs alone: those that `allowCredentials` listed.
    pub fn allowing(mut self, ids: impl IntoIterator<Item = CredentialId>) -> Self {
        self.allowed.extend(ids);
        self
    }

    /// The same, where the options asked this of extensions. An `appid` among it takes the place of the relying party's.
    pub fn asking(mut self, inputs: &ClientExtensionInputs) -> Self {
        let inputs = with_appid(inputs.clone(), self.appid.as_deref());
        self.extensions = self.extensions.asking(&inputs);
        if let Ok(Some(appid)) = inputs.appid() {
            self.appid = Some(appid.to_owned());
        }
        self
    }

    /// The same, failing unless these extensions, which were asked for, have worked.
    pub fn requiring(mut self, extensions: impl IntoIterator<Item = Extension>) -> Self {
        self.extensions = self.extensions.requiring(extensions);
        self
    }

    /// The same, where this payment is to be confirmed.
    pub fn confirming(mut self, payment: impl Into<Option<PaymentExpectation>>) -> Self {
        self.extensions = self.extensions.confirming(payment.into());
        self
    }

    /// The same, for a ceremony that begins on this page or in this app: see [`RegistrationState::at_origin`].
    ///
    /// A payment that is [called from](PaymentExpectation::called_from) another's page is confirmed there, so that this can
    /// only name the same origin: where the two differ, no response passes.
    pub fn at_origin(mut self, origin: impl Into<String>) -> Self {
        self.origin = Some(origin.into());
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
