//! Registration and sign-in over three tables, without HTTP.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use countersign::{
    AuthenticationRequest, AuthenticationResponse, Code, CredentialId, CredentialIdStatus, CredentialRecord,
    CredentialUpdate, Policy, RegistrationRequest, RegistrationResponse, RelyingParty, StartError, Timestamp,
    User, UserHandle,
    ceremony::{EntropyError, new_user_handle},
    cose::hash::sha256,
    relying_party::PublicSuffixList,
    types::{CreationOptions, RequestOptions, base64url},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Serialize, de::DeserializeOwned};

/// The credential's ID is the primary key, so that no credential is in two accounts. A ceremony's state and a session are
/// rows that a browser names, so their names can't be guessed.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS credential (id BLOB PRIMARY KEY, account BLOB NOT NULL, record TEXT NOT NULL);
    CREATE INDEX IF NOT EXISTS credential_account ON credential (account);
    CREATE TABLE IF NOT EXISTS ceremony (name TEXT PRIMARY KEY, state TEXT NOT NULL, expires_at INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS session (hash BLOB PRIMARY KEY, account BLOB NOT NULL);
";

/// There is no record, or no longer.
const UNKNOWN: RequestError = RequestError::Rejected(Code::CredentialUnknown.as_str());

/// A relying party and its database.
pub struct Passkeys {
    rp: RelyingParty,
    connection: Mutex<Connection>,
}

impl Passkeys {
    /// Opens the relying party of an RP ID, a domain, with the origin of its pages.
    pub fn new(rp_id: &str, origin: &str, connection: Connection) -> Result<Self, RequestError> {
        let rp = RelyingParty::builder(rp_id, "Passkeys from zero")
            .origin(origin)
            .public_suffixes(Arc::new(PublicSuffixList))
            .policy(Policy::passkeys())
            .build()
            .map_err(RequestError::server)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { rp, connection: Mutex::new(connection) })
    }

    /// Starts a new account: the name of the ceremony and the options for `navigator.credentials.create()`.
    pub fn start_registration(&self, name: &str) -> Result<(String, CreationOptions), RequestError> {
        let user = User::new(new_user_handle(&mut getrandom::fill)?, name, name);
        let request = RegistrationRequest::new(&user);
        let (options, state) = self.rp.start_registration(request, &mut getrandom::fill, now())?;
        Ok((self.keep(&state, state.expires_at())?, options))
    }

    /// Stores the account's first credential, and opens a session.
    pub fn finish_registration(
        &self,
        ceremony: &str,
        response: &RegistrationResponse,
    ) -> Result<String, RequestError> {
        let state = self.take(ceremony)?;
        let status = match self.find(response.credential_id())? {
            Some(_) => CredentialIdStatus::Registered,
            None => CredentialIdStatus::Unregistered,
        };
        let registered = self.rp.finish_registration(state, response, status, now())?;
        let record = registered.into_credential();
        let row = params![
            record.id().as_bytes(),
            record.user_handle().as_bytes(),
            serde_json::to_string(&record).map_err(RequestError::server)?
        ];
        // The primary key decides if two registrations of one credential come at once.
        self.database(|connection| connection.execute("INSERT INTO credential VALUES (?, ?, ?)", row))?;
        self.open_session(record.user_handle())
    }

    /// Starts a sign-in to any account: the name of the ceremony and the options for `navigator.credentials.get()`.
    pub fn start_sign_in(&self) -> Result<(String, RequestOptions), RequestError> {
        let request = AuthenticationRequest::discoverable();
        let (options, state) = self.rp.start_authentication(request, &mut getrandom::fill, now())?;
        Ok((self.keep(&state, state.expires_at())?, options))
    }

    /// Opens a session in the account of the credential.
    pub fn finish_sign_in(
        &self,
        ceremony: &str,
        response: &AuthenticationResponse,
    ) -> Result<String, RequestError> {
        let state = self.take(ceremony)?;
        let stored = self.find(response.credential_id())?;
        let record = stored.as_ref().map(|stored| &stored.record);
        let mut authenticated = self.rp.finish_authentication(state, response, record, now())?;
        let mut stored = stored.ok_or(UNKNOWN)?;
        loop {
            let (account, update) = authenticated.user_and_update();
            if self.replace(stored, update)? {
                return self.open_session(account);
            }
            // The record changed meanwhile: the authentication is checked against it as it is now.
            stored = self.find(response.credential_id())?.ok_or(UNKNOWN)?;
            authenticated.update_for(&self.rp, &stored.record)?;
        }
    }

    /// Stores the update of an authentication as compare-and-swap; `false` if the record changed since it was read.
    ///
    /// The text to compare is the one that was read. The record serialised again may have another one: a row of an
    /// earlier version has, and so has one whose members another program wrote in another order.
    fn replace(&self, stored: Stored, update: &CredentialUpdate) -> Result<bool, RequestError> {
        let Stored { text, mut record } = stored;
        record.apply(update).map_err(RequestError::server)?;
        let after = serde_json::to_string(&record).map_err(RequestError::server)?;
        let row = params![after, record.id().as_bytes(), text];
        let swap = "UPDATE credential SET record = ? WHERE id = ? AND record = ?";
        Ok(self.database(|connection| connection.execute(swap, row))? == 1)
    }

    /// The account of a session.
    pub fn account(&self, session: &str) -> Result<Option<UserHandle>, RequestError> {
        let hash = sha256(&[session.as_bytes()]);
        let account: Option<Vec<u8>> = self.database(|connection| {
            let query = "SELECT account FROM session WHERE hash = ?";
            connection.query_row(query, [hash], |row| row.get(0)).optional()
        })?;
        Ok(account.and_then(UserHandle::new))
    }

    fn find(&self, id: &CredentialId) -> Result<Option<Stored>, RequestError> {
        let text: Option<String> = self.database(|connection| {
            let query = "SELECT record FROM credential WHERE id = ?";
            connection.query_row(query, [id.as_bytes()], |row| row.get(0)).optional()
        })?;
        let read = |text: String| {
            let record = serde_json::from_str(&text).map_err(RequestError::server)?;
            Ok(Stored { text, record })
        };
        text.map(read).transpose()
    }

    /// Stores a ceremony's state on the server; the browser gets only its name.
    fn keep(&self, state: &impl Serialize, expires_at: Timestamp) -> Result<String, RequestError> {
        let name = random_name()?;
        let state = serde_json::to_string(state).map_err(RequestError::server)?;
        let row = params![name, state, expires_at.unix_seconds()];
        self.database(|connection| {
            let past = "DELETE FROM ceremony WHERE expires_at < ?";
            connection.execute(past, [now().unix_seconds()])?;
            connection.execute("INSERT INTO ceremony VALUES (?, ?, ?)", row)
        })?;
        Ok(name)
    }

    /// Takes a ceremony's state out of the database before any check, so that a challenge works once.
    fn take<S: DeserializeOwned>(&self, name: &str) -> Result<S, RequestError> {
        let state: Option<String> = self.database(|connection| {
            let take = "DELETE FROM ceremony WHERE name = ? RETURNING state";
            connection.query_row(take, [name], |row| row.get(0)).optional()
        })?;
        let state = state.ok_or(RequestError::Rejected(Code::ChallengeExpired.as_str()))?;
        serde_json::from_str(&state).map_err(|_| RequestError::Rejected(Code::StateInvalid.as_str()))
    }

    /// Makes a random token for the cookie. The database stores its hash, so that a copy of it opens no session.
    fn open_session(&self, account: &UserHandle) -> Result<String, RequestError> {
        let token = random_name()?;
        let row = params![sha256(&[token.as_bytes()]), account.as_bytes()];
        self.database(|connection| connection.execute("INSERT INTO session VALUES (?, ?)", row))?;
        Ok(token)
    }

    fn database<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, RequestError> {
        let connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(work(&connection)?)
    }
}

