//! The acts that sessions confirmed with a passkey. A confirmation is valid for one act, once, for minutes, and for the
//! browser that confirmed it: the thief of a session could wait for its owner to confirm something.

use countersign::types::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::operation_error::{OperationError, Rejection};
use crate::{act::Act, store_error::StoreError, token::TokenHash};

/// Seconds for which a confirmation is valid: long enough to continue, too short for a session that is stolen later.
/// Rule 396 has the number.
pub(crate) const LIFETIME_SECONDS: i64 = 5 * 60;

/// The latest end of a confirmation that is not from the future.
pub(super) fn latest_end(now: Timestamp) -> Timestamp {
    now.plus_seconds(LIFETIME_SECONDS).plus_seconds(super::limits::AHEAD_SECONDS)
}

/// Stores that a session confirmed this act in this browser.
pub(crate) fn insert(
    db: &Connection,
    session: &TokenHash,
    browser: &TokenHash,
    act: &Act,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM confirmations WHERE (token_hash, act) IN
             (SELECT token_hash, act FROM confirmations WHERE expires_at <= ?1
              UNION ALL SELECT token_hash, act FROM confirmations WHERE expires_at > ?2 LIMIT ?3)",
    )?
    .execute((now.unix_seconds(), latest_end(now).unix_seconds(), super::limits::PURGE_MAX))?;
    db.prepare_cached(
        "INSERT OR REPLACE INTO confirmations (token_hash, act, browser_hash, expires_at) VALUES (?, ?, ?, ?)",
    )?
    .execute((session, act.text()?, browser, now.plus_seconds(LIFETIME_SECONDS).unix_seconds()))?;
    Ok(())
}

/// When the session's confirmation of this act in this browser ends. `None` if there is none, or if it is from the
/// future because the clock was put back since.
pub(crate) fn until(
    db: &Connection,
    session: &TokenHash,
    browser: Option<&TokenHash>,
    act: &Act,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT expires_at FROM confirmations
             WHERE token_hash = ? AND act = ? AND browser_hash = ? AND expires_at > ? AND expires_at <= ?",
    )?;
    let latest = latest_end(now).unix_seconds();
    let of = (session, act.text()?, browser, now.unix_seconds(), latest);
    Ok(find.query_row(of, |row| row.get(0)).optional()?.map(Timestamp::from_unix_seconds))
}

/// Uses up the session's confirmation of this act. Fails with [`Rejection::Unconfirmed`] if there is none.
pub(crate) fn take(
    db: &Connection,
    session: &TokenHash,
    browser: Option<&TokenHash>,
    act: &Act,
    now: Timestamp,
) -> Result<(), OperationError> {
    until(db, session, browser, act, now)?.ok_or(Rejection::Unconfirmed)?;
    db.prepare_cached("DELETE FROM confirmations WHERE token_hash = ? AND act = ?")?
        .execute((session, act.text()?))?;
    Ok(())
}
