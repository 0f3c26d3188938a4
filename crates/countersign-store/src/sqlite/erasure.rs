//! The traces of removed accounts in the write-ahead log.
//!
//! `secure_delete` overwrites what is deleted in the file itself. The log still has pages from before the deletion, until
//! it is truncated.

use std::time::Duration;

use countersign::store::Operation;
use countersign::types::Timestamp;
use rusqlite::Connection;

use crate::sqlite::connect::BUSY_TIMEOUT;

/// Seconds after the removal of an account in which the log is truncated again with each purge: longer than any ceremony,
/// whose finish may have the ID of a credential until then.
const AGAIN_SECONDS: i64 = 60 * 60;

/// How long to try: a reader, such as a backup, may be using the log.
const PATIENCE: Duration = Duration::from_millis(100);

/// Which traces of removed accounts may still be in the log.
#[derive(Debug, Default)]
pub(crate) struct Erasure {
    /// Whether an account was removed since the log was truncated.
    is_due: bool,
    /// Until when the log is truncated after each purge.
    until: Option<Timestamp>,
}

impl Erasure {
    /// Notes what was committed.
    pub(crate) fn note(&mut self, operations: &[Operation], now: Timestamp) {
        if operations.iter().any(|operation| matches!(operation, Operation::RemoveAccount(_))) {
            (self.is_due, self.until) = (true, Some(now.plus_seconds(AGAIN_SECONDS)));
        }
    }

    /// Truncates the log if an account was removed, and again after each purge of the next hour.
    pub(crate) fn run(&mut self, connection: &Connection, is_purged: bool, now: Timestamp) {
        self.until = self.until.filter(|until| now <= *until);
        if self.is_due || (is_purged && self.until.is_some()) {
            truncate(connection);
            self.is_due = false;
        }
    }
}

/// Copies the log into the file and truncates it. Other transactions wait meanwhile, so this gives up soon.
fn truncate(connection: &Connection) {
    let truncate = || -> Result<bool, rusqlite::Error> {
        connection.busy_timeout(PATIENCE)?;
        let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0));
        // Also after a failure: the transactions that follow wait as long as before.
        connection.busy_timeout(BUSY_TIMEOUT)?;
        is_busy
    };
    match truncate() {
        Ok(false) => {}
        Ok(true) => {
            tracing::info!("the database's log is in use: traces of a removed account are erased later");
        }
        Err(error) => tracing::warn!(%error, "the database's log can't be truncated"),
    }
}
