//! The ceremonies on top of the database: what is remembered between start and finish, and what a success stores.
//!
//! A finish takes the ceremony out of the database first, in a transaction of its own, so that no response is judged
//! against one challenge twice, whatever becomes of it. What it leads to is stored in a second transaction, all of
//! it or nothing.

use std::sync::Arc;

use countersign::{
    Accounts, AuthenticationResponse, AuthenticationState, CREDENTIAL_LIST_MAX, Code, CreationOptions,
    CredentialDescriptor, CredentialIdStatus, CredentialRecord, EntropyUnavailable, RegistrationResponse,
    RegistrationState, RelyingParty, RequestOptions, StartError, Timestamp, User, UserHandle,
    new_user_handle, types::Aaguid, types::CredentialId, types::response::ResponseError,
};
use countersign_metadata::names::model_name;
use serde::{Deserialize, Serialize};

use crate::{
    metadata::Knowledge,
    names,
    store::{
        Store, StoreError, accounts,
        ceremonies::{self, Kind, NewCeremony, Taken},
        credentials::{self, StoredCredential},
        sessions::{self, Session},
    },
    token::{self, Token, TokenHash},
};

/// How often an authentication is judged again because another one with the same credential came first. Two at once
/// happen (two windows); a third is somebody's script.
const ATTEMPTS: usize = 3;

/// What a passkey is called until its owner says otherwise, where its provider isn't known.
const DEFAULT_LABEL: &str = "Passkey";

/// The relying party and its memory.
pub(crate) struct Ceremonies {
    pub(crate) relying_party: RelyingParty,
    pub(crate) store: Store,
    /// What names new passkeys.
    pub(crate) knowledge: Option<Arc<Knowledge>>,
}

/// A ceremony that was started.
pub(crate) struct Started<O> {
    /// What the client names it by when it finishes.
    pub(crate) ceremony: Token,
    /// What the browser is asked.
    pub(crate) options: O,
}

/// A session that was opened.
pub(crate) struct SignedIn {
    /// What the client keeps.
    pub(crate) token: Token,
    /// What it stands for.
    pub(crate) session: Session,
}

/// Why a ceremony came to nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The relying party said no: the code, and the rest for the log.
    Refused(Code, String),
    /// The database said no, or failed.
    Store(StoreError),
    /// The ceremony can't start: most likely the operating system gave no random bytes.
    Start(StartError),
}

impl From<countersign::Error> for Failure {
    fn from(error: countersign::Error) -> Self {
        Self::Refused(error.code(), error.to_string())
    }
}

impl From<ResponseError> for Failure {
    fn from(error: ResponseError) -> Self {
        Self::Refused(error.code(), error.to_string())
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::CredentialRegistered => {
                Self::Refused(Code::CredentialAlreadyRegistered, error.to_string())
            }
            StoreError::RecordChanged => Self::Refused(Code::RecordChanged, error.to_string()),
            other => Self::Store(other),
        }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Store(error.into())
    }
}

impl From<EntropyUnavailable> for Failure {
    fn from(error: EntropyUnavailable) -> Self {
        Self::Start(error.into())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        Self::Start(error)
    }
}

/// What is remembered of a new account's registration: the name is nobody's until it is finished.
#[derive(Serialize, Deserialize)]
struct NewAccount {
    name: String,
    registration: RegistrationState,
}

