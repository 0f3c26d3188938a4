//! Beginning a ceremony: what it asks for, and the first two steps of
//! [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) and
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).

use core::fmt;

use countersign_types::{
    CreationOptions, RequestOptions, Timestamp, UserHandle,
    enumerations::UserVerificationRequirement,
    extensions::{ClientExtensionInputs, Extension},
    identifiers::CREDENTIAL_ID_MAX,
    options::{AuthenticatorSelection, CredentialDescriptor, RpEntity, UserEntity},
};

use crate::{
    ceremony::{
        challenge::{CHALLENGE_MIN, Challenge},
        entropy::{Entropy, EntropyUnavailable},
        extensions::{
            payment::PaymentExpectation,
            start::{self, ExtensionMisuse},
        },
        session::RecentSession,
        single_use::unspent::Unspent,
        state::{
            authentication::{AuthenticationState, with_appid},
            registration::{Mediation, RegistrationState},
        },
        step_up::BoundAuthenticationState,
    },
    relying_party::{
        blank::is_blank,
        party::RelyingParty,
        policy::{choices::UnverifiedDiscoverable, conditional_create::ConditionalCreatePolicy},
        user::User,
    },
};

/// The most credentials that options may list. Chromium refuses options with more
/// (`kPublicKeyCredentialDescriptorListMaxSize`); authenticators are asked one batch after the other, so that a long
/// list is slow.
pub const CREDENTIAL_LIST_MAX: usize = 64;

/// What a registration asks for, beyond what the relying party's policy says: see
/// [`RelyingParty::begin_registration`].
///
/// ```
/// # use countersign::{RegistrationRequest, Timestamp, User, UserHandle, ceremony::RecentSession};
/// # let user = User::new(UserHandle::new([7; 16]).unwrap(), "jo@example.org", "Jo");
/// # let (existing, signed_in_at) = ([], Timestamp::from_unix_seconds(0));
/// let session = RecentSession::vouched(user.handle.clone(), signed_in_at);
/// let request = RegistrationRequest::new(&user).excluding(&existing).conditional(session);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until a registration is begun with it"]
pub struct RegistrationRequest<'a> {
    user: &'a User,
    existing: &'a [CredentialDescriptor],
    session: Option<RecentSession>,
    challenge: Option<Challenge>,
    extensions: ClientExtensionInputs,
    required: Vec<Extension>,
}

impl<'a> RegistrationRequest<'a> {
    /// A new credential for this account.
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

    /// The account's credentials, at most [`CREDENTIAL_LIST_MAX`]: an authenticator that has one of them won't make
    /// another.
    pub fn excluding(mut self, existing: &'a [CredentialDescriptor]) -> Self {
        self.existing = existing;
        self
    }

    /// For `create()` with mediation `conditional`: the browser may make a passkey without asking, in this session of the
    /// account's owner. The user need not be present, and is not verified: see [`ConditionalCreatePolicy`].
    ///
    /// The record's `uvInitialized` is false, so that the credential's first authentication under a policy that requires
    /// user verification takes a further factor:
    /// [`AuthenticationState::authorized_by`](crate::AuthenticationState::authorized_by).
    pub fn conditional(mut self, session: RecentSession) -> Self {
        self.session = Some(session);
        self
    }

    /// With this challenge in place of a random one: the caller's own, or the one that another service issued, for
    /// [`RelyingParty::expect_registration`].
    pub fn challenge(mut self, challenge: Challenge) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// Asks this of extensions, besides `credProps`, which every registration asks for.
    pub fn extensions(mut self, inputs: ClientExtensionInputs) -> Self {
        self.extensions = inputs;
        self
    }

    /// Fails the ceremony unless this extension, which it must ask for, has worked: see
    /// [`ExtensionPolicy::require`](crate::relying_party::policy::ExtensionPolicy::require), which says it of every ceremony.
    pub fn requiring(mut self, extension: Extension) -> Self {
        self.required.push(extension);
        self
    }
}

