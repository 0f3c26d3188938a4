//! The reasons why a database can't be used.

use std::{fs, path::Path};

use rusqlite::{ErrorCode, ffi};

use crate::start_error::StartError;

/// Why a database can't be used.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// SQLite's own error.
    Sqlite(rusqlite::Error),
    /// The file can't be written to.
    ReadOnly,
    /// The file is not a database of this application.
    NotOurs,
    /// The schema is newer than the one that this program supports.
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
    /// The error of a server that can't start with the database at this path.
    pub(super) fn into_start_error(self, path: &Path) -> StartError {
        let path = path.to_owned();
        let error = match self {
            Self::ReadOnly => return StartError::DatabaseReadOnly(path),
            Self::NotOurs => return StartError::NotCountersign(path),
            Self::TooNew { found, known } => return StartError::DatabaseTooNew { path, found, known },
            Self::Sqlite(error) => error,
        };
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StartError::DatabaseLocked(path),
            Some(ErrorCode::NotADatabase) => StartError::NotCountersign(path),
            Some(ErrorCode::ReadOnly) => StartError::DatabaseReadOnly(path),
            Some(ErrorCode::CannotOpen) => {
                let reason = match fs::metadata(&path) {
                    Ok(found) if found.is_dir() => "it is a folder",
                    _ => "the file, or the log next to it, can't be opened",
                };
                StartError::Database(path, reason.into())
            }
            _ => StartError::Database(path, message(&error)),
        }
    }
}

/// SQLite's own message for an error, without rusqlite's additions.
fn message(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, None) => ffi::code_to_str(code.extended_code).into(),
        rusqlite::Error::SqliteFailure(_, Some(message)) => message.clone(),
        other => other.to_string(),
    }
}
