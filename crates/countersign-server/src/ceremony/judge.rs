//! Judging a response: what it would lead to. Nothing is stored here.

use countersign::{
    AuthenticationResponse, AuthenticationState, Code, CredentialIdStatus, CredentialRecord,
    CredentialUpdate, RegistrationResponse, RegistrationState, RelyingParty, Timestamp,
    types::{Aaguid, CredentialId},
};
use countersign_metadata::names::model_name;
use serde::de::DeserializeOwned;

use super::{
    Act, Ceremonies, Ceremony, Change, Failure, Finish, NewAccount, confirmed,
    outcome::{Outcome, Refusal, open_session},
    reason::Reason,
};
use crate::{
    UnknownSignals, names,
    store::{
        StoreError, accounts, ceremonies,
        credentials::{self, StoredCredential},
        sessions::Caller,
    },
    token::{Token, TokenHash},
};

/// What a passkey is called until its owner says otherwise, where its provider isn't known.
const DEFAULT_LABEL: &str = "Passkey";

/// The longest client data that is stored with a registration. Real ones have under 1 KiB; each is kept as long as its
/// credential. Payments may have long ones, in authentications, which store none.
const CLIENT_DATA_MAX: usize = 16 * 1024;

/// The RP ID of every server that a developer runs: what is unknown to this one may be another's.
const LOCALHOST: &str = "localhost";

/// What was remembered of a ceremony. Another version of this program may have written it.
pub(super) fn remembered<T: DeserializeOwned>(state: &str) -> Result<T, Refusal> {
    serde_json::from_str(state).map_err(|error| Refusal::of_code(Code::StateInvalid, error.to_string()))
}

impl Ceremonies {
    pub(super) async fn judge(
        &self,
        ceremony: &Ceremony,
        finish: &Finish,
        state: &str,
        now: Timestamp,
    ) -> Result<Change, Failure> {
        match ceremony {
            Ceremony::Account(replaces) => self.judge_account(finish, state, *replaces, now).await,
            Ceremony::Credential(caller) => self.judge_credential(finish, state, caller, now).await,
            Ceremony::Session(replaces) => self.judge_session(finish, state, *replaces, now).await,
            Ceremony::StepUp(caller) => self.judge_step_up(finish, state, caller, now).await,
        }
    }

