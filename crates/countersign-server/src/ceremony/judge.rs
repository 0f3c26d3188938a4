//! Judges responses, and prepares what follows from them. Stores nothing.

use std::sync::Arc;

use countersign::types::{Aaguid, CredentialId};
use countersign::{
    Authenticated, AuthenticationResponse, AuthenticationState, Code, CredentialIdStatus, CredentialRecord,
    RegistrationResponse, RegistrationState, RelyingParty, Timestamp,
};
use rusqlite::Connection;

use super::finish::{Ceremony, Finish};
use super::state::{self, NewAccount, StepUp};
use super::{new_session::NewSession, outcome::Outcome};
use crate::operation_error::{OperationError, Rejection, Result};
use crate::response_rejection::{Reason, ResponseRejection};
use crate::store::credentials::{self, StoredCredential};
use crate::store::sessions::{self, Caller};
use crate::store::{Store, accounts, ceremonies, confirmations};
use crate::{
    act::Act, config::UnknownSignals, metadata::service::MetadataService, names,
    relying_party::RelyingParties, store_error::StoreError, token::TokenHash,
};

/// The label of a new passkey whose provider is unknown.
const DEFAULT_LABEL: &str = "Passkey";

/// The most bytes of client data that are stored with a registration. Real ones have under 1 KiB, and each is stored as
/// long as its credential. Payments may have long ones, in authentications, which store none.
const CLIENT_DATA_MAX: usize = 16 * 1024;

/// The RP ID of every developer's server: a passkey that is unknown to one may be another's.
const LOCALHOST: &str = "localhost";

/// What the transaction of a finish does.
type Work = Box<dyn FnOnce(&Connection) -> Result<()> + Send>;

/// What follows from a good response.
pub(super) struct Change {
    pub(super) outcome: Outcome,
    /// The credential that was created for this, which is useless if the database rejects it.
    pub(super) created: Option<CredentialId>,
    pub(super) work: Work,
}

impl Change {
    fn new(outcome: Outcome, work: impl FnOnce(&Connection) -> Result<()> + Send + 'static) -> Self {
        Self { outcome, created: None, work: Box::new(work) }
    }

    fn with_created(self, id: CredentialId) -> Self {
        Self { created: Some(id), ..self }
    }
}

/// Judges responses by the relying party and by what is stored.
pub(super) struct Judge {
    parties: RelyingParties,
    store: Store,
    metadata: Option<Arc<MetadataService>>,
    unknown_signals: UnknownSignals,
}

impl Judge {
    pub(super) const fn new(
        parties: RelyingParties,
        store: Store,
        metadata: Option<Arc<MetadataService>>,
        unknown_signals: UnknownSignals,
    ) -> Self {
        Self { parties, store, metadata, unknown_signals }
    }

    pub(super) async fn judge(&self, finish: &Finish, state: &str, now: Timestamp) -> Result<Change> {
        match &finish.ceremony {
            Ceremony::Account(replaced) => self.new_account(finish, state, *replaced, now).await,
            Ceremony::Credential(caller) => self.new_credential(finish, state, caller, now).await,
            Ceremony::Session(replaced) => self.sign_in(finish, state, *replaced, now).await,
            Ceremony::StepUp(caller) => self.confirm(finish, state, caller, now).await,
        }
    }

