//! The failures of an open database.

use rusqlite::{ErrorCode, ffi};

/// Why the database can't be read or written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The disk is full. Nothing was stored.
    #[error("the disk is full")]
    Full,
    /// Another program holds the database locked, for longer than a statement waits.
    #[error("the database is locked by another program")]
    Locked,
    /// The transaction waited too long for its turn. Nothing was stored.
    #[error("too many transactions wait for the database")]
    Busy,
    /// `SQLite` failed for another reason, with its message.
    #[error("the database failed: {0}")]
    Failed(String),
    /// A stored value is not one that this version writes.
    #[error("a stored value can't be read: {0}")]
    Corrupt(String),
    /// Another operation of the same transaction broke it off.
    #[error("the transaction was broken off")]
    BrokenOff,
    /// The database file was deleted or replaced: nothing is stored until it is back, or opened anew.
    #[error("the database file was deleted or replaced")]
    Gone,
    /// The store is shutting down.
    #[error("the database is closed")]
    Closed,
}

impl StoreError {
    /// The words that [`code`](Self::code) returns.
    pub const CODES: &'static [&'static str] =
        &["disk-full", "locked", "busy", "failed", "corrupt", "broken-off", "file-gone", "closed"];

    /// A word for the kind of failure, for metrics.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Full => "disk-full",
            Self::Locked => "locked",
            Self::Busy => "busy",
            Self::Failed(_) => "failed",
            Self::Corrupt(_) => "corrupt",
            Self::BrokenOff => "broken-off",
            Self::Gone => "file-gone",
            Self::Closed => "closed",
        }
    }
}

/// The failure of a statement, or of reading what it returned.
#[derive(Debug)]
pub(crate) enum Failure {
    /// `SQLite` failed.
    Sqlite(rusqlite::Error),
    /// A part of a record can't be written or read.
    Json(serde_json::Error),
    /// A stored value is out of its bounds.
    Value(&'static str),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let error = match failure {
            Failure::Sqlite(error) => error,
            Failure::Json(error) => return Self::Corrupt(error.to_string()),
            Failure::Value(value) => return Self::Corrupt(value.into()),
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            _ => Self::Failed(message(&error)),
        }
    }
}

/// `SQLite`'s own message for an error, without rusqlite's additions.
pub(crate) fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, None) => ffi::code_to_str(code.extended_code).into(),
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_one_of_the_codes() {
        let failures = [
            StoreError::Full,
            StoreError::Locked,
            StoreError::Busy,
            StoreError::Failed(String::new()),
            StoreError::Corrupt(String::new()),
            StoreError::BrokenOff,
            StoreError::Gone,
            StoreError::Closed,
        ];
        assert_eq!(failures.each_ref().map(StoreError::code), StoreError::CODES);
    }
}
