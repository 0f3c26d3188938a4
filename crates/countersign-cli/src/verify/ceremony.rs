//! A ceremony to judge: what was asked, what came back, and what the relying party had stored.

use countersign::ceremony::{CeremonyState, Challenge, Consumption, FinishOptions, RecentSession, Unspent};
use countersign::types::{CreationOptions, RequestOptions};
use countersign::{
    AuthenticationRequest, AuthenticationResponse, CredentialId, CredentialIdStatus, CredentialRecord,
    RegistrationRequest, RegistrationResponse, RelyingParty, Timestamp, User, UserHandle, report::Report,
};

use super::error::VerifyError;
use super::judgement::Judgement;
use super::outcome;
use super::party::Party;
use super::record::{Owner, Stored};

/// A ceremony to judge.
#[derive(Debug, Clone)]
pub(crate) struct Ceremony {
    /// What was asked.
    pub(crate) asked: Asked,
    /// The response as received.
    pub(crate) response: Vec<u8>,
    /// When the options were issued.
    pub(crate) issued: Timestamp,
    /// When the response arrived.
    pub(crate) now: Timestamp,
}

/// What was asked of the client.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// A new credential.
    Registration(Registration),
    /// An assertion.
    Authentication(Authentication),
}

/// The request of a registration.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    pub(crate) options: CreationOptions,
    /// Credential IDs that are registered, to any account.
    pub(crate) registered: Vec<CredentialId>,
    pub(crate) mediation: Mediation,
}

/// How the user is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mediation {
    /// In a dialogue.
    Modal,
    /// Not at all: `conditional`.
    Conditional,
}

impl Mediation {
    /// Whether the user is not asked.
    pub(crate) const fn is_conditional(self) -> bool {
        matches!(self, Self::Conditional)
    }
}

/// The request of an authentication.
#[derive(Debug, Clone)]
pub(crate) struct Authentication {
    pub(crate) options: RequestOptions,
    pub(crate) account: Account,
    /// The record that the relying party found by the credential ID.
    pub(crate) stored: Option<Stored>,
}

/// Whether the user was identified before the ceremony.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Account {
    /// The response names the account.
    Discoverable,
    /// The user was identified as this account.
    Identified(UserHandle),
    /// The user was identified, as an account that is not known here: no user handle is compared.
    Unnamed,
}

/// The user handle of an account that is not known.
const SOME_USER: &[u8] = b"an account";

impl Ceremony {
    /// Judges the response, as this relying party does.
    pub(crate) fn judge(&self, party: &Party) -> Result<Judgement, VerifyError> {
        let rp = party.build()?;
        match &self.asked {
            Asked::Registration(asked) => self.registration(&rp, asked),
            Asked::Authentication(asked) => self.authentication(&rp, asked),
        }
    }

    fn registration(&self, rp: &RelyingParty, asked: &Registration) -> Result<Judgement, VerifyError> {
        let options = &asked.options;
        let user = User::new(options.user.id.clone(), options.user.name.clone(), "");
        let mut request = RegistrationRequest::new(&user)
            .with_challenge(challenge(&options.challenge)?)
            .with_excluded(&options.exclude_credentials)
            .with_extensions(options.extensions.clone());
        if asked.mediation == Mediation::Conditional {
            let session = RecentSession::vouched(user.handle.clone(), self.issued);
            request = request.with_conditional_mediation(session);
        }
        let unspent = rp.expect_registration(request, self.issued)?;
        let state = unused(unspent);
        let response = match RegistrationResponse::from_json(&self.response) {
            Ok(response) => response,
            Err(error) => return Ok(Judgement::unreadable(error)),
        };
        let status = if asked.registered.contains(response.credential_id()) {
            CredentialIdStatus::Registered
        } else {
            CredentialIdStatus::Unregistered
        };
        let mut report = Report::default();
        let at = FinishOptions::at(self.now).with_report(&mut report);
        Ok(match rp.finish_registration(state, &response, status, at) {
            Ok(registered) => {
                let outcome = outcome::of_registration(&registered);
                Judgement::accepted(report, outcome, registered.into_credential())
            }
            Err(error) => Judgement::rejected(report, &error),
        })
    }

    fn authentication(&self, rp: &RelyingParty, asked: &Authentication) -> Result<Judgement, VerifyError> {
        let options = &asked.options;
        let challenge = challenge(&options.challenge)?;
        let response = AuthenticationResponse::from_json(&self.response);
        let in_response = response.as_ref().ok().and_then(AuthenticationResponse::user_handle);
        let identified = match &asked.account {
            Account::Discoverable => None,
            Account::Identified(handle) => Some(handle.clone()),
            Account::Unnamed => in_response.cloned().or_else(|| UserHandle::new(SOME_USER)),
        };
        let request = match &identified {
            Some(user) => AuthenticationRequest::identified(user, &options.allow_credentials),
            None => AuthenticationRequest::discoverable(),
        };
        let request = request.with_challenge(challenge).with_extensions(options.extensions.clone());
        let unspent = rp.expect_authentication(request, self.issued)?;
        let state = unused(unspent);
        let response = match response {
            Ok(response) => response,
            Err(error) => return Ok(Judgement::unreadable(error)),
        };
        let stored = asked.stored.as_ref().filter(|stored| stored.record.id() == response.credential_id());
        // Without an identified user, the response names the account.
        let user = identified.as_ref().or_else(|| response.user_handle());
        let record = stored.map(|stored| owned(stored, &asked.account, user));
        let mut report = Report::default();
        let at = FinishOptions::at(self.now).with_report(&mut report);
        Ok(match rp.finish_authentication(state, &response, record.as_ref(), at) {
            Ok(authenticated) => {
                let outcome = outcome::of_authentication(&authenticated, record.as_ref());
                let next = authenticated.update().next.clone();
                let record = stored.map(|stored| stored.record.clone().with_dynamic_part(next));
                Judgement::accepted(report, outcome, record)
            }
            Err(error) => Judgement::rejected(report, &error),
        })
    }
}

/// The state of a ceremony, which is made for one judgement.
#[expect(clippy::expect_used, reason = "only a repeated use is an error")]
fn unused<S: CeremonyState>(unspent: Unspent<S>) -> S {
    unspent.spent(Consumption::First).expect("the first use")
}

/// The challenge that was issued. Those of other servers may be shorter than ours are.
fn challenge(bytes: &[u8]) -> Result<Challenge, VerifyError> {
    Ok(Challenge::dangerous_short(bytes)?)
}

/// The record in its account, or in that of the ceremony if one of the two is not known.
fn owned(stored: &Stored, account: &Account, user: Option<&UserHandle>) -> CredentialRecord {
    let record = stored.record.clone();
    match user {
        Some(user) if *account == Account::Unnamed || stored.owner == Owner::Unknown => {
            record.with_user_handle(user.clone())
        }
        _ => record,
    }
}