impl Ceremonies {
    /// Starts the registration of a new account's first credential.
    pub(crate) async fn start_account(
        &self,
        name: &str,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>, Failure> {
        let wanted = name.to_owned();
        if self.store.read(move |db| accounts::is_taken(db, &wanted)).await? {
            return Err(StoreError::NameTaken.into());
        }
        let user = User::new(new_user_handle(&mut token::fill)?, name, name);
        let (options, registration) =
            self.relying_party.start_registration(&user, &[], &mut token::fill, now)?;
        let expires_at = registration.expires_at();
        let state = serde_json::to_string(&NewAccount { name: name.to_owned(), registration })?;
        self.open(Kind::Account, state, expires_at, options, now).await
    }

    /// Finishes it: the account, its credential and a session are there at once, or none of them.
    pub(crate) async fn finish_account(
        &self,
        ceremony: &str,
        response: &str,
        replaces: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<SignedIn, Failure> {
        let response = RegistrationResponse::from_json(response.as_bytes());
        let id = response.as_ref().ok().map(RegistrationResponse::credential_id);
        let (opened, found) = self.take(ceremony, id, now).await?;
        let account: NewAccount = serde_json::from_str(remembered(&opened, Kind::Account)?)?;
        let mut credential = self.registered(account.registration, &response?, found.as_ref(), now)?;
        let token = Token::new()?;
        let token_hash = token.hash();
        let session = self.store.write(move |db| {
            accounts::insert(db, credential.record.user_handle(), &account.name, now)?;
            credentials::insert(db, &mut credential)?;
            open_session(db, token_hash, &credential.record, replaces, now)
        });
        Ok(SignedIn { token, session: session.await? })
    }

    /// Starts the registration of one more credential.
    pub(crate) async fn start_credential(
        &self,
        session: &Session,
        now: Timestamp,
    ) -> Result<Started<CreationOptions>, Failure> {
        let owner = session.user.clone();
        let existing = self.store.read(move |db| credentials::list(db, &owner)).await?;
        // Clients take no longer list; the database refuses a credential that is there already all the same.
        let listed = existing.iter().take(CREDENTIAL_LIST_MAX);
        let existing: Vec<CredentialDescriptor> =
            listed.map(|credential| credential.record.descriptor()).collect();
        let user = User::new(session.user.clone(), &session.name, &session.name);
        let (options, state) =
            self.relying_party.start_registration(&user, &existing, &mut token::fill, now)?;
        self.open(Kind::Credential, serde_json::to_string(&state)?, state.expires_at(), options, now).await
    }

    /// Finishes it.
    pub(crate) async fn finish_credential(
        &self,
        session: &Session,
        ceremony: &str,
        response: &str,
        now: Timestamp,
    ) -> Result<StoredCredential, Failure> {
        let response = RegistrationResponse::from_json(response.as_bytes());
        let id = response.as_ref().ok().map(RegistrationResponse::credential_id);
        let (opened, found) = self.take(ceremony, id, now).await?;
        let state: RegistrationState = serde_json::from_str(remembered(&opened, Kind::Credential)?)?;
        if *state.user() != session.user {
            return Err(Failure::Refused(Code::StateInvalid, "the ceremony is another account's".into()));
        }
        let mut credential = self.registered(state, &response?, found.as_ref(), now)?;
        let stored = self.store.write(move |db| {
            credentials::insert(db, &mut credential)?;
            Ok(credential)
        });
        Ok(stored.await?)
    }

    /// Starts an authentication of whoever it is.
    pub(crate) async fn start_session(&self, now: Timestamp) -> Result<Started<RequestOptions>, Failure> {
        let (options, state) =
            self.relying_party.start_authentication(Accounts::Discoverable, &mut token::fill, now)?;
        self.open(Kind::Session, serde_json::to_string(&state)?, state.expires_at(), options, now).await
    }

    /// Finishes it: the new counter and the session are stored at once.
    pub(crate) async fn finish_session(
        &self,
        ceremony: &str,
        response: &str,
        replaces: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<SignedIn, Failure> {
        let response = AuthenticationResponse::from_json(response.as_bytes());
        let id = response.as_ref().ok().map(AuthenticationResponse::credential_id);
        let (opened, mut found) = self.take(ceremony, id, now).await?;
        let state = remembered(&opened, Kind::Session)?;
        let response = response?;
        for _ in 1..ATTEMPTS {
            match self.authenticated(state, &response, found, replaces, now).await {
                Err(Failure::Refused(Code::RecordChanged, _)) => {
                    let id = response.credential_id().clone();
                    found = self.store.read(move |db| credentials::find(db, &id)).await?;
                }
                outcome => return outcome,
            }
        }
        self.authenticated(state, &response, found, replaces, now).await
    }

    /// Judges an authentication against the record as it was read, and stores what follows if that still stands.
    async fn authenticated(
        &self,
        state: &str,
        response: &AuthenticationResponse,
        found: Option<StoredCredential>,
        replaces: Option<TokenHash>,
        now: Timestamp,
    ) -> Result<SignedIn, Failure> {
        let state: AuthenticationState = serde_json::from_str(state)?;
        let record = found.map(|credential| credential.record);
        let authenticated =
            self.relying_party.finish_authentication(state, response, record.as_ref(), now)?;
        let update = authenticated.update().clone();
        let Some(record) = record else {
            return Err(Failure::Refused(Code::CredentialUnknown, "no record".into()));
        };
        let token = Token::new()?;
        let token_hash = token.hash();
        let session = self.store.write(move |db| {
            credentials::record_use(db, record.user_handle(), &update, now)?;
            open_session(db, token_hash, &record, replaces, now)
        });
        Ok(SignedIn { token, session: session.await? })
    }

    /// Judges a registration.
    fn registered(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        found: Option<&StoredCredential>,
        now: Timestamp,
    ) -> Result<StoredCredential, Failure> {
        let status = match found {
            Some(_) => CredentialIdStatus::Registered,
            None => CredentialIdStatus::Unregistered,
        };
        let registered = self.relying_party.finish_registration(state, response, status, now)?;
        let record = registered.into_credential();
        let label = self.label(record.aaguid());
        Ok(StoredCredential { record, label, created_at: now, last_used_at: None })
    }

    /// What a new passkey is called: what its model is called, as far as that can be a label.
    fn label(&self, model: Aaguid) -> String {
        let name = match &self.knowledge {
            Some(knowledge) => knowledge.name(model),
            None => model_name(model),
        };
        name.and_then(|it| names::clean(&it.name).ok()).unwrap_or_else(|| DEFAULT_LABEL.to_owned())
    }

    async fn open<O>(
        &self,
        kind: Kind,
        state: String,
        expires_at: Timestamp,
        options: O,
        now: Timestamp,
    ) -> Result<Started<O>, Failure> {
        let ceremony = Token::new()?;
        let new = NewCeremony { kind, id_hash: ceremony.hash(), state, expires_at };
        self.store.write(move |db| ceremonies::open(db, &new, now)).await?;
        Ok(Started { ceremony, options })
    }

    /// Takes a ceremony out of the database, and looks up the credential that the response names.
    async fn take(
        &self,
        ceremony: &str,
        id: Option<&CredentialId>,
        now: Timestamp,
    ) -> Result<(Taken, Option<StoredCredential>), Failure> {
        let unknown = || Failure::Refused(Code::ChallengeExpired, "no such ceremony is open".into());
        let id_hash = Token::parse(ceremony.as_bytes()).ok_or_else(unknown)?.hash();
        let id = id.cloned();
        let (taken, found) = self
            .store
            .write(move |db| {
                let found = id.map(|id| credentials::find(db, &id)).transpose()?.flatten();
                Ok((ceremonies::take(db, &id_hash, now)?, found))
            })
            .await?;
        Ok((taken.ok_or_else(unknown)?, found))
    }
}

fn remembered(taken: &Taken, kind: Kind) -> Result<&str, Failure> {
    taken.state(kind).ok_or_else(|| Failure::Refused(Code::StateInvalid, "another kind of ceremony".into()))
}

/// Opens a session for the record's owner, in place of the one that the client had.
fn open_session(
    db: &rusqlite::Connection,
    token_hash: TokenHash,
    record: &CredentialRecord,
    replaces: Option<TokenHash>,
    now: Timestamp,
) -> Result<Session, StoreError> {
    if let Some(replaced) = replaces {
        sessions::remove(db, &replaced)?;
    }
    let owner: &UserHandle = record.user_handle();
    sessions::insert(db, &token_hash, owner, record.id(), now)?;
    sessions::find(db, &token_hash, now)?.ok_or(StoreError::NotFound)
}