/// Whose credential is asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Accounts<'a> {
    /// The user was identified before the ceremony, by a user name or a cookie: one of this account's credentials.
    Identified {
        /// The account.
        user: &'a UserHandle,
        /// Its credentials; where the list is empty, any discoverable one of the account may answer.
        credentials: &'a [CredentialDescriptor],
    },
    /// Nobody was identified before: the response says by its user handle which account it is.
    Discoverable,
}

/// What an authentication asks for, beyond what the relying party's policy says: see
/// [`RelyingParty::begin_authentication`].
#[derive(Debug, Clone)]
#[must_use = "a request does nothing until an authentication is begun with it"]
pub struct AuthenticationRequest<'a> {
    user: Option<&'a UserHandle>,
    credentials: &'a [CredentialDescriptor],
    challenge: Option<Challenge>,
    extensions: ClientExtensionInputs,
    required: Vec<Extension>,
    payment: Option<PaymentExpectation>,
}

impl<'a> AuthenticationRequest<'a> {
    /// The user was identified before the ceremony, by a user name or a cookie: one of this account's credentials, at
    /// most [`CREDENTIAL_LIST_MAX`]. Where the list is empty, any discoverable one of the account may answer.
    pub fn identified(user: &'a UserHandle, credentials: &'a [CredentialDescriptor]) -> Self {
        Self { user: Some(user), credentials, ..Self::discoverable() }
    }

    /// Nobody was identified before: the response says by its user handle which account it is.
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

    /// With this challenge in place of a random one: the caller's own, or the one that another service issued, for
    /// [`RelyingParty::expect_authentication`].
    pub fn challenge(mut self, challenge: Challenge) -> Self {
        self.challenge = Some(challenge);
        self
    }

    /// Asks this of extensions, besides `appid` where the relying party has an `AppID`.
    pub fn extensions(mut self, inputs: ClientExtensionInputs) -> Self {
        self.extensions = inputs;
        self
    }

    /// Fails the ceremony unless this extension, which it must ask for, has worked: see
    /// [`ExtensionPolicy::require`](crate::relying_party::policy::ExtensionPolicy::require), which says it of every ceremony.
    pub fn requiring(mut self, extension: Extension) -> Self {
        self.required.push(extension);
        self
    }

    /// Has the person confirm this payment
    /// ([Secure Payment Confirmation](https://www.w3.org/TR/secure-payment-confirmation/)): the response is accepted only
    /// where signed client data says so. The page calls the Payment Request API in place of `get()`.
    pub fn confirming(mut self, payment: PaymentExpectation) -> Self {
        self.payment = Some(payment);
        self
    }
}

impl<'a> From<Accounts<'a>> for AuthenticationRequest<'a> {
    fn from(accounts: Accounts<'a>) -> Self {
        match accounts {
            Accounts::Identified { user, credentials } => Self::identified(user, credentials),
            Accounts::Discoverable => Self::discoverable(),
        }
    }
}

