//! Sessions: the hash of a token, whose it is, and the credential that it was made with.

use countersign::types::{CredentialId, Timestamp, UserHandle};
use rusqlite::{Connection, OptionalExtension as _};

use super::StoreError;
use crate::token::TokenHash;

/// Seconds after which a session that nobody used is over: a week, so that who comes back every few days stays
/// signed in.
pub(crate) const IDLE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Seconds after which a session is over, used or not: thirty days, and then a passkey's touch again.
pub(crate) const LIFETIME_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Seconds for which a use is not written down again: reading costs no write then.
pub(crate) const SEEN_SECONDS: i64 = 5 * 60;

/// The most sessions of an account; the one used longest ago ends for another.
const PER_ACCOUNT_MAX: i64 = 64;

/// The most expired sessions that a new one clears away: more than one, so that they can't pile up.
const PURGE_MAX: i64 = 16;

/// A session that is not over.
pub(crate) struct Session {
    /// The account.
    pub(crate) user: UserHandle,
    /// The account's name.
    pub(crate) name: String,
    /// What it was made with.
    pub(crate) credential_id: CredentialId,
    /// When it was last seen, as far as that was written down.
    pub(crate) seen_at: Timestamp,
}

/// Opens a session, after the account and the credential are there.
pub(crate) fn insert(
    db: &Connection,
    token_hash: &TokenHash,
    user: &UserHandle,
    credential_id: &CredentialId,
    now: Timestamp,
) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM sessions WHERE token_hash IN
             (SELECT token_hash FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
    )?
    .execute((now.unix_seconds(), PURGE_MAX))?;
    db.prepare_cached(
        "DELETE FROM sessions WHERE token_hash IN
             (SELECT token_hash FROM sessions WHERE user_handle = ? ORDER BY seen_at DESC LIMIT -1 OFFSET ?)",
    )?
    .execute((user.as_bytes(), PER_ACCOUNT_MAX.saturating_sub(1)))?;
    db.prepare_cached(
        "INSERT INTO sessions (token_hash, user_handle, credential_id, created_at, seen_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5)",
    )?
    .execute((
        token_hash,
        user.as_bytes(),
        credential_id.as_bytes(),
        now.unix_seconds(),
        now.plus_seconds(LIFETIME_SECONDS).unix_seconds(),
    ))?;
    Ok(())
}

/// The session of this token, where it is not over.
pub(crate) fn find(
    db: &Connection,
    token_hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT user_handle, name, credential_id, seen_at FROM sessions JOIN accounts USING (user_handle)
         WHERE token_hash = ? AND expires_at > ? AND seen_at > ?",
    )?;
    let idle_since = now.plus_seconds(-IDLE_SECONDS).unix_seconds();
    let found = find
        .query_row((token_hash, now.unix_seconds(), idle_since), |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?, row.get(3)?))
        })
        .optional()?;
    Ok(found.and_then(|(user, name, credential_id, seen_at)| {
        Some(Session {
            user: UserHandle::new(user)?,
            name,
            credential_id: CredentialId::new(credential_id)?,
            seen_at: Timestamp::from_unix_seconds(seen_at),
        })
    }))
}

/// Writes down that a session was used.
pub(crate) fn seen(db: &Connection, token_hash: &TokenHash, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE sessions SET seen_at = ? WHERE token_hash = ?")?
        .execute((now.unix_seconds(), token_hash))?;
    Ok(())
}

/// Ends a session, if it is there.
pub(crate) fn remove(db: &Connection, token_hash: &TokenHash) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM sessions WHERE token_hash = ?")?.execute((token_hash,))?;
    Ok(())
}
