//! The deletion of expired rows, apart from the transactions of users.

use countersign::store::{AHEAD_SECONDS, FORMER_ACCOUNT_SECONDS};
use countersign::types::Timestamp;
use rusqlite::Connection;

use crate::sqlite::statements::{
    BEGIN, COMMIT, PURGE_CONFIRMATIONS, PURGE_FINISHES, PURGE_FORMER_ACCOUNTS, PURGE_INVITATIONS,
    PURGE_OPERATOR_LINKS, PURGE_SESSIONS, ROLLBACK,
};
use crate::sqlite::store_error::{Failure, StoreError};
use crate::sqlite::values::rows;

/// Seconds between two purges.
const PERIOD_SECONDS: i64 = 60;

/// The most rows of a table that one transaction deletes: some milliseconds, for which a sign-in may have to wait.
const BATCH_MAX: usize = 1000;

/// When to purge next.
#[derive(Debug, Default)]
pub(crate) struct Purge {
    last: Option<Timestamp>,
}

impl Purge {
    /// Deletes a batch of expired rows, if the last purge is long enough ago. If there are more, the next call goes on.
    ///
    /// A failure is logged: the rows stay, and no method returns them. Returns whether it was time to purge.
    pub(crate) fn run(&mut self, connection: &Connection, now: Timestamp) -> bool {
        if !self.is_due(now) {
            return false;
        }
        match delete(connection, now) {
            Ok(most) if most >= BATCH_MAX => self.last = None,
            Ok(_) => self.last = Some(now),
            Err(failure) => {
                if !connection.is_autocommit() {
                    let _ = connection.execute_batch(ROLLBACK);
                }
                let error = StoreError::from(failure);
                tracing::warn!(%error, "expired rows can't be deleted");
                self.last = Some(now);
            }
        }
        true
    }

    /// Also if the clock was put back.
    fn is_due(&self, now: Timestamp) -> bool {
        self.last.is_none_or(|last| {
            now.unix_seconds().abs_diff(last.unix_seconds()) >= PERIOD_SECONDS.unsigned_abs()
        })
    }
}

/// Deletes a batch from each table, and returns the most rows of any.
fn delete(connection: &Connection, now: Timestamp) -> Result<usize, Failure> {
    // Another process's clock may be behind by that much.
    let ended = now.plus_seconds(-AHEAD_SECONDS);
    let ends = [
        (PURGE_FINISHES, ended),
        (PURGE_SESSIONS, ended),
        (PURGE_CONFIRMATIONS, ended),
        (PURGE_INVITATIONS, ended),
        (PURGE_OPERATOR_LINKS, ended),
        (PURGE_FORMER_ACCOUNTS, ended.plus_seconds(-FORMER_ACCOUNT_SECONDS)),
    ];
    connection.prepare_cached(BEGIN)?.execute(())?;
    let mut most = 0;
    for (statement, end) in ends {
        let deleted = connection.prepare_cached(statement)?.execute((end.unix_seconds(), rows(BATCH_MAX)))?;
        most = deleted.max(most);
    }
    connection.prepare_cached(COMMIT)?.execute(())?;
    Ok(most)
}
