//! Sessions: the hash of a token, whose it is, and the credential that it was made with.

use countersign::{
    cose::sha256,
    types::{CredentialId, Timestamp, UserHandle, base64url},
};
use rusqlite::{Connection, OptionalExtension as _};

use super::{confirmations, error::StoreError, limits::AHEAD_SECONDS};
use crate::{
    operation_error::{OperationError, Rejection},
    token::TokenHash,
};

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
    /// The hash of its token.
    pub(crate) token_hash: TokenHash,
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

/// Who sends a request that changes something: checked when its headers arrive, and again in the transaction that
/// writes, for a body may take its time, and the session end meanwhile.
#[derive(Clone)]
pub(crate) struct Caller {
    /// The hash of the session's token.
    pub(crate) token_hash: TokenHash,
    /// The account that the person saw.
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

/// What a session's row must be for it not to be over: expiry, idle since, and the latest time of its making.
const IS_ALIVE: &str = "expires_at > ? AND seen_at > ? AND sessions.created_at <= ?";

/// The values for [`IS_ALIVE`].
fn alive_at(now: Timestamp) -> [i64; 3] {
    let latest = now.plus_seconds(AHEAD_SECONDS);
    [now.unix_seconds(), now.plus_seconds(-IDLE_SECONDS).unix_seconds(), latest.unix_seconds()]
}

/// The session of this token, where it is not over.
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

/// Whether what is known of a session is from the future: its making, its use, or what it confirmed.
pub(crate) fn is_ahead(db: &Connection, token_hash: &TokenHash, now: Timestamp) -> Result<bool, StoreError> {
    let mut is_ahead = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM sessions WHERE token_hash = ?1 AND max(created_at, seen_at) > ?2)
             OR EXISTS (SELECT 1 FROM confirmations WHERE token_hash = ?1 AND expires_at > ?3)",
    )?;
    let latest = now.plus_seconds(AHEAD_SECONDS).unix_seconds();
    let of = (token_hash, latest, confirmations::latest_end(now).unix_seconds());
    Ok(is_ahead.query_row(of, |row| row.get(0))?)
}

/// Ends a session that was made in the future, or what it confirmed there: refused now, it would be good again when its
/// time has come. A use in the future is one of now.
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

/// Ends a session, if it is there.
pub(crate) fn remove(db: &Connection, token_hash: &TokenHash) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM sessions WHERE token_hash = ?")?.execute((token_hash,))?;
    Ok(())
}

/// What the hash begins with that names a session, so that no other hash is taken for one.
const PUBLIC_ID: &[u8] = b"countersign session id\0";

/// What lists call a session: it opens nothing, and says nothing of its token.
pub(crate) fn public_id(token_hash: &TokenHash) -> String {
    base64url::encode(sha256(&[PUBLIC_ID, token_hash]))
}

/// A session in a list.
pub(crate) struct ListedSession {
    /// The hash of its token.
    pub(crate) token_hash: TokenHash,
    /// The label of the credential that it was made with.
    pub(crate) label: String,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it was last seen, as far as that was written down.
    pub(crate) seen_at: Timestamp,
}

impl ListedSession {
    /// The public ID of the session.
    pub(crate) fn public_id(&self) -> String {
        public_id(&self.token_hash)
    }
}

/// The account's sessions that are not over, the one used last first.
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

/// Ends all sessions of an account but this one, and returns how many of them were not over.
pub(crate) fn remove_others(
    db: &Connection,
    user: &UserHandle,
    kept: &TokenHash,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let ended = list(db, user, now)?.iter().filter(|session| session.token_hash != *kept).count();
    db.prepare_cached("DELETE FROM sessions WHERE user_handle = ? AND token_hash <> ?")?
        .execute((user.as_bytes(), kept))?;
    Ok(ended)
}
