//! What sessions confirmed with a passkey: one act each, good once and for minutes.

use countersign::types::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::{StoreError, ceremonies::PURGE_MAX};
use crate::token::TokenHash;

/// Seconds for which a confirmation is good: time enough for a person to go on, and too short for a session that was
/// stolen later. Rule 396 has the number.
pub(crate) const LIFETIME_SECONDS: i64 = 5 * 60;

/// Notes that a session confirmed this act.
pub(crate) fn insert(
    db: &Connection,
    session: &TokenHash,
    act: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM confirmations WHERE (token_hash, act) IN
             (SELECT token_hash, act FROM confirmations WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
    )?
    .execute((now.unix_seconds(), PURGE_MAX))?;
    db.prepare_cached("INSERT OR REPLACE INTO confirmations (token_hash, act, expires_at) VALUES (?, ?, ?)")?
        .execute((session, act, now.plus_seconds(LIFETIME_SECONDS).unix_seconds()))?;
    Ok(())
}

/// When the session's confirmation of this act ends; [`StoreError::Unconfirmed`] if it has none. One from the future
/// is none: the clock was put back since.
pub(crate) fn until(
    db: &Connection,
    session: &TokenHash,
    act: &str,
    now: Timestamp,
) -> Result<Timestamp, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT expires_at FROM confirmations WHERE token_hash = ? AND act = ? AND expires_at > ? AND expires_at <= ?",
    )?;
    let latest = now.plus_seconds(LIFETIME_SECONDS).unix_seconds();
    let found = find.query_row((session, act, now.unix_seconds(), latest), |row| row.get(0)).optional()?;
    found.map(Timestamp::from_unix_seconds).ok_or(StoreError::Unconfirmed)
}

/// Uses the session's confirmation of this act up.
pub(crate) fn take(
    db: &Connection,
    session: &TokenHash,
    act: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    until(db, session, act, now)?;
    db.prepare_cached("DELETE FROM confirmations WHERE token_hash = ? AND act = ?")?
        .execute((session, act))?;
    Ok(())
}
