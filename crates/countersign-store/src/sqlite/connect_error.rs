//! The reasons why a database can't be used.

use std::{fs, path::Path};

use rusqlite::ErrorCode;

use crate::sqlite::{open_error::OpenError, store_error};

/// Why a database can't be used.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// `SQLite`'s own error.
    Sqlite(rusqlite::Error),
    /// The file can't be written to.
    ReadOnly,
    /// The file is not a database of this crate.
    NotOurs,
    /// The schema is newer than the one that this crate supports.
    TooNew {
        /// The version of the database.
        found: i64,
        /// The newest supported version.
        known: i64,
    },
}

impl From<rusqlite::Error> for ConnectError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl ConnectError {
    /// The error of a store that can't open the database at this path.
    pub(crate) fn into_open_error(self, path: &Path) -> OpenError {
        let path = path.to_owned();
        let error = match self {
            Self::ReadOnly => return OpenError::ReadOnly(path),
            Self::NotOurs => return OpenError::NotCountersign(path),
            Self::TooNew { found, known } => return OpenError::TooNew { path, found, known },
            Self::Sqlite(error) => error,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => OpenError::Locked(path),
            Some(ErrorCode::NotADatabase) => OpenError::NotCountersign(path),
            Some(ErrorCode::ReadOnly) => OpenError::ReadOnly(path),
            Some(ErrorCode::CannotOpen) => {
                let reason = match fs::metadata(&path) {
                    Ok(found) if found.is_dir() => "it is a folder",
                    _ => "the file, or the log next to it, can't be opened",
                };
                OpenError::Unusable(path, reason.into())
            }
            _ => OpenError::Unusable(path, store_error::message(&error)),
        }
    }
}
