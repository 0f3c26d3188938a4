//! The requests that start ceremonies: see
//! [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) and
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).

use countersign_types::extensions::{ClientExtensionInputs, Extension};
use countersign_types::{UserHandle, options::CredentialDescriptor};

use crate::ceremony::{
    challenge::Challenge, extensions::payment::PaymentExpectation, session::RecentSession,
};
use crate::relying_party::user::User;

/// The request of a registration, in addition to the relying party's policy: the argument of
/// [`RelyingParty::start_registration`](crate::RelyingParty::start_registration).
///
/// ```
/// # use countersign::{RegistrationRequest, Timestamp, User, UserHandle, ceremony::RecentSession};
/// # let user = User::new(UserHandle::new([7; 16]).unwrap(), "jo@example.org", "Jo");
/// # let (existing, signed_in_at) = ([], Timestamp::from_unix_seconds(0));
/// let session = RecentSession::vouched(user.handle.clone(), signed_in_at);
/// let request = RegistrationRequest::new(&user).with_excluded(&existing).with_conditional_mediation(session);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until a registration is started with it"]
pub struct RegistrationRequest<'a> {
    pub(super) user: &'a User,
    pub(super) existing: &'a [CredentialDescriptor],
    pub(super) session: Option<RecentSession>,
    pub(super) challenge: Option<Challenge>,
    pub(super) extensions: ClientExtensionInputs,
    pub(super) required: Vec<Extension>,
}

impl<'a> RegistrationRequest<'a> {
    /// Creates a request for a new credential of this account.
    pub fn new(user: &'a User) -> Self {
        Self {
            user,
            existing: &[],
            session: None,
            challenge: None,
            extensions: ClientExtensionInputs::new(),
            required: Vec::new(),
        }
    }
}

setters! {
    RegistrationRequest<'a>:

    /// Excludes the account's credentials, at most [`CREDENTIAL_LIST_MAX`](crate::ceremony::CREDENTIAL_LIST_MAX): an
    /// authenticator that has one of them creates no other.
    pub fn with_excluded(self, existing: &'a [CredentialDescriptor]) { self.existing = existing }

    /// Starts `create()` with mediation `conditional`: the browser may create a passkey without asking, in this session of
    /// the account's owner. The user need not be present, and is not verified: see
    /// [`ConditionalCreatePolicy`](crate::relying_party::policy::ConditionalCreatePolicy).
    ///
    /// The record's `uvInitialized` is false, so that the credential's first authentication under a policy that requires
    /// user verification needs a further factor:
    /// [`AuthenticationState::with_additional_factor`](crate::AuthenticationState::with_additional_factor).
    pub fn with_conditional_mediation(self, session: RecentSession) { self.session = Some(session) }

    /// Uses this challenge instead of a random one: the caller's own, or the one that another service issued, for
    /// [`RelyingParty::expect_registration`](crate::RelyingParty::expect_registration).
    pub fn with_challenge(self, challenge: Challenge) { self.challenge = Some(challenge) }

    /// Sets the extension inputs. Every registration asks for `credProps` in addition. If the relying party has an AppID and
    /// credentials are excluded, `appidExclude` is added.
    pub fn with_extensions(self, inputs: ClientExtensionInputs) { self.extensions = inputs }

    /// Requires a successful output of this extension, which the request must ask for:
    /// [`ExtensionPolicy`](crate::relying_party::policy::ExtensionPolicy) can require it in every ceremony.
    pub fn with_required(self, extension: Extension) { self.required.push(extension) }
}

/// The request of an authentication, in addition to the relying party's policy: the argument of
/// [`RelyingParty::start_authentication`](crate::RelyingParty::start_authentication).
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until an authentication is started with it"]
pub struct AuthenticationRequest<'a> {
    pub(super) user: Option<&'a UserHandle>,
    pub(super) credentials: &'a [CredentialDescriptor],
    pub(super) challenge: Option<Challenge>,
    pub(super) extensions: ClientExtensionInputs,
    pub(super) required: Vec<Extension>,
    pub(super) payment: Option<PaymentExpectation>,
}

impl<'a> AuthenticationRequest<'a> {
    /// Creates a request for one of this account's credentials: the user was identified before the ceremony, by a user name
    /// or a cookie.
    ///
    /// The list has at most [`CREDENTIAL_LIST_MAX`](crate::ceremony::CREDENTIAL_LIST_MAX) credentials. If it is empty, any
    /// discoverable credential of the account may answer.
    pub fn identified(user: &'a UserHandle, credentials: &'a [CredentialDescriptor]) -> Self {
        Self { user: Some(user), credentials, ..Self::discoverable() }
    }

    /// Creates a request for any discoverable credential: the response names the account by its user handle.
    pub fn discoverable() -> Self {
        Self {
            user: None,
            credentials: &[],
            challenge: None,
            extensions: ClientExtensionInputs::new(),
            required: Vec::new(),
            payment: None,
        }
    }
}

setters! {
    AuthenticationRequest<'a>:

    /// Uses this challenge instead of a random one: the caller's own, or the one that another service issued, for
    /// [`RelyingParty::expect_authentication`](crate::RelyingParty::expect_authentication).
    pub fn with_challenge(self, challenge: Challenge) { self.challenge = Some(challenge) }

    /// Sets the extension inputs. If the relying party has an AppID, `appid` is added.
    pub fn with_extensions(self, inputs: ClientExtensionInputs) { self.extensions = inputs }

    /// Requires a successful output of this extension, which the request must ask for:
    /// [`ExtensionPolicy`](crate::relying_party::policy::ExtensionPolicy) can require it in every ceremony.
    pub fn with_required(self, extension: Extension) { self.required.push(extension) }

    /// Requires that the user confirms this payment
    /// ([Secure Payment Confirmation](https://www.w3.org/TR/secure-payment-confirmation/)): the response is accepted only
    /// if signed client data has it. The page calls the Payment Request API instead of `get()`.
    pub fn with_payment(self, payment: PaymentExpectation) { self.payment = Some(payment) }
}
