//! Sessions: the hash of a token, the account, and the credential that the session was created with.

use countersign::types::{CredentialId, Timestamp, UserHandle, base64url};
use rusqlite::{Connection, OptionalExtension as _};

use super::confirmations;
use super::limits::{AHEAD_SECONDS, PURGE_MAX};
use crate::operation_error::{OperationError, Rejection};
use crate::{store_error::StoreError, token::TokenHash};

/// Seconds after which an unused session is over: a week, so that a user who returns every few days stays signed in.
pub(crate) const IDLE_SECONDS: i64 = 7 * 24 * 60 * 60;

/// Seconds after which a session is over, used or not: thirty days.
pub(crate) const LIFETIME_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Seconds for which a further use is not recorded, so that most requests need no write.
pub(crate) const SEEN_SECONDS: i64 = 5 * 60;

/// The most sessions of an account; the least recently used one ends for another.
const PER_ACCOUNT_MAX: i64 = 64;

/// A session that is not over.
pub(crate) struct Session {
    /// The hash of its token.
    pub(crate) token_hash: TokenHash,
    /// The account.
    pub(crate) user: UserHandle,
    /// The account's name.
    pub(crate) name: String,
    /// The credential that the session was created with.
    pub(crate) credential_id: CredentialId,
    /// The time of the last recorded use.
    pub(crate) seen_at: Timestamp,
}

/// Adds a session. The account and the credential must exist.
pub(crate) fn insert(
    db: &Connection,
    token_hash: &TokenHash,
    user: &UserHandle,
    credential_id: &CredentialId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let latest = now.plus_seconds(AHEAD_SECONDS);
    db.prepare_cached(
        "DELETE FROM sessions WHERE token_hash IN
             (SELECT token_hash FROM sessions WHERE expires_at <= ?1
              UNION ALL SELECT token_hash FROM sessions WHERE expires_at > ?2 LIMIT ?3)",
    )?
    .execute((now.unix_seconds(), latest.plus_seconds(LIFETIME_SECONDS).unix_seconds(), PURGE_MAX))?;
    db.prepare_cached("UPDATE sessions SET seen_at = ?1 WHERE user_handle = ?2 AND seen_at > ?3")?
        .execute((now.unix_seconds(), user.as_bytes(), latest.unix_seconds()))?;
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

/// The sender of a request that changes something. It is checked when the headers arrive, and again in the transaction
/// that writes, since the session may end while the body arrives.
#[derive(Clone)]
pub(crate) struct Caller {
    /// The hash of the session's token.
    pub(crate) token_hash: TokenHash,
    /// The account that the user saw.
    pub(crate) account: UserHandle,
}

impl Caller {
    /// The session as it is now. Fails with [`Rejection::SessionOver`] if it is over, and with
    /// [`Rejection::AccountChanged`] if it is another account's.
    pub(crate) fn session(&self, db: &Connection, now: Timestamp) -> Result<Session, OperationError> {
        let session = find(db, &self.token_hash, now)?.ok_or(Rejection::SessionOver)?;
        if session.user == self.account { Ok(session) } else { Err(Rejection::AccountChanged.into()) }
    }
}

/// The condition for a session that is not over: by its expiry, its last use and its creation.
const IS_ALIVE: &str = "expires_at > ? AND seen_at > ? AND sessions.created_at <= ?";

/// The values for [`IS_ALIVE`].
fn alive_at(now: Timestamp) -> [i64; 3] {
    let latest = now.plus_seconds(AHEAD_SECONDS);
    [now.unix_seconds(), now.plus_seconds(-IDLE_SECONDS).unix_seconds(), latest.unix_seconds()]
}

/// The session of this token, unless it is over.
pub(crate) fn find(
    db: &Connection,
    token_hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<Session>, StoreError> {
    let mut find = db.prepare_cached(&format!(
        "SELECT user_handle, name, credential_id, seen_at FROM sessions JOIN accounts USING (user_handle)
         WHERE token_hash = ? AND {IS_ALIVE}"
    ))?;
    let [expired, idle, latest] = alive_at(now);
    let found = find
        .query_row((token_hash, expired, idle, latest), |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?, row.get(3)?))
        })
        .optional()?;
    Ok(found.and_then(|(user, name, credential_id, seen_at)| {
        Some(Session {
            token_hash: *token_hash,
            user: UserHandle::new(user)?,
            name,
            credential_id: CredentialId::new(credential_id)?,
            seen_at: Timestamp::from_unix_seconds(seen_at).min(now),
        })
    }))
}