impl RelyingParty {
    /// Steps 1 and 2 of a registration: options for `navigator.credentials.create()`, and the state to finish with.
    pub fn begin_registration(
        &self,
        mut request: RegistrationRequest<'_>,
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(CreationOptions, RegistrationState), StartError> {
        if is_blank(&request.user.name) {
            return Err(StartError::UserNameEmpty);
        }
        request.extensions = request.extensions.with_cred_props();
        let challenge = issued(request.challenge.take(), entropy)?;
        self.registration(request, challenge, now)
    }

    /// Steps 1 and 2 of an authentication: options for `navigator.credentials.get()`, and the state to finish with.
    pub fn begin_authentication(
        &self,
        mut request: AuthenticationRequest<'_>,
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(RequestOptions, AuthenticationState), StartError> {
        let challenge = issued(request.challenge.take(), entropy)?;
        self.authentication(request, challenge, now)
    }

    /// The state of a registration whose options another service of the same relying party issued, with the challenge of
    /// the request.
    ///
    /// It is held to all that [`begin_registration`](Self::begin_registration) is, a recent session for a
    /// [conditional](RegistrationRequest::conditional) one among it. The request says what the options asked of
    /// extensions, `credProps` too. Whether the challenge was used before is not known here, so the state must be
    /// [spent](Unspent::spend) before the registration is finished.
    pub fn expect_registration(
        &self,
        mut request: RegistrationRequest<'_>,
        now: Timestamp,
    ) -> Result<Unspent<RegistrationState>, StartError> {
        let challenge = request.challenge.take().ok_or(StartError::ChallengeMissing)?;
        let (_, state) = self.registration(request, challenge, now)?;
        Ok(Unspent::new(state))
    }

    /// The state of an authentication whose options another service of the same relying party issued, with the challenge
    /// of the request: see [`expect_registration`](Self::expect_registration).
    pub fn expect_authentication(
        &self,
        mut request: AuthenticationRequest<'_>,
        now: Timestamp,
    ) -> Result<Unspent<AuthenticationState>, StartError> {
        let challenge = request.challenge.take().ok_or(StartError::ChallengeMissing)?;
        let (_, state) = self.authentication(request, challenge, now)?;
        Ok(Unspent::new(state))
    }

    fn registration(
        &self,
        request: RegistrationRequest<'_>,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<(CreationOptions, RegistrationState), StartError> {
        let RegistrationRequest { user, existing, session, challenge: _, extensions, required } = request;
        let mediation = self.mediation(user, session.as_ref(), now)?;
        credential_list(existing)?;
        start::registration(self, &extensions)?;
        let state = RegistrationState::new(self, challenge, user.handle.clone(), mediation, now)
            .excluding(existing.iter().map(|credential| credential.id.clone()))
            .asking(&extensions)
            .requiring(required);
        start::required(&state.extensions)?;
        let mut selection =
            AuthenticatorSelection::new(self.policy.resident_key.clone(), state.user_verification.clone());
        selection.authenticator_attachment.clone_from(&self.policy.attachment);
        let mut options = CreationOptions::new(
            RpEntity::new(self.id.clone(), self.name.clone()),
            UserEntity::new(user.handle.clone(), user.name.clone(), user.display_name.clone()),
            state.challenge.to_base64url(),
            self.credential_parameters(),
        );
        options.timeout = Some(self.timeout_milliseconds());
        options.exclude_credentials = existing.to_vec();
        options.authenticator_selection = Some(selection);
        options.attestation = self.policy.attestation_conveyance.clone();
        options.extensions = extensions;
        Ok((options, state))
    }

    fn authentication(
        &self,
        request: AuthenticationRequest<'_>,
        challenge: Challenge,
        now: Timestamp,
    ) -> Result<(RequestOptions, AuthenticationState), StartError> {
        let AuthenticationRequest { user, credentials, challenge: _, extensions, required, payment } =
            request;
        let is_verified = self.policy.user_verification == UserVerificationRequirement::Required;
        if user.is_none()
            && !is_verified
            && self.policy.unverified_discoverable == UnverifiedDiscoverable::Refused
        {
            return Err(StartError::DiscoverableWithoutUserVerification);
        }
        credential_list(credentials)?;
        let extensions = with_appid(extensions, self.appid.as_deref());
        start::authentication(self, &extensions, credentials)?;
        payment.iter().try_for_each(|payment| start::payment(self, payment, credentials))?;
        let state = AuthenticationState::new(self, challenge, user.cloned(), now)
            .allowing(credentials.iter().map(|credential| credential.id.clone()))
            .asking(&extensions)
            .requiring(required)
            .confirming(payment);
        start::required(&state.extensions)?;
        let mut options = RequestOptions::new(state.challenge.to_base64url());
        options.timeout = Some(self.timeout_milliseconds());
        options.rp_id = Some(self.id.clone());
        options.allow_credentials = credentials.to_vec();
        options.user_verification = self.policy.user_verification.clone();
        options.extensions = extensions;
        Ok((options, state))
    }

    /// [`begin_registration`](Self::begin_registration) of a request that excludes the account's credentials.
    pub fn start_registration(
        &self,
        user: &User,
        existing: &[CredentialDescriptor],
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(CreationOptions, RegistrationState), StartError> {
        self.begin_registration(RegistrationRequest::new(user).excluding(existing), entropy, now)
    }

    /// The same with mediation `conditional`: see [`RegistrationRequest::conditional`].
    pub fn start_conditional_registration(
        &self,
        user: &User,
        existing: &[CredentialDescriptor],
        session: RecentSession,
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(CreationOptions, RegistrationState), StartError> {
        let request = RegistrationRequest::new(user).excluding(existing).conditional(session);
        self.begin_registration(request, entropy, now)
    }

    /// [`begin_authentication`](Self::begin_authentication) of a request for nothing but the accounts.
    pub fn start_authentication(
        &self,
        accounts: Accounts<'_>,
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(RequestOptions, AuthenticationState), StartError> {
        self.begin_authentication(accounts.into(), entropy, now)
    }
}

impl RelyingParty {
    /// As [`begin_authentication`](Self::begin_authentication), for this data: what the user is about to confirm, all of
    /// it, in one encoding that is the same at `finish`.
    ///
    /// The policy is the relying party's. Where a stronger check is wanted than for a sign-in, use one whose user
    /// verification is required.
    pub fn begin_bound_authentication(
        &self,
        request: AuthenticationRequest<'_>,
        data: &[u8],
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(RequestOptions, BoundAuthenticationState), StartError> {
        let (mut options, state) = self.begin_authentication(request, entropy, now)?;
        let state = BoundAuthenticationState::binding(state, data);
        options.challenge = state.state().challenge.to_base64url();
        Ok((options, state))
    }

    /// Without asking the user only in a session of the account's owner, and as recent as the policy has it.
    fn mediation(
        &self,
        user: &User,
        session: Option<&RecentSession>,
        now: Timestamp,
    ) -> Result<Mediation, StartError> {
        let Some(session) = session else { return Ok(Mediation::Modal) };
        let ConditionalCreatePolicy::AfterSignIn { seconds } = self.policy.conditional_create else {
            return Err(StartError::ConditionalCreateRefused);
        };
        if !session.is_of(&user.handle) {
            return Err(StartError::SessionOfAnotherAccount);
        }
        if !session.is_within(seconds, now) {
            return Err(StartError::SessionNotRecent { seconds });
        }
        Ok(Mediation::Conditional { seconds })
    }
}

/// The challenge to issue: the request's, or a random one.
fn issued(chosen: Option<Challenge>, entropy: &mut impl Entropy) -> Result<Challenge, StartError> {
    match chosen {
        Some(short) if short.is_short() => {
            Err(StartError::ChallengeTooShort { length: short.as_bytes().len() })
        }
        Some(chosen) => Ok(chosen),
        None => Ok(Challenge::random(entropy)?),
    }
}

/// `excludeCredentials` or `allowCredentials`
/// ([section 5.8.3](https://www.w3.org/TR/webauthn-3/#dictionary-credential-descriptor)): a client that is handed a
/// list that can't be right fails late and says little.
fn credential_list(credentials: &[CredentialDescriptor]) -> Result<(), StartError> {
    let count = credentials.len();
    if count > CREDENTIAL_LIST_MAX {
        return Err(StartError::TooManyCredentials { count });
    }
    for (position, credential) in credentials.iter().enumerate() {
        let length = credential.id.as_bytes().len();
        if length > CREDENTIAL_ID_MAX {
            return Err(StartError::CredentialIdTooLong { length });
        }
        if credentials.iter().take(position).any(|earlier| earlier.id == credential.id) {
            return Err(StartError::DuplicateCredential { position });
        }
    }
    Ok(())
}

/// A ceremony that can't start: the caller asked for what can't be, or had no random bytes. No step of the
/// specification failed, and there is no response to blame, hence no code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The source of random bytes has none.
    Entropy(EntropyUnavailable),
    /// The list of credentials has more than [`CREDENTIAL_LIST_MAX`].
    TooManyCredentials {
        /// How many it has.
        count: usize,
    },
    /// The list of credentials has an ID of more than 1023 bytes, which no authenticator made.
    CredentialIdTooLong {
        /// How many bytes the ID has.
        length: usize,
    },
    /// The policy lets no browser make credentials without asking.
    ConditionalCreateRefused,
    /// The session in which a credential is to be made without asking is another account's.
    SessionOfAnotherAccount,
    /// The account's owner signed in longer ago than a credential may be made without asking.
    SessionNotRecent {
        /// How long ago it may be, in seconds.
        seconds: u32,
    },
    /// The list of credentials has an ID twice.
    DuplicateCredential {
        /// Where it is for the second time, from 0.
        position: usize,
    },
    /// The account has no name, or nothing of it is seen. It is what clients show of an account
    /// ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)), and some refuse an empty one
    /// after they have asked the user. A display name may be empty.
    UserNameEmpty,
    /// Nobody was identified before the ceremony, user verification is not required, and the policy doesn't say that this
    /// is meant: see [`UnverifiedDiscoverable`].
    DiscoverableWithoutUserVerification,
    /// A challenge to issue has fewer than [`CHALLENGE_MIN`] bytes.
    ChallengeTooShort {
        /// How many bytes it has.
        length: usize,
    },
    /// The request to expect a response names no challenge that was issued.
    ChallengeMissing,
    /// The ceremony can't ask this of extensions.
    Extension(ExtensionMisuse),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entropy(cause) => cause.fmt(f),
            Self::Extension(cause) => cause.fmt(f),
            Self::TooManyCredentials { count } => {
                write!(f, "{count} credentials are listed, at most {CREDENTIAL_LIST_MAX} expected")
            }
            Self::CredentialIdTooLong { length } => {
                write!(f, "a credential id of {length} bytes is listed, at most {CREDENTIAL_ID_MAX} expected")
            }
            Self::ConditionalCreateRefused => {
                f.write_str("a credential is to be made without asking, and the policy refuses that")
            }
            Self::SessionOfAnotherAccount => {
                f.write_str("a credential is to be made without asking, in another account's session")
            }
            Self::SessionNotRecent { seconds } => {
                write!(
                    f,
                    "a credential is to be made without asking, more than {seconds} seconds after signing in"
                )
            }
            Self::UserNameEmpty => f.write_str("the account has no name that can be seen"),
            Self::DiscoverableWithoutUserVerification => f.write_str(
                "no user is identified before the ceremony, and the policy does not require user verification",
            ),
            Self::ChallengeTooShort { length } => {
                write!(f, "a challenge of {length} bytes is to be issued, at least {CHALLENGE_MIN} expected")
            }
            Self::ChallengeMissing => f.write_str("the request does not name the challenge that was issued"),
            Self::DuplicateCredential { position } => {
                write!(f, "the credential at position {position} of the list is listed before")
            }
        }
    }
}

impl core::error::Error for StartError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Entropy(cause) => Some(cause),
            Self::Extension(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<EntropyUnavailable> for StartError {
    fn from(cause: EntropyUnavailable) -> Self {
        Self::Entropy(cause)
    }
}

impl From<ExtensionMisuse> for StartError {
    fn from(cause: ExtensionMisuse) -> Self {
        Self::Extension(cause)
    }
}

#[cfg(test)]
mod tests;
