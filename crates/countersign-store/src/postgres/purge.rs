//! The removal of rows that no method would return any more.

use std::sync::atomic::{AtomicI64, Ordering};

use countersign::store::{AHEAD_SECONDS, FORMER_ACCOUNT_SECONDS};
use countersign::types::Timestamp;
use deadpool_postgres::Pool;

use crate::postgres::error::PostgresError;
use crate::postgres::options::PostgresOptions;
use crate::postgres::pool::{Connection, within};
use crate::text;

/// Seconds between two removals.
const INTERVAL_SECONDS: i64 = 60;

/// The most rows that one statement removes: it takes milliseconds, and holds few locks.
const BATCH: u64 = 1000;

/// The most statements of one removal from a table. The rest is removed a minute later.
const BATCHES: u32 = 1000;

/// The tables, with the key and the time of their rows, and how many seconds after that time a row is of no use. Clocks
/// of other instances may be behind.
const TABLES: [(&str, &str, &str, i64); 6] = [
    ("finishes", "ceremony", "until", AHEAD_SECONDS),
    ("sessions", "token", "expires_at", AHEAD_SECONDS),
    ("confirmations", "session, act_hash", "expires_at", AHEAD_SECONDS),
    ("invitations", "code", "expires_at", AHEAD_SECONDS),
    ("operator_links", "token", "expires_at", AHEAD_SECONDS),
    ("former_accounts", "handle_hash", "removed_at", FORMER_ACCOUNT_SECONDS + AHEAD_SECONDS),
];

/// When rows were last removed.
#[derive(Debug)]
pub(super) struct Schedule(AtomicI64);

impl Schedule {
    pub(super) const fn new() -> Self {
        Self(AtomicI64::new(i64::MIN))
    }

    /// Whether it is time to remove rows. Says so once: the caller does it.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let now = now.unix_seconds();
        let last = self.0.load(Ordering::Relaxed);
        // A clock that was put back must not stop the removals.
        let is_due = now >= last.saturating_add(INTERVAL_SECONDS) || now < last;
        is_due && self.0.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }
}

/// Removes what has expired, in batches. A failure is logged: the next removal tries again.
pub(super) async fn purge(pool: &Pool, options: &PostgresOptions, now: Timestamp) {
    for table in TABLES {
        if let Err(error) = purge_table(pool, options, table, now).await {
            tracing::warn!(error = text::with_causes(&error), "expired rows can't be removed");
            return;
        }
    }
}

async fn purge_table(
    pool: &Pool,
    options: &PostgresOptions,
    (table, key, time, margin): (&str, &str, &str, i64),
    now: Timestamp,
) -> Result<(), PostgresError> {
    // Rows that a transaction uses are left for the next time.
    let delete = format!(
        "DELETE FROM countersign_{table} WHERE ({key}) IN
             (SELECT {key} FROM countersign_{table} WHERE {time} < $1 LIMIT {BATCH} FOR UPDATE SKIP LOCKED)"
    );
    let before = now.plus_seconds(margin.saturating_neg()).unix_seconds();
    for _ in 0..BATCHES {
        let connection = Connection::of(pool, options).await?;
        let outcome = within(options.answer_timeout(), async {
            let client = connection.client()?;
            let statement = client.prepare_cached(&delete).await?;
            Ok(client.execute(&statement, &[&before]).await?)
        });
        match outcome.await {
            Ok(removed) => {
                connection.give_back();
                if removed < BATCH {
                    return Ok(());
                }
            }
            Err(failure) => return Err(failure.error),
        }
    }
    Ok(())
}