/// Whether a session, its last use or one of its confirmations is from the future.
pub(crate) fn is_ahead(db: &Connection, token_hash: &TokenHash, now: Timestamp) -> Result<bool, StoreError> {
    let mut is_ahead = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE token_hash = ?1 AND max(created_at, seen_at) > ?2)
             OR EXISTS (SELECT 1 FROM confirmations WHERE token_hash = ?1 AND expires_at > ?3)",
    )?;
    let latest = now.plus_seconds(AHEAD_SECONDS).unix_seconds();
    let of = (token_hash, latest, confirmations::latest_end(now).unix_seconds());
    Ok(is_ahead.query_row(of, |row| row.get(0))?)
}

/// Removes a session or confirmations from the future, which would be valid again once their time has come. A last use
/// in the future is set to now.
pub(crate) fn put_right(db: &Connection, token_hash: &TokenHash, now: Timestamp) -> Result<(), StoreError> {
    let latest = now.plus_seconds(AHEAD_SECONDS).unix_seconds();
    db.prepare_cached("DELETE FROM sessions WHERE token_hash = ? AND created_at > ?")?
        .execute((token_hash, latest))?;
    db.prepare_cached("UPDATE sessions SET seen_at = ? WHERE token_hash = ? AND seen_at > ?")?.execute((
        now.unix_seconds(),
        token_hash,
        latest,
    ))?;
    db.prepare_cached("DELETE FROM confirmations WHERE token_hash = ? AND expires_at > ?")?
        .execute((token_hash, confirmations::latest_end(now).unix_seconds()))?;
    Ok(())
}

/// Records that a session was used.
pub(crate) fn record_use(db: &Connection, token_hash: &TokenHash, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE sessions SET seen_at = ? WHERE token_hash = ?")?
        .execute((now.unix_seconds(), token_hash))?;
    Ok(())
}

/// Removes a session, if it exists.
pub(crate) fn remove(db: &Connection, token_hash: &TokenHash) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM sessions WHERE token_hash = ?")?.execute((token_hash,))?;
    Ok(())
}

/// The prefix of the hashed data, so that no other hash can be used as a public ID.
const PUBLIC_ID: &[u8] = b"countersign session id\0";

/// The ID of a session in lists. It reveals nothing about the token.
pub(crate) fn public_id(token_hash: &TokenHash) -> String {
    base64url::encode(countersign::cose::sha256(&[PUBLIC_ID, token_hash]))
}

/// A session in a list.
pub(crate) struct ListedSession {
    /// The hash of its token.
    pub(crate) token_hash: TokenHash,
    /// The label of the credential that it was created with.
    pub(crate) label: String,
    /// The time of its creation.
    pub(crate) created_at: Timestamp,
    /// The time of the last recorded use.
    pub(crate) seen_at: Timestamp,
}

impl ListedSession {
    /// The public ID of the session.
    pub(crate) fn public_id(&self) -> String {
        public_id(&self.token_hash)
    }
}

/// The account's sessions that are not over, the latest used first.
pub(crate) fn list(
    db: &Connection,
    user: &UserHandle,
    now: Timestamp,
) -> Result<Vec<ListedSession>, StoreError> {
    let mut list = db.prepare_cached(&format!(
        "SELECT token_hash, label, sessions.created_at, seen_at FROM sessions
         JOIN credentials ON credentials.id = credential_id
         WHERE sessions.user_handle = ? AND {IS_ALIVE} ORDER BY seen_at DESC, sessions.created_at DESC, token_hash"
    ))?;
    let [expired, idle, latest] = alive_at(now);
    let rows = list.query_map((user.as_bytes(), expired, idle, latest), |row| {
        Ok(ListedSession {
            token_hash: row.get(0)?,
            label: row.get(1)?,
            created_at: Timestamp::from_unix_seconds(row.get(2)?),
            seen_at: Timestamp::from_unix_seconds(row.get(3)?).min(now),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Removes all sessions of an account but one, and returns how many of them were not over.
pub(crate) fn remove_others(
    db: &Connection,
    user: &UserHandle,
    remaining: &TokenHash,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let ended = list(db, user, now)?.iter().filter(|session| session.token_hash != *remaining).count();
    db.prepare_cached("DELETE FROM sessions WHERE user_handle = ? AND token_hash <> ?")?
        .execute((user.as_bytes(), remaining))?;
    Ok(ended)
}
