//! Starting a ceremony: the first two steps of
//! [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) and
//! [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion).

use countersign_types::options::{AuthenticatorSelection, CredentialDescriptor, RpEntity, UserEntity};
use countersign_types::{
    CreationOptions, RequestOptions, Timestamp, enumerations::UserVerificationRequirement,
    identifiers::CREDENTIAL_ID_MAX,
};

use crate::ceremony::request::{AuthenticationRequest, RegistrationRequest};
use crate::ceremony::start_error::{CREDENTIAL_LIST_MAX, StartError};
use crate::ceremony::state::authentication::{AuthenticationState, with_appid};
use crate::ceremony::state::registration::{Mediation, RegistrationState};
use crate::ceremony::{
    challenge::Challenge, entropy::Entropy, extensions::start, session::RecentSession,
    single_use::unspent::Unspent, step_up::BoundAuthenticationState,
};
use crate::relying_party::policy::choices::UnverifiedDiscoverable;
use crate::relying_party::policy::conditional_create::ConditionalCreatePolicy;
use crate::relying_party::{blank::is_blank, party::RelyingParty, user::User};

impl RelyingParty {
    /// Starts a registration, steps 1 and 2: returns options for `navigator.credentials.create()`, and the state to finish
    /// with.
    pub fn start_registration(
        &self,
        mut request: RegistrationRequest<'_>,
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(CreationOptions, RegistrationState), StartError> {
        if is_blank(&request.user.name) {
            return Err(StartError::UserNameEmpty);
        }
        request.extensions = request.extensions.with_cred_props();
        if let Some(appid) = &self.appid
            && !request.existing.is_empty()
            && !request.extensions.names().any(|name| name == "appidExclude")
        {
            request.extensions = request.extensions.with_appid_exclude(appid);
        }
        let challenge = issued(request.challenge.take(), entropy)?;
        self.registration(request, challenge, now)
    }

    /// Starts an authentication, steps 1 and 2: returns options for `navigator.credentials.get()`, and the state to finish
    /// with.
    pub fn start_authentication(
        &self,
        mut request: AuthenticationRequest<'_>,
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(RequestOptions, AuthenticationState), StartError> {
        let challenge = issued(request.challenge.take(), entropy)?;
        self.authentication(request, challenge, now)
    }

    /// Creates the state of a registration whose options another service of the same relying party issued, with the
    /// challenge of the request.
    ///
    /// The rules are those of [`start_registration`](Self::start_registration), including the recent session for
    /// [conditional mediation](RegistrationRequest::with_conditional_mediation). The request has the extension inputs of the
    /// options, including `credProps`. The state must be [spent](Unspent::spend) before the registration is finished,
    /// because the challenge may have been used before.
    pub fn expect_registration(
        &self,
        mut request: RegistrationRequest<'_>,
        now: Timestamp,
    ) -> Result<Unspent<RegistrationState>, StartError> {
        let challenge = request.challenge.take().ok_or(StartError::ChallengeMissing)?;
        let (_, state) = self.registration(request, challenge, now)?;
        Ok(Unspent::new(state))
    }

    /// Creates the state of an authentication whose options another service of the same relying party issued, with the
    /// challenge of the request: see [`expect_registration`](Self::expect_registration).
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
            .with_excluded(existing.iter().map(|credential| credential.id.clone()))
            .with_extensions(&extensions)
            .with_required(required);
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
            && self.policy.unverified_discoverable == UnverifiedDiscoverable::Reject
        {
            return Err(StartError::DiscoverableWithoutUserVerification);
        }
        credential_list(credentials)?;
        let extensions = with_appid(extensions, self.appid.as_deref());
        start::authentication(self, &extensions, credentials)?;
        payment.iter().try_for_each(|payment| start::payment(self, payment, credentials))?;
        let state = AuthenticationState::new(self, challenge, user.cloned(), now)
            .with_allowed(credentials.iter().map(|credential| credential.id.clone()))
            .with_extensions(&extensions)
            .with_required(required)
            .with_payment(payment);
        start::required(&state.extensions)?;
        let mut options = RequestOptions::new(state.challenge.to_base64url());
        options.timeout = Some(self.timeout_milliseconds());
        options.rp_id = Some(self.id.clone());
        options.allow_credentials = credentials.to_vec();
        options.user_verification = self.policy.user_verification.clone();
        options.extensions = extensions;
        Ok((options, state))
    }

    /// Starts an authentication that confirms `data`: everything that the user is about to confirm, in one encoding that is
    /// the same at the finish.
    ///
    /// The policy is the relying party's. For a stronger check than at sign-in, use a relying party whose policy requires
    /// user verification.
    pub fn start_bound_authentication(
        &self,
        request: AuthenticationRequest<'_>,
        data: &[u8],
        entropy: &mut impl Entropy,
        now: Timestamp,
    ) -> Result<(RequestOptions, BoundAuthenticationState), StartError> {
        let (mut options, state) = self.start_authentication(request, entropy, now)?;
        let state = BoundAuthenticationState::binding(state, data);
        options.challenge = state.state().challenge.to_base64url();
        Ok((options, state))
    }

    /// The mediation: conditional only in a session of the account's owner that is as recent as the policy demands.
    fn mediation(
        &self,
        user: &User,
        session: Option<&RecentSession>,
        now: Timestamp,
    ) -> Result<Mediation, StartError> {
        let Some(session) = session else { return Ok(Mediation::Modal) };
        let ConditionalCreatePolicy::AfterSignIn { seconds } = self.policy.conditional_create else {
            return Err(StartError::ConditionalCreateRejected);
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

/// The challenge to issue: that of the request, or a random one.
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
/// ([section 5.8.3](https://www.w3.org/TR/webauthn-3/#dictionary-credential-descriptor)): a client fails
/// late and without a reason if a list is wrong.
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

#[cfg(test)]
mod tests;