    /// The account, its credential and a session are stored at once.
    async fn new_account(
        &self,
        finish: &Finish,
        state: &str,
        replaced: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<Change> {
        let NewAccount { name, registration } = state::read(state)?;
        let mut credential = self.register(finish, registration, now).await?;
        let session = NewSession::new(finish, &credential.record, replaced)?;
        let id = credential.record.id().clone();
        let change = Change::new(session.outcome(), move |db| {
            accounts::insert(db, credential.record.user_handle(), &name, now)?;
            credentials::insert(db, &mut credential)?;
            Ok(session.create(db, now)?)
        });
        Ok(change.with_created(id))
    }

    async fn new_credential(
        &self,
        finish: &Finish,
        state: &str,
        caller: &Caller,
        now: Timestamp,
    ) -> Result<Change> {
        let state: RegistrationState = state::read(state)?;
        if *state.user() != caller.account {
            return Err(
                ResponseRejection::of_code(Code::StateInvalid, "the ceremony is another account's").into()
            );
        }
        let mut credential = self.register(finish, state, now).await?;
        let id = credential.record.id().clone();
        let (caller, browser) = (caller.clone(), finish.presented.browser);
        let change = Change::new(Outcome::Added { credential: id.clone() }, move |db| {
            // The session may have ended since the request's headers arrived: its body may have taken a minute.
            let session = caller.session(db, now)?;
            let act = Act::AddCredential {};
            confirmations::take(db, &session.token_hash, browser.as_ref(), &act, now)?;
            credentials::insert(db, &mut credential)
        });
        Ok(change.with_created(id))
    }

    /// The new counter and the session are stored at once.
    async fn sign_in(
        &self,
        finish: &Finish,
        state: &str,
        replaced: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<Change> {
        let response = AuthenticationResponse::from_json(finish.response.as_bytes())?;
        let judged = self.authenticate(&self.parties.accounts, state, &response, now).await;
        let (credential, mut authenticated) = match judged {
            Err(OperationError::ResponseRejected(rejection)) => {
                return Err(self.of_sign_in(rejection, &response, now).await?.into());
            }
            judged => judged?,
        };
        let session = NewSession::new(finish, &credential.record, replaced)?;
        let party = self.parties.accounts.clone();
        Ok(Change::new(session.outcome(), move |db| {
            credentials::record_authentication(db, &party, &mut authenticated, now)?;
            Ok(session.create(db, now)?)
        }))
    }

    /// The new counter and the confirmation are stored at once.
    async fn confirm(&self, finish: &Finish, state: &str, caller: &Caller, now: Timestamp) -> Result<Change> {
        let StepUp { act, session, authentication } = state::read(state)?;
        if session != sessions::public_id(&caller.token_hash) {
            return Err(
                ResponseRejection::of_code(Code::StateInvalid, "the ceremony is another session's").into()
            );
        }
        let data = act.bound_data(&caller.account, &session)?;
        let state = serde_json::to_string(&authentication.confirm(&data)?)?;
        let response = AuthenticationResponse::from_json(finish.response.as_bytes())?;
        let party = self.parties.step_up.clone();
        let (_, mut authenticated) = self.authenticate(&party, &state, &response, now).await?;
        let browser = finish.presented.browser.ok_or(Rejection::OtherBrowser)?;
        let caller = caller.clone();
        Ok(Change::new(Outcome::Confirmed { act: act.clone() }, move |db| {
            let session = caller.session(db, now)?;
            credentials::record_authentication(db, &party, &mut authenticated, now)?;
            Ok(confirmations::insert(db, &session.token_hash, &browser, &act, now)?)
        }))
    }

    /// Judges an authentication by the current record.
    async fn authenticate(
        &self,
        party: &RelyingParty,
        state: &str,
        response: &AuthenticationResponse,
        now: Timestamp,
    ) -> Result<(StoredCredential, Authenticated)> {
        let id = response.credential_id().clone();
        let found = self.store.read(move |db| credentials::find(db, &id)).await?;
        let judge = |record: Option<&CredentialRecord>| -> Result<Authenticated> {
            let state: AuthenticationState = state::read(state)?;
            Ok(party.finish_authentication(state, response, record, now)?)
        };
        let record = found.as_ref().map(|credential| &credential.record);
        let judged = judge(record);
        if let (Err(OperationError::ResponseRejected(rejection)), Some(record)) = (&judged, record)
            && rejection.reason == Reason::Code(Code::BackupEligibilityChanged)
        {
            // The reason discloses what the record says, so only the holder of the passkey's key may learn it:
            // everything else must be good, the signature above all.
            let _ = judge(Some(&record.clone().with_backup_eligible(None)))?;
        }
        let authenticated = judged?;
        let unknown = || ResponseRejection::of_code(Code::CredentialUnknown, "no record");
        Ok((found.ok_or_else(unknown)?, authenticated))
    }

    /// The rejection of a sign-in. If the passkey is unknown, the page may signal that, but only on the server that the
    /// passkey belongs or belonged to: a good passkey of another server must not be deleted, nor one that is being
    /// added.
    async fn of_sign_in(
        &self,
        mut rejection: ResponseRejection,
        response: &AuthenticationResponse,
        now: Timestamp,
    ) -> Result<ResponseRejection, StoreError> {
        if rejection.reason == Reason::Code(Code::CredentialUnknown)
            && self.signals_unknown()
            && let Some(handle) = response.user_handle().cloned()
        {
            let is_useless = self.store.read(move |db| -> Result<_, StoreError> {
                Ok(accounts::is_or_was_here(db, &handle)? && !ceremonies::is_adding(db, &handle, now)?)
            });
            rejection.unknown = is_useless.await?.then(|| response.credential_id().clone());
        }
        Ok(rejection)
    }

    /// The rejection of a registration, for which the authenticator created a useless credential: the page may signal
    /// that it is unknown, unless another ceremony may still accept the credential.
    pub(super) fn with_unknown(
        &self,
        mut rejection: ResponseRejection,
        created: Option<CredentialId>,
    ) -> ResponseRejection {
        let is_undecided = matches!(
            rejection.reason,
            Reason::Code(Code::ChallengeExpired | Code::ChallengeMismatch | Code::StateInvalid)
        );
        if self.signals_unknown() && !is_undecided {
            rejection.unknown = created;
        }
        rejection
    }

    fn signals_unknown(&self) -> bool {
        self.unknown_signals == UnknownSignals::Sent && self.parties.accounts.id() != LOCALHOST
    }

    /// Judges a registration.
    async fn register(
        &self,
        finish: &Finish,
        state: RegistrationState,
        now: Timestamp,
    ) -> Result<StoredCredential> {
        let response = RegistrationResponse::from_json(finish.response.as_bytes())?;
        let registered = self.registration(&response, state, now).await;
        registered.map_err(|error| match error {
            OperationError::ResponseRejected(rejection) => {
                self.with_unknown(rejection, Some(response.credential_id().clone())).into()
            }
            other => other,
        })
    }

    async fn registration(
        &self,
        response: &RegistrationResponse,
        state: RegistrationState,
        now: Timestamp,
    ) -> Result<StoredCredential> {
        if response.client_data_json().len() > CLIENT_DATA_MAX {
            let detail = format!("client data of {} bytes", response.client_data_json().len());
            return Err(ResponseRejection::new(Reason::ClientDataTooLong, detail).into());
        }
        let id = response.credential_id().clone();
        let is_known = self.store.read(move |db| credentials::is_known(db, &id)).await?;
        let status = if is_known { CredentialIdStatus::Registered } else { CredentialIdStatus::Unregistered };
        let registered = self.parties.accounts.finish_registration(state, response, status, now)?;
        let record = registered.into_credential();
        let label = self.label(record.aaguid());
        Ok(StoredCredential::new(record, label, now))
    }

    /// The label of a new passkey: the name of its model, if that is a valid label.
    fn label(&self, model: Aaguid) -> String {
        let name = match &self.metadata {
            Some(metadata) => metadata.name(model),
            None => countersign_metadata::model_name(model),
        };
        name.and_then(|it| names::clean(&it.name).ok()).unwrap_or_else(|| DEFAULT_LABEL.to_owned())
    }
}
