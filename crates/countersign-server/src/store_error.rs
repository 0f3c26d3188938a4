//! The failures of the database.

use std::{error::Error, fmt};

/// Why the database can't be read or written.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// SQLite failed: the disk is full, the file is locked for too long, or the like.
    Sqlite(rusqlite::Error),
    /// A stored value is not one that this program writes.
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
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Corrupt(error)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => write!(f, "the database failed: {error}"),
            Self::Corrupt(error) => write!(f, "a stored value can't be read: {error}"),
            Self::BrokenOff => f.write_str("the transaction was broken off"),
            Self::Gone => f.write_str("the database file was deleted or replaced"),
            Self::Closed => f.write_str("the database is closed"),
        }
    }
}

impl Error for StoreError {}
