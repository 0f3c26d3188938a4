//! Accounts with passkeys, without HTTP: the part that the programs of all frameworks share.

use std::{
    collections::HashMap,
    fmt::Display,
    sync::{Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, AuthenticationState, Code, CredentialId,
    CredentialIdStatus, CredentialRecord, RegistrationRequest, RegistrationResponse,
    RegistrationState, RelyingParty, Timestamp, User, UserHandle,
    ceremony::new_user_handle,
    cose::hash::sha256,
    types::{CreationOptions, RequestOptions, base64url},
};
use serde::{Deserialize, Serialize};

/// How long a session lasts, in seconds.
pub const SESSION_SECONDS: i64 = 12 * 60 * 60;

/// The relying party and what it stores.
pub struct Passkeys {
    rp: RelyingParty,
    store: Mutex<Store>,
}

/// What a program keeps in a database: a table for each member, whose key is the primary key.
#[derive(Default)]
struct Store {
    credentials: HashMap<CredentialId, CredentialRecord>,
    registrations: HashMap<String, RegistrationState>,
    sign_ins: HashMap<String, AuthenticationState>,
    /// By the hash of the token, so that a copy of the table opens no session.
    sessions: HashMap<[u8; 32], Session>,
}

impl Store {
    fn status(&self, id: &CredentialId) -> CredentialIdStatus {
        if self.credentials.contains_key(id) {
            CredentialIdStatus::Registered
        } else {
            CredentialIdStatus::Unregistered
        }
    }
}

struct Session {
    account: UserHandle,
    expires_at: Timestamp,
}

/// The body of a request that starts a registration.
#[derive(Deserialize)]
pub struct Name {
    pub name: String,
}

/// The answer to a start: the options for the browser, and the name of the ceremony, which the finish sends back.
#[derive(Serialize)]
pub struct Started<O> {
    pub ceremony: String,
    #[serde(rename = "publicKey")]
    pub options: O,
}

/// The body of a finish: the name of the ceremony, and the credential as `toJSON()` writes it.
#[derive(Deserialize)]
pub struct Finish<R> {
    pub ceremony: String,
    pub response: R,
}

/// Why a request fails.
#[derive(Debug)]
pub enum Failure {
    /// The response of a ceremony is rejected. The client may see the code.
    Rejected(Code),
    /// The request comes from the page of another site.
    OtherOrigin,
    /// There is no session, or it has expired.
    NotSignedIn,
    /// The server failed. The text is for the log.
    Server(String),
}

impl Failure {
    pub fn server(error: impl Display) -> Self {
        Self::Server(error.to_string())
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Rejected(_) => 400,
            Self::NotSignedIn => 401,
            Self::OtherOrigin => 403,
            Self::Server(_) => 500,
        }
    }

    /// The word for the client.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Rejected(code) => code.as_str(),
            Self::NotSignedIn => "not-signed-in",
            Self::OtherOrigin => "origin-not-allowed",
            Self::Server(_) => "internal-error",
        }
    }
}

impl From<countersign::Error> for Failure {
    fn from(error: countersign::Error) -> Self {
        Self::Rejected(error.code())
    }
}

impl Passkeys {
    pub fn new(rp: RelyingParty) -> Self {
        Self { rp, store: Mutex::default() }
    }

    /// Rejects a request that the page of another site sends: browsers name the page in `Origin`, with every POST.
    pub fn check_origin(&self, origin: Option<&str>) -> Result<(), Failure> {
        let accepted = origin.is_some_and(|origin| self.rp.accepts_origin(origin));
        if accepted { Ok(()) } else { Err(Failure::OtherOrigin) }
    }

    /// Starts a new account with a passkey.
    pub fn start_registration(
        &self,
        name: &str,
    ) -> Result<Started<CreationOptions>, Failure> {
        let user = User::new(
            new_user_handle(&mut getrandom::fill).map_err(Failure::server)?,
            name,
            name,
        );
        let request = RegistrationRequest::new(&user);
        let (options, state) = self
            .rp
            .start_registration(request, &mut getrandom::fill, now())
            .map_err(Failure::server)?;
        let ceremony = random_name()?;
        let mut store = self.store();
        store.registrations.retain(|_, state| state.expires_at() > now());
        store.registrations.insert(ceremony.clone(), state);
        Ok(Started { ceremony, options })
    }

