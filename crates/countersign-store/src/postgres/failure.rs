//! What a failure means for the transaction and for the connection.

use std::{error::Error, io};

use tokio_postgres::error::{DbError, SqlState};

use crate::postgres::error::PostgresError;

/// The constraint by which names of accounts are unique.
const ACCOUNTS_BY_NAME: &str = "countersign_accounts_by_name";

/// A failure, and what may be done next.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: PostgresError,
    /// Whether nothing happened, so that the same may be tried again.
    pub(super) again: bool,
    /// Whether the connection may still be used, once the transaction is rolled back.
    pub(super) usable: bool,
}

impl From<PostgresError> for Failure {
    fn from(error: PostgresError) -> Self {
        Self { error, again: false, usable: true }
    }
}

/// For statements of a transaction that is not committed yet, and for reads.
impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        let (again, usable) = match error.code() {
            Some(code) if is_conflict(code) || is_name_race(&error) => (true, true),
            Some(code) if is_of_data(code) => (false, true),
            Some(code) => (is_lost(code), false),
            None => (error.is_closed() || is_io(&error), false),
        };
        Self { error: PostgresError::Statement(error.into()), again, usable }
    }
}

impl Failure {
    /// The failure of a COMMIT, or of a statement that is a transaction by itself.
    pub(super) fn of_commit(error: tokio_postgres::Error) -> Self {
        match error.code() {
            Some(code) if is_conflict(code) || is_of_data(code) || is_undone(code) => Self::from(error),
            _ => Self { error: PostgresError::Unknown(Some(error.into())), again: false, usable: false },
        }
    }
}

/// Whether the database rolled the transaction back because of another one. Databases that scale out do so often.
fn is_conflict(code: &SqlState) -> bool {
    *code == SqlState::T_R_SERIALIZATION_FAILURE || *code == SqlState::T_R_DEADLOCK_DETECTED
}

/// Whether another transaction gave an account the same name at the same moment. Once it is committed, the statement finds
/// that account.
fn is_name_race(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().and_then(DbError::constraint) == Some(ACCOUNTS_BY_NAME)
}

/// Whether the data is the reason: a text with U+0000, or a constraint.
fn is_of_data(code: &SqlState) -> bool {
    ["22", "23"].iter().any(|class| code.code().starts_with(class))
}

/// Whether the database says that the statement had no effect: it was cancelled, as by a time-out, or may not write. An
/// operator who cancels the wait for a standby gets a warning instead, and the transaction has happened.
fn is_undone(code: &SqlState) -> bool {
    *code == SqlState::QUERY_CANCELED
        || *code == SqlState::READ_ONLY_SQL_TRANSACTION
        // No such table, no right to it.
        || code.code().starts_with("42")
}

/// Whether the database ends the connection, or no longer accepts writes because another server took over.
fn is_lost(code: &SqlState) -> bool {
    *code == SqlState::READ_ONLY_SQL_TRANSACTION
        || *code == SqlState::ADMIN_SHUTDOWN
        || *code == SqlState::CRASH_SHUTDOWN
        || *code == SqlState::CANNOT_CONNECT_NOW
        || *code == SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT
        || code.code().starts_with("08")
}

fn is_io(error: &tokio_postgres::Error) -> bool {
    error.source().is_some_and(<dyn Error>::is::<io::Error>)
}
