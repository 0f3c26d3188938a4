//! The database: SQLite, in one file.
//!
//! One thread owns the connection that writes, and [`writer`] says why. Reads run on a few connections of their
//! own, which write-ahead logging lets go on beside a write. What an operation does is a function of a connection
//! in [`accounts`], [`credentials`], [`sessions`] or [`ceremonies`], so that several make up one transaction.
//!
//! Another process may use the same file: what must happen once is decided by the database, not by this process.

use std::{fmt, path::Path, sync::Arc};

use rusqlite::Connection;

use crate::{OtherRelyingParty, StartError};

pub(crate) mod accounts;
pub(crate) mod ceremonies;
pub(crate) mod confirmations;
pub(crate) mod credentials;
mod evidence;
mod open;
mod presence;
mod readers;
mod schema;
pub(crate) mod sessions;
mod writer;

/// The database of a server. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    writer: Arc<writer::Writer>,
    readers: readers::Readers,
    presence: Arc<presence::Presence>,
}

impl Store {
    /// Opens the database, created and brought up to date where that is needed.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let mut connection = open::file(path)?;
        schema::migrate(&mut connection).map_err(|error| open::refusal(path, &error))?;
        let readers = readers::Readers::open(path).map_err(|error| open::refusal(path, &error))?;
        let presence = Arc::new(presence::Presence::of(path));
        let writer = writer::Writer::start(connection, presence.clone())
            .map_err(|error| StartError::Database(path.to_path_buf(), error.to_string()))?;
        Ok(Self { writer: Arc::new(writer), readers, presence })
    }

    /// Passkeys in the database file that belong to another RP ID than this one, if there are any. Makes no file, and
    /// leaves one that is there as it is.
    pub(crate) fn of_other_relying_party(
        path: &Path,
        rp_id: &str,
    ) -> Result<Option<OtherRelyingParty>, StartError> {
        if !path.exists() {
            return Ok(None);
        }
        let read = || {
            let connection = open::reader(path)?;
            schema::check(&connection)?;
            credentials::of_other_relying_party(&connection, rp_id)
        };
        read().map_err(|error| open::refusal(path, &error))
    }

    /// Refuses if the database file was deleted or replaced since it was opened.
    pub(crate) fn check_presence(&self) -> Result<(), StoreError> {
        self.presence.check()
    }

    /// Runs `work`, all of it or, where it fails, nothing; what it wrote is on disk when this returns.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.writer.run(work).await
    }

    /// Runs `work`, which only reads.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        self.readers.run(work).await
    }
}

/// Why an operation did nothing.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// Another account has the name.
    NameTaken,
    /// The credential ID is registered, with this account or another.
    CredentialRegistered,
    /// No such account, or no such credential of the account.
    NotFound,
    /// The credential is the account's last.
    LastCredential,
    /// The account has as many credentials as one may have.
    TooManyCredentials,
    /// As many ceremonies are open as there may be.
    TooManyCeremonies,
    /// No such ceremony, or not with this response.
    CeremonyUnknown,
    /// Another browser started the ceremony, or this one sent no cookie.
    OtherBrowser,
    /// The session is over.
    SessionOver,
    /// The request is for another account than the session's.
    AccountChanged,
    /// The session did not confirm the act, or too long ago.
    Unconfirmed,
    /// Another credential of the account has the label.
    LabelTaken,
    /// The stored record is no longer the one that the authentication was judged by.
    RecordChanged,
    /// SQLite failed: the disk is full, the file is locked for too long, or the like.
    Failed(rusqlite::Error),
    /// What is stored is not what this program writes.
    Corrupt(serde_json::Error),
    /// Another operation of the same transaction broke it off.
    BrokenOff,
    /// The database file was deleted or replaced.
    Gone,
    /// The store is shutting down.
    Closed,
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error)
    }
}

/// For the log.
impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameTaken => f.write_str("the name is taken"),
            Self::CredentialRegistered => f.write_str("the credential is registered"),
            Self::NotFound => f.write_str("no such row"),
            Self::LastCredential => f.write_str("the account's last credential"),
            Self::TooManyCredentials => f.write_str("too many credentials in the account"),
            Self::TooManyCeremonies => f.write_str("too many open ceremonies"),
            Self::CeremonyUnknown => f.write_str("no such ceremony is open, or not with this response"),
            Self::OtherBrowser => f.write_str("the ceremony was started by another browser"),
            Self::SessionOver => f.write_str("the session is over"),
            Self::AccountChanged => f.write_str("the request is for another account than the session's"),
            Self::Unconfirmed => f.write_str("the session did not confirm this"),
            Self::LabelTaken => f.write_str("another credential of the account has the label"),
            Self::RecordChanged => f.write_str("the record changed meanwhile"),
            Self::Failed(error) => write!(f, "the database failed: {error}"),
            Self::Corrupt(error) => write!(f, "a stored value can't be read: {error}"),
            Self::BrokenOff => f.write_str("the transaction was broken off"),
            Self::Gone => f.write_str("the database file was deleted or replaced"),
            Self::Closed => f.write_str("the database is closed"),
        }
    }
}

#[cfg(test)]
mod kit;
#[cfg(test)]
mod tests;