    /// Stores the account's passkey, and opens a session: the token for the cookie.
    pub fn finish_registration(
        &self,
        finish: &Finish<RegistrationResponse>,
    ) -> Result<String, Failure> {
        // Removed before any check, so that a challenge works once.
        let state = self.store().registrations.remove(&finish.ceremony);
        let state = state.ok_or(Failure::Rejected(Code::ChallengeExpired))?;
        let id = finish.response.credential_id();
        // The look-up is repeated below: two registrations of one credential may run at once.
        let status = self.store().status(id);
        let registered =
            self.rp.finish_registration(state, &finish.response, status, now())?;
        let record = registered.into_credential();
        let mut store = self.store();
        if store.status(id) == CredentialIdStatus::Registered {
            return Err(Failure::Rejected(Code::CredentialAlreadyRegistered));
        }
        let account = record.user_handle().clone();
        store.credentials.insert(record.id().clone(), record);
        drop(store);
        self.open_session(account)
    }

    /// Starts a sign-in to any account: the passkey says which.
    pub fn start_sign_in(&self) -> Result<Started<RequestOptions>, Failure> {
        let request = AuthenticationRequest::discoverable();
        let (options, state) = self
            .rp
            .start_authentication(request, &mut getrandom::fill, now())
            .map_err(Failure::server)?;
        let ceremony = random_name()?;
        let mut store = self.store();
        store.sign_ins.retain(|_, state| state.expires_at() > now());
        store.sign_ins.insert(ceremony.clone(), state);
        Ok(Started { ceremony, options })
    }

    /// Opens a session in the passkey's account: the token for the cookie.
    pub fn finish_sign_in(
        &self,
        finish: &Finish<AuthenticationResponse>,
    ) -> Result<String, Failure> {
        let state = self.store().sign_ins.remove(&finish.ceremony);
        let state = state.ok_or(Failure::Rejected(Code::ChallengeExpired))?;
        let id = finish.response.credential_id();
        let record = self.store().credentials.get(id).cloned();
        let mut authenticated = self.rp.finish_authentication(
            state,
            &finish.response,
            record.as_ref(),
            now(),
        )?;
        let mut store = self.store();
        let stored = store
            .credentials
            .get_mut(id)
            .ok_or(Failure::Rejected(Code::CredentialUnknown))?;
        // `apply` fails if another sign-in changed the record since it was read: then this one is decided again.
        if stored.apply(authenticated.update()).is_err() {
            let update = authenticated.update_for(&self.rp, stored)?;
            stored.apply(update).map_err(Failure::server)?;
        }
        drop(store);
        let (account, _) = authenticated.user_and_update();
        self.open_session(account.clone())
    }

    /// The account of a session.
    pub fn account(&self, token: Option<&str>) -> Result<UserHandle, Failure> {
        let hash = sha256(&[token.ok_or(Failure::NotSignedIn)?.as_bytes()]);
        let store = self.store();
        let session =
            store.sessions.get(&hash).filter(|session| session.expires_at > now());
        session.map(|session| session.account.clone()).ok_or(Failure::NotSignedIn)
    }

    /// Ends a session.
    pub fn sign_out(&self, token: Option<&str>) {
        let hash = sha256(&[token.unwrap_or_default().as_bytes()]);
        self.store().sessions.remove(&hash);
    }

    fn open_session(&self, account: UserHandle) -> Result<String, Failure> {
        let token = random_name()?;
        let session = Session { account, expires_at: now().plus_seconds(SESSION_SECONDS) };
        let mut store = self.store();
        store.sessions.retain(|_, session| session.expires_at > now());
        store.sessions.insert(sha256(&[token.as_bytes()]), session);
        Ok(token)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // No function panics between two changes that belong together.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

/// A name that can't be guessed.
fn random_name() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(Failure::server)?;
    Ok(base64url::encode(bytes))
}