/// A record, and the text that it was read from.
struct Stored {
    text: String,
    record: CredentialRecord,
}

/// Why a request failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// The response was rejected with this code of Countersign, for the page.
    Rejected(&'static str),
    /// The server failed; the text is for the log.
    Server(String),
}

impl RequestError {
    /// An error of the server.
    pub fn server(error: impl fmt::Display) -> Self {
        Self::Server(error.to_string())
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(code) => f.write_str(code),
            Self::Server(error) => f.write_str(error),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<countersign::Error> for RequestError {
    fn from(error: countersign::Error) -> Self {
        Self::Rejected(error.code().as_str())
    }
}

impl From<StartError> for RequestError {
    fn from(error: StartError) -> Self {
        Self::server(error)
    }
}

impl From<EntropyError> for RequestError {
    fn from(error: EntropyError) -> Self {
        Self::server(error)
    }
}

impl From<rusqlite::Error> for RequestError {
    fn from(error: rusqlite::Error) -> Self {
        Self::server(error)
    }
}

/// 256 bits in base64url.
fn random_name() -> Result<String, RequestError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(RequestError::server)?;
    Ok(base64url::encode(bytes))
}

fn now() -> Timestamp {
    SystemTime::now().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_changed_since_it_was_read_is_not_replaced() {
        let connection = Connection::open_in_memory().unwrap();
        let passkeys = Passkeys::new("localhost", "http://localhost:8080", connection).unwrap();
        let [id, account] = [[1; 16], [7; 16]];
        let record = |count| {
            let (id, account) = (CredentialId::new(id).unwrap(), UserHandle::new(account).unwrap());
            CredentialRecord::new(id, "localhost", account, [0xa0]).with_sign_count(count)
        };
        let row = params![id, account, serde_json::to_string(&record(5)).unwrap()];
        let insert =
            |connection: &Connection| connection.execute("INSERT INTO credential VALUES (?, ?, ?)", row);
        passkeys.database(insert).unwrap();
        let before = record(5);
        let update = |count| {
            let next = record(count).dynamic_part().clone();
            CredentialUpdate::new(before.id().clone(), before.dynamic_part().clone(), next)
        };
        // Two sign-ins read the record before either stores what it changed.
        let [first, second] = [(); 2].map(|()| passkeys.find(before.id()).unwrap().unwrap());
        assert!(passkeys.replace(first, &update(6)).unwrap());
        assert!(!passkeys.replace(second, &update(7)).unwrap());
        assert_eq!(passkeys.find(before.id()).unwrap().unwrap().record.sign_count(), 6);
    }
}
