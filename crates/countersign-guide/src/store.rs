//! The database: accounts, credentials, open ceremonies, sessions.
//!
//! Each function is one transaction, so that a crash leaves all of it or nothing.

use std::sync::{Mutex, PoisonError};

use countersign::{
    Code, CredentialId, CredentialRecord, CredentialUpdate, Timestamp, UserHandle, cose::hash::sha256,
    types::base64url,
};
use rusqlite::{
    Connection, OptionalExtension as _, Row, Transaction, TransactionBehavior, named_params, params,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{error::RequestError, name::Name};

/// The keys make the promises: a name is in one account, and so is a credential ID. The rows of ceremonies and sessions
/// are named by a browser, so their names can't be guessed.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS account (
        handle BLOB PRIMARY KEY, name TEXT NOT NULL, name_key TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE IF NOT EXISTS credential (
        id BLOB PRIMARY KEY, account BLOB NOT NULL REFERENCES account, record TEXT NOT NULL,
        label TEXT NOT NULL, created_at INTEGER NOT NULL, used_at INTEGER
    ) STRICT;
    CREATE INDEX IF NOT EXISTS credential_account ON credential (account);
    CREATE TABLE IF NOT EXISTS ceremony (
        name TEXT PRIMARY KEY, state TEXT NOT NULL, expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS session (
        hash BLOB PRIMARY KEY, account BLOB NOT NULL REFERENCES account, expires_at INTEGER NOT NULL
    ) STRICT;
";

/// How long a session lasts: two weeks. It may be long because adding and removing passkeys are confirmed each time.
pub const SESSION_SECONDS: i64 = 14 * 24 * 60 * 60;

/// The most credentials of an account: options list all of them.
pub const CREDENTIALS_MAX: u8 = 20;

/// The database.
pub struct Store(Mutex<Connection>);

/// A credential as it is stored.
#[non_exhaustive]
pub struct Stored {
    /// The record.
    pub record: CredentialRecord,
    /// The text that the record was read from.
    text: String,
    /// The name that the user gave it.
    pub label: String,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it was last used to sign in or to confirm.
    pub used_at: Option<Timestamp>,
}

impl Store {
    /// Opens the database, and makes the tables if they are missing.
    pub fn new(connection: Connection) -> Result<Self, RequestError> {
        connection.execute_batch(SCHEMA)?;
        Ok(Self(Mutex::new(connection)))
    }

    /// Stores the state of a ceremony and returns the name for it, which is all that the browser gets.
    pub fn keep(
        &self,
        state: &impl Serialize,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<String, RequestError> {
        let (name, state) = (random_name()?, serde_json::to_string(state)?);
        self.transaction(|db| {
            db.execute("DELETE FROM ceremony WHERE expires_at < ?", [now.unix_seconds()])?;
            let row = params![name, state, expires_at.unix_seconds()];
            db.execute("INSERT INTO ceremony VALUES (?, ?, ?)", row)?;
            Ok(())
        })?;
        Ok(name)
    }

    /// Removes the state of a ceremony and returns it. This comes before any check, so that a challenge works once.
    pub fn take<S: DeserializeOwned>(&self, ceremony: &str) -> Result<S, RequestError> {
        let take = "DELETE FROM ceremony WHERE name = ? RETURNING state";
        let state: Option<String> =
            self.transaction(|db| Ok(db.query_row(take, [ceremony], |row| row.get(0)).optional()?))?;
        let state = state.ok_or(Code::ChallengeExpired)?;
        serde_json::from_str(&state).map_err(|_| Code::StateInvalid.into())
    }

    /// Whether an account has this name.
    pub fn has_name(&self, name: &Name) -> Result<bool, RequestError> {
        let query = "SELECT EXISTS (SELECT 1 FROM account WHERE name_key = ?)";
        self.transaction(|db| Ok(db.query_row(query, [&name.key], |row| row.get(0))?))
    }

    /// The name of an account; `None` if there is no such account.
    pub fn name(&self, account: &UserHandle) -> Result<Option<String>, RequestError> {
        let query = "SELECT name FROM account WHERE handle = ?";
        self.transaction(|db| Ok(db.query_row(query, [account.as_bytes()], |row| row.get(0)).optional()?))
    }

    /// Stores an account with its first credential; `false` if the name has been taken meanwhile.
    pub fn insert_account(
        &self,
        name: &Name,
        record: &CredentialRecord,
        label: &str,
        now: Timestamp,
    ) -> Result<bool, RequestError> {
        self.transaction(|db| {
            let insert = "INSERT INTO account VALUES (?, ?, ?) ON CONFLICT (name_key) DO NOTHING";
            let row = params![record.user_handle().as_bytes(), name.shown, name.key];
            let is_new = db.execute(insert, row)? == 1;
            if is_new {
                insert_credential(db, record, label, now)?;
            }
            Ok(is_new)
        })
    }

    /// Stores another credential of an account; `false` if the account has as many as it may have.
    pub fn insert_credential(
        &self,
        record: &CredentialRecord,
        label: &str,
        now: Timestamp,
    ) -> Result<bool, RequestError> {
        self.transaction(|db| {
            let query = "SELECT count(*) FROM credential WHERE account = ?";
            let count: u32 = db.query_row(query, [record.user_handle().as_bytes()], |row| row.get(0))?;
            let has_room = count < u32::from(CREDENTIALS_MAX);
            if has_room {
                insert_credential(db, record, label, now)?;
            }
            Ok(has_room)
        })
    }

    /// The credential with this ID, whichever account it is in.
    pub fn find(&self, id: &CredentialId) -> Result<Option<Stored>, RequestError> {
        let query = "SELECT record, label, created_at, used_at FROM credential WHERE id = ?";
        self.transaction(|db| {
            let row = db.query_row(query, [id.as_bytes()], |row| Ok(Stored::read(row))).optional()?;
            row.transpose()
        })
    }

    /// The credentials of an account, the oldest first.
    pub fn list(&self, account: &UserHandle) -> Result<Vec<Stored>, RequestError> {
        let query =
            "SELECT record, label, created_at, used_at FROM credential WHERE account = ? ORDER BY created_at";
        self.transaction(|db| {
            let mut query = db.prepare(query)?;
            let rows = query.query_map([account.as_bytes()], |row| Ok(Stored::read(row)))?;
            rows.map(|row| row?).collect()
        })
    }

    /// Stores the update of an authentication as compare-and-swap; `false` if the record changed since it was read.
    ///
    /// The text to compare is the one that was read. The record serialised again may have another one: a row of an
    /// earlier version has, and so has one whose members another program wrote in another order.
    pub fn replace(
        &self,
        stored: Stored,
        update: &CredentialUpdate,
        now: Timestamp,
    ) -> Result<bool, RequestError> {
        let Stored { text, mut record, .. } = stored;
        record.apply(update).map_err(RequestError::server)?;
        let after = serde_json::to_string(&record)?;
        let row = params![after, now.unix_seconds(), record.id().as_bytes(), text];
        let swap = "UPDATE credential SET record = ?, used_at = ? WHERE id = ? AND record = ?";
        self.transaction(|db| Ok(db.execute(swap, row)? == 1))
    }

    /// Gives a credential of an account another label; `false` if the account has no such credential.
    pub fn rename(&self, account: &UserHandle, id: &CredentialId, label: &str) -> Result<bool, RequestError> {
        let rename = "UPDATE credential SET label = ? WHERE id = ? AND account = ?";
        let row = params![label, id.as_bytes(), account.as_bytes()];
        self.transaction(|db| Ok(db.execute(rename, row)? == 1))
    }

    /// Removes a credential of an account, unless it is the last one, and all other sessions of the account: one
    /// may be open on a lost device. `false` if nothing was removed.
    ///
    /// One statement counts and removes: two that run at once can't remove the last two.
    pub fn remove(
        &self,
        account: &UserHandle,
        id: &CredentialId,
        session: &str,
    ) -> Result<bool, RequestError> {
        let remove = "DELETE FROM credential WHERE id = :id AND account = :account
                      AND 1 < (SELECT count(*) FROM credential WHERE account = :account)";
        self.transaction(|db| {
            let row = named_params! { ":id": id.as_bytes(), ":account": account.as_bytes() };
            let is_removed = db.execute(remove, row)? == 1;
            if is_removed {
                let others = params![account.as_bytes(), sha256(&[session.as_bytes()])];
                db.execute("DELETE FROM session WHERE account = ? AND hash <> ?", others)?;
            }
            Ok(is_removed)
        })
    }

    /// Opens a session, and returns the token for the cookie. The database has its hash, so that a copy of it opens no
    /// session. A credential that was removed since it was verified opens none either.
    pub fn open_session(
        &self,
        account: &UserHandle,
        id: &CredentialId,
        now: Timestamp,
    ) -> Result<String, RequestError> {
        let token = random_name()?;
        let expires_at = now.plus_seconds(SESSION_SECONDS).unix_seconds();
        self.transaction(|db| {
            db.execute("DELETE FROM session WHERE expires_at <= ?", [now.unix_seconds()])?;
            let open =
                "INSERT INTO session SELECT ?, account, ? FROM credential WHERE id = ? AND account = ?";
            let row = params![sha256(&[token.as_bytes()]), expires_at, id.as_bytes(), account.as_bytes()];
            let is_open = db.execute(open, row)? == 1;
            is_open.then_some(()).ok_or(Code::CredentialUnknown.into())
        })?;
        Ok(token)
    }

    /// The account of a session that has not expired.
    pub fn session(&self, token: &str, now: Timestamp) -> Result<Option<UserHandle>, RequestError> {
        let query = "SELECT account FROM session WHERE hash = ? AND expires_at > ?";
        let row = params![sha256(&[token.as_bytes()]), now.unix_seconds()];
        let account: Option<Vec<u8>> =
            self.transaction(|db| Ok(db.query_row(query, row, |row| row.get(0)).optional()?))?;
        Ok(account.and_then(UserHandle::new))
    }

    /// Ends a session.
    pub fn end_session(&self, token: &str) -> Result<(), RequestError> {
        let hash = sha256(&[token.as_bytes()]);
        self.transaction(|db| Ok(db.execute("DELETE FROM session WHERE hash = ?", [hash]).map(drop)?))
    }

    fn transaction<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, RequestError>,
    ) -> Result<T, RequestError> {
        let mut connection = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok(value)
    }
}

impl Stored {
    fn read(row: &Row<'_>) -> Result<Self, RequestError> {
        let text: String = row.get("record")?;
        let time = Timestamp::from_unix_seconds;
        Ok(Self {
            record: serde_json::from_str(&text)?,
            text,
            label: row.get("label")?,
            created_at: time(row.get("created_at")?),
            used_at: row.get::<_, Option<i64>>("used_at")?.map(time),
        })
    }
}

/// The primary key decides if two registrations of one credential come at once.
fn insert_credential(
    db: &Transaction<'_>,
    record: &CredentialRecord,
    label: &str,
    now: Timestamp,
) -> Result<(), RequestError> {
    let row = params![
        record.id().as_bytes(),
        record.user_handle().as_bytes(),
        serde_json::to_string(record)?,
        label,
        now.unix_seconds()
    ];
    db.execute("INSERT INTO credential VALUES (?, ?, ?, ?, ?, NULL)", row)?;
    Ok(())
}

/// 256 bits in base64url.
fn random_name() -> Result<String, RequestError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(RequestError::server)?;
    Ok(base64url::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_changed_since_it_was_read_is_not_replaced() {
        let store = Store::new(Connection::open_in_memory().unwrap()).unwrap();
        let now = Timestamp::from_unix_seconds(0);
        let record = |count| {
            let (id, account) = (CredentialId::new([1; 16]).unwrap(), UserHandle::new([7; 16]).unwrap());
            CredentialRecord::new(id, "localhost", account, [0xa0]).with_sign_count(count)
        };
        let before = record(5);
        assert!(store.insert_account(&Name::parse("Jo").unwrap(), &before, "Passkey", now).unwrap());
        let update = |count| {
            let next = record(count).dynamic_part().clone();
            CredentialUpdate::new(before.id().clone(), before.dynamic_part().clone(), next)
        };
        // Two sign-ins read the record before either stores what it changed.
        let [first, second] = [(); 2].map(|()| store.find(before.id()).unwrap().unwrap());
        assert!(store.replace(first, &update(6), now).unwrap());
        assert!(!store.replace(second, &update(7), now).unwrap());
        assert_eq!(store.find(before.id()).unwrap().unwrap().record.sign_count(), 6);
    }

    /// A store with an account that has this many credentials.
    fn with_credentials(count: u8) -> (Store, Vec<CredentialRecord>) {
        let store = Store::new(Connection::open_in_memory().unwrap()).unwrap();
        let record = |id: u8| {
            let (id, account) = (CredentialId::new([id; 16]).unwrap(), UserHandle::new([7; 16]).unwrap());
            CredentialRecord::new(id, "localhost", account, [0xa0])
        };
        let records: Vec<_> = (0..count).map(record).collect();
        let now = Timestamp::from_unix_seconds(0);
        let name = Name::parse("Jo").unwrap();
        assert!(store.insert_account(&name, &records[0], "Passkey", now).unwrap());
        for record in &records[1..] {
            assert!(store.insert_credential(record, "Passkey", now).unwrap());
        }
        (store, records)
    }

    #[test]
    fn an_account_has_no_more_credentials_than_it_may_have() {
        let now = Timestamp::from_unix_seconds(0);
        let (store, records) = with_credentials(CREDENTIALS_MAX);
        let account = records[0].user_handle().clone();
        let id = CredentialId::new([0xff; 16]).unwrap();
        let another = CredentialRecord::new(id, "localhost", account.clone(), [0xa0]);
        assert!(!store.insert_credential(&another, "Passkey", now).unwrap());
        assert!(store.remove(&account, records[0].id(), "").unwrap());
        assert!(store.insert_credential(&another, "Passkey", now).unwrap());
    }

    #[test]
    fn a_credential_that_was_removed_since_it_was_verified_opens_no_session() {
        let now = Timestamp::from_unix_seconds(0);
        let (store, records) = with_credentials(2);
        let [removed, kept] = [0, 1].map(|index| &records[index]);
        let account = kept.user_handle();
        assert!(store.remove(account, removed.id(), "").unwrap());
        let error = store.open_session(account, removed.id(), now).unwrap_err();
        assert_eq!(error.code, Code::CredentialUnknown.as_str());
        let token = store.open_session(account, kept.id(), now).unwrap();
        assert_eq!(store.session(&token, now).unwrap().as_ref(), Some(account));
    }

    #[test]
    fn an_account_whose_first_credential_is_taken_is_not_stored() {
        let store = Store::new(Connection::open_in_memory().unwrap()).unwrap();
        let now = Timestamp::from_unix_seconds(0);
        let record = |account: u8| {
            let (id, account) =
                (CredentialId::new([1; 16]).unwrap(), UserHandle::new([account; 16]).unwrap());
            CredentialRecord::new(id, "localhost", account, [0xa0])
        };
        let insert = |name, account| {
            store.insert_account(&Name::parse(name).unwrap(), &record(account), "Passkey", now)
        };
        assert!(insert("Jo", 7).unwrap());
        assert_eq!(insert("Max", 8).unwrap_err().code, crate::error::INTERNAL);
        assert!(!store.has_name(&Name::parse("Max").unwrap()).unwrap());
    }
}
