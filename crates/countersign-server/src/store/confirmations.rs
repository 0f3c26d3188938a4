//! What sessions confirmed with a passkey: one act each, good once, for minutes, and for the browser that confirmed it. A
//! session may be stolen, and its thief waits for its owner to confirm something.

use countersign::types::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::{StoreError, ceremonies::PURGE_MAX, sessions::AHEAD_SECONDS};
use crate::token::TokenHash;

/// Seconds for which a confirmation is good: time enough for a person to go on, and too short for a session that was
/// stolen later. Rule 396 has the number.
pub(crate) const LIFETIME_SECONDS: i64 = 5 * 60;

/// The latest end of a confirmation that is not from the future.
pub(super) fn latest_end(now: Timestamp) -> Timestamp {
    now.plus_seconds(LIFETIME_SECONDS).plus_seconds(AHEAD_SECONDS)
}

/// Notes that a session confirmed this act in this browser.
pub(crate) fn insert(
    db: &Connection,
    session: &TokenHash,
    browser: &TokenHash,
    act: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM confirmations WHERE (token_hash, act) IN
             (SELECT token_hash, act FROM confirmations WHERE expires_at <= ?1
              UNION ALL SELECT token_hash, act FROM confirmations WHERE expires_at > ?2 LIMIT ?3)",
    )?
    .execute((now.unix_seconds(), latest_end(now).unix_seconds(), PURGE_MAX))?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO confirmations (token_hash, act, browser_hash, expires_at) VALUES (?, ?, ?, ?)",
    )?
    .execute((session, act, browser, now.plus_seconds(LIFETIME_SECONDS).unix_seconds()))?;
    Ok(())
}

/// When the session's confirmation of this act in this browser ends; [`StoreError::Unconfirmed`] if it has none. One from
/// the future is none: the clock was put back since.
pub(crate) fn until(
    db: &Connection,
    session: &TokenHash,
    browser: Option<&TokenHash>,
    act: &str,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT expires_at FROM confirmations
             WHERE token_hash = ? AND act = ? AND browser_hash = ? AND expires_at > ? AND expires_at <= ?",
    )?;
    let latest = latest_end(now).unix_seconds();
    let found =
        find.query_row((session, act, browser, now.unix_seconds(), latest), |row| row.get(0)).optional()?;
    found.map(Timestamp::from_unix_seconds).ok_or(StoreError::Unconfirmed)
}

/// Uses the session's confirmation of this act up.
pub(crate) fn take(
    db: &Connection,
    session: &TokenHash,
    browser: Option<&TokenHash>,
    act: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    until(db, session, browser, act, now)?;
    db.prepare_cached("DELETE FROM confirmations WHERE token_hash = ? AND act = ?")?
        .execute((session, act))?;
    Ok(())
}
