//! The failures of the database.

/// Why the database can't be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// SQLite failed: the disk is full, the file is locked for too long, or the like.
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
    /// A stored value is not one that this program writes.
    #[error("a stored value can't be read: {0}")]
    Corrupt(serde_json::Error),
    /// Another operation of the same transaction broke it off.
    #[error("the transaction was broken off")]
    BrokenOff,
    /// The database file was deleted or replaced.
    #[error("the database file was deleted or replaced")]
    Gone,
    /// The store is shutting down.
    #[error("the database is closed")]
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