    /// The account, its credential and a session are there at once, or none of them.
    async fn judge_account(
        &self,
        finish: &Finish,
        state: &str,
        replaces: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<Change, Failure> {
        let NewAccount { name, registration } = remembered(state)?;
        let mut credential = self.registered(finish, registration, now).await?;
        let salt = Token::new()?;
        let token_hash = finish.name.of_session(&salt).hash();
        Ok(Change {
            outcome: Outcome::SignedIn { salt: salt.text() },
            made: Some(credential.record.id().clone()),
            work: Box::new(move |db| {
                accounts::insert(db, credential.record.user_handle(), &name, now)?;
                credentials::insert(db, &mut credential)?;
                open_session(db, token_hash, &credential.record, replaces, now)
            }),
        })
    }

    async fn judge_credential(
        &self,
        finish: &Finish,
        state: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Change, Failure> {
        let state: RegistrationState = remembered(state)?;
        if *state.user() != caller.account {
            return Err(Refusal::of_code(Code::StateInvalid, "the ceremony is another account's").into());
        }
        let mut credential = self.registered(finish, state, now).await?;
        let (caller, browser) = (caller.clone(), finish.presented.browser);
        Ok(Change {
            outcome: Outcome::Added { credential: credential.record.id().clone() },
            made: Some(credential.record.id().clone()),
            work: Box::new(move |db| {
                // Whatever ended since the request's headers arrived: its body may have taken a minute.
                let session = caller.session(db, now)?;
                confirmed(db, &session.token_hash, browser.as_ref(), &Act::AddCredential {}, now)?;
                credentials::insert(db, &mut credential)
            }),
        })
    }

    /// The new counter and the session are stored at once.
    async fn judge_session(
        &self,
        finish: &Finish,
        state: &str,
        replaces: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<Change, Failure> {
        let response = AuthenticationResponse::from_json(finish.response.as_bytes())?;
        let judged = self.authenticated(&self.relying_party, state, &response, now).await;
        let (credential, update) = match judged {
            Err(Failure::Refused(refusal)) => {
                return Err(self.unknown(refusal, &response, now).await?.into());
            }
            judged => judged?,
        };
        let salt = Token::new()?;
        let token_hash = finish.name.of_session(&salt).hash();
        Ok(Change {
            outcome: Outcome::SignedIn { salt: salt.text() },
            made: None,
            work: Box::new(move |db| {
                credentials::record_use(db, credential.record.user_handle(), &update, now)?;
                open_session(db, token_hash, &credential.record, replaces, now)
            }),
        })
    }

    /// Judges an authentication by the record as it is now.
    pub(super) async fn authenticated(
        &self,
        party: &RelyingParty,
        state: &str,
        response: &AuthenticationResponse,
        now: Timestamp,
    ) -> Result<(StoredCredential, CredentialUpdate), Failure> {
        let id = response.credential_id().clone();
        let found = self.store.read(move |db| credentials::find(db, &id)).await?;
        let judge = |record: Option<&CredentialRecord>| -> Result<CredentialUpdate, Failure> {
            let state: AuthenticationState = remembered(state)?;
            Ok(party.finish_authentication(state, response, record, now)?.update().clone())
        };
        let record = found.as_ref().map(|credential| &credential.record);
        let judged = judge(record);
        if let (Err(Failure::Refused(refusal)), Some(record)) = (&judged, record)
            && refusal.reason == Reason::Code(Code::BackupEligibilityChanged)
        {
            // It says what the record has, so that only who has the passkey's key may learn it: everything else must
            // be good, the signature above all.
            judge(Some(&record.clone().with_backup_eligible(None)))?;
        }
        let update = judged?;
        let unknown = || Refusal::of_code(Code::CredentialUnknown, "no record");
        Ok((found.ok_or_else(unknown)?, update))
    }

    /// The refusal of a sign-in. If the passkey is unknown, the page may signal that, but only for the server whose passkey
    /// it is or was: a good passkey of another one must not be deleted, nor one that is being added at this moment.
    async fn unknown(
        &self,
        mut refusal: Refusal,
        response: &AuthenticationResponse,
        now: Timestamp,
    ) -> Result<Refusal, StoreError> {
        if refusal.reason == Reason::Code(Code::CredentialUnknown)
            && self.signals_unknown()
            && let Some(handle) = response.user_handle().cloned()
        {
            let is_of_no_use = self.store.read(move |db| {
                Ok(accounts::is_or_was_here(db, &handle)? && !ceremonies::is_adding(db, &handle, now)?)
            });
            refusal.unknown = is_of_no_use.await?.then(|| response.credential_id().clone());
        }
        Ok(refusal)
    }

    /// The refusal of a registration, after which its authenticator has a credential that is of no use: the page may signal
    /// that, unless another ceremony may still take the credential.
    pub(super) fn unregistered(&self, mut refusal: Refusal, made: Option<CredentialId>) -> Refusal {
        let is_undecided = matches!(
            refusal.reason,
            Reason::Code(Code::ChallengeExpired | Code::ChallengeMismatch | Code::StateInvalid)
        );
        if self.signals_unknown() && !is_undecided {
            refusal.unknown = made;
        }
        refusal
    }

    fn signals_unknown(&self) -> bool {
        self.unknown_signals == UnknownSignals::Sent && self.relying_party.id() != LOCALHOST
    }

    /// Judges a registration.
    async fn registered(
        &self,
        finish: &Finish,
        state: RegistrationState,
        now: Timestamp,
    ) -> Result<StoredCredential, Failure> {
        let response = RegistrationResponse::from_json(finish.response.as_bytes())?;
        let id = response.credential_id().clone();
        let registered = self.registration(&response, state, now).await;
        registered.map_err(|failure| match failure {
            Failure::Refused(refusal) => self.unregistered(refusal, Some(id)).into(),
            other => other,
        })
    }

    async fn registration(
        &self,
        response: &RegistrationResponse,
        state: RegistrationState,
        now: Timestamp,
    ) -> Result<StoredCredential, Failure> {
        if response.client_data_json().len() > CLIENT_DATA_MAX {
            let detail = format!("client data of {} bytes", response.client_data_json().len());
            return Err(Refusal::new(Reason::ClientDataTooLong, detail).into());
        }
        let id = response.credential_id().clone();
        let is_known = self.store.read(move |db| credentials::is_known(db, &id)).await?;
        let status = if is_known { CredentialIdStatus::Registered } else { CredentialIdStatus::Unregistered };
        let registered = self.relying_party.finish_registration(state, response, status, now)?;
        let record = registered.into_credential();
        let label = self.label(record.aaguid());
        Ok(StoredCredential::new(record, label, now))
    }

    /// What a new passkey is called: what its model is called, as far as that can be a label.
    fn label(&self, model: Aaguid) -> String {
        let name = match &self.knowledge {
            Some(knowledge) => knowledge.name(model),
            None => model_name(model),
        };
        name.and_then(|it| names::clean(&it.name).ok()).unwrap_or_else(|| DEFAULT_LABEL.to_owned())
    }
}
