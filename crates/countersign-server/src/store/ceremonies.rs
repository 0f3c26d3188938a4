//! Ceremonies: the state between start and finish, and then the outcome.
//!
//! The first finish binds the ceremony to its response, in a transaction of its own: no other response is judged
//! against its challenge. The ceremony ends in the transaction that stores its outcome. A finish that is repeated
//! because its answer was lost is judged again as long as there is no outcome, and finds the outcome after that.

use countersign::types::{Timestamp, UserHandle};
use rusqlite::{Connection, OptionalExtension as _};

use super::limits::{AHEAD_SECONDS, PURGE_MAX};
use crate::operation_error::{Rejection, Result};
use crate::{store_error::StoreError, token::TokenHash};

/// The most open ceremonies that were started without a session. Anyone can start one, and each has about 1 KiB, so
/// this limits the file to about 50 MB.
pub(crate) const OPEN_MAX: i64 = 50_000;

/// The most open ceremonies of an account; the oldest ends for another. They have their own limit, so that a flood of
/// strangers does not affect signed-in users.
const PER_ACCOUNT_MAX: i64 = 32;

/// The most stored outcomes, of about 300 bytes each. Beyond that, the oldest are deleted, and their finishes can no
/// longer be repeated.
const OUTCOMES_MAX: i64 = 50_000;

/// Seconds for which an open ceremony stays even if [`OPEN_MAX`] is reached, so that a flood of starts does not affect
/// a user who is looking for a security key. Older ones make room for new ones.
const UNDISTURBED_SECONDS: i64 = 60;

/// The kind of a ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The registration of a new account's first credential.
    Account,
    /// The registration of one more credential.
    Credential,
    /// An authentication that signs in.
    Session,
    /// An authentication that confirms an act.
    StepUp,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Credential => "credential",
            Self::Session => "session",
            Self::StepUp => "step-up",
        }
    }
}

/// A ceremony to store.
pub(crate) struct NewCeremony {
    /// The kind.
    pub(crate) kind: Kind,
    /// The hash of the token that names it.
    pub(crate) id_hash: TokenHash,
    /// The account that started it, if one was signed in.
    pub(crate) account: Option<UserHandle>,
    /// The hash of the cookie of the browser that started it.
    pub(crate) browser_hash: TokenHash,
    /// The state, as JSON.
    pub(crate) state: String,
    /// The time from which it can no longer be finished.
    pub(crate) expires_at: Timestamp,
}

/// What identifies a finish.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presented {
    /// The hash of the ceremony's name.
    pub(crate) id: TokenHash,
    /// The hash of the browser's cookie, if it sent one.
    pub(crate) browser: Option<TokenHash>,
    /// The hash of the response's text.
    pub(crate) response: [u8; 32],
}

/// A ceremony that a finish may go on with.
pub(crate) struct StoredCeremony {
    kind: String,
    /// The state or the outcome.
    pub(crate) content: Content,
}

/// The content of a stored ceremony, as JSON.
pub(crate) enum Content {
    /// The state of an open ceremony.
    State(String),
    /// The outcome of a finished ceremony.
    Outcome(String),
}

impl StoredCeremony {
    /// Whether the ceremony was started as this kind.
    pub(crate) fn is(&self, kind: Kind) -> bool {
        self.kind == kind.as_str()
    }
}

/// Adds a ceremony. Fails with [`Rejection::TooManyCeremonies`] if too many are open.
pub(crate) fn insert(db: &Connection, new: &NewCeremony, now: Timestamp) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM ceremonies WHERE id_hash IN
             (SELECT id_hash FROM ceremonies WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
    )?
    .execute((now.unix_seconds(), PURGE_MAX))?;
    let account = new.account.as_ref().map(UserHandle::as_bytes);
    match account {
        Some(account) => drop_oldest_of(db, account)?,
        None => make_room(db, now)?,
    }
    db.prepare_cached(
        "INSERT INTO ceremonies (id_hash, kind, user_handle, browser_hash, state, started_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((
        new.id_hash,
        new.kind.as_str(),
        account,
        new.browser_hash,
        &new.state,
        now.unix_seconds(),
        new.expires_at.unix_seconds(),
    ))?;
    Ok(())
}

/// Binds a ceremony to the response of its first finish, and returns it.
///
/// Fails with [`Rejection::CeremonyUnknown`] if there is no such ceremony, it has expired, or it is bound to another
/// response; with [`Rejection::OtherBrowser`], and without binding it, if another browser started it.
pub(crate) fn bind(db: &Connection, presented: &Presented, now: Timestamp) -> Result<StoredCeremony> {
    if let Some(ended) = find(db, "outcomes", "outcome", presented, now)? {
        let (kind, outcome, _) = ended;
        return Ok(StoredCeremony { kind, content: Content::Outcome(outcome) });
    }
    let open = find(db, "ceremonies", "state", presented, now)?.ok_or(Rejection::CeremonyUnknown)?;
    let (kind, state, is_bound) = open;
    if !is_bound {
        db.prepare_cached("UPDATE ceremonies SET response_hash = ? WHERE id_hash = ?")?
            .execute((presented.response, presented.id))?;
    }
    Ok(StoredCeremony { kind, content: Content::State(state) })
}

/// Whether another browser is adding a credential to this account. The windows of one browser wait for each other.
pub(super) fn another_browser_adds(
    db: &Connection,
    owner: &UserHandle,
    browser: Option<&TokenHash>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let mut adds = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM ceremonies
             WHERE user_handle = ? AND kind = ? AND expires_at > ? AND started_at <= ? AND browser_hash IS NOT ?)",
    )?;
    let of = (owner.as_bytes(), Kind::Credential.as_str(), now.unix_seconds(), latest_start(now), browser);
    Ok(adds.query_row(of, |row| row.get(0))?)
}

/// Whether any browser is adding a credential to this account.
pub(crate) fn is_adding(db: &Connection, owner: &UserHandle, now: Timestamp) -> Result<bool, StoreError> {
    another_browser_adds(db, owner, None, now)
}

/// The latest start of a ceremony that is not from the future.
fn latest_start(now: Timestamp) -> i64 {
    now.plus_seconds(AHEAD_SECONDS).unix_seconds()
}

/// The kind of a ceremony, its state or outcome, and whether it is bound to a response.
fn find(
    db: &Connection,
    table: &str,
    column: &str,
    presented: &Presented,
    now: Timestamp,
) -> Result<Option<(String, String, bool)>> {
    let mut find = db.prepare_cached(&format!(
        "SELECT kind, {column}, browser_hash, response_hash FROM {table}
             WHERE id_hash = ? AND expires_at > ? AND started_at <= ?"
    ))?;
    let found = find
        .query_row((presented.id, now.unix_seconds(), latest_start(now)), |row| {
            let hashes: (Option<TokenHash>, Option<[u8; 32]>) = (row.get(2)?, row.get(3)?);
            Ok((row.get(0)?, row.get(1)?, hashes))
        })
        .optional()?;
    let Some((kind, content, (browser, response))) = found else { return Ok(None) };
    if browser.is_some() && browser != presented.browser {
        return Err(Rejection::OtherBrowser.into());
    }
    if response.is_some_and(|response| response != presented.response) {
        return Err(Rejection::CeremonyUnknown.into());
    }
    Ok(Some((kind, content, response.is_some())))
}

/// Ends a bound ceremony with this outcome. Returns the earlier outcome if it has one already.
///
/// Call it in the transaction that stores what the outcome says.
pub(crate) fn end(
    db: &Connection,
    presented: &Presented,
    outcome: &str,
    now: Timestamp,
) -> Result<Option<String>> {
    let mut end = db.prepare_cached(
        "DELETE FROM ceremonies WHERE id_hash = ? AND response_hash = ? RETURNING kind, browser_hash, started_at, expires_at",
    )?;
    let ended = end
        .query_row((presented.id, presented.response), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, Option<TokenHash>>(1)?, (row.get(2)?, row.get(3)?)))
        })
        .optional()?;
    let Some((kind, browser_hash, times)) = ended else {
        let earlier = find(db, "outcomes", "outcome", presented, now)?;
        let (_, outcome, _) = earlier.ok_or(Rejection::CeremonyUnknown)?;
        return Ok(Some(outcome));
    };
    let (started_at, expires_at): (i64, i64) = times;
    make_room_for_outcome(db, now)?;
    db.prepare_cached(
        "INSERT INTO outcomes (id_hash, kind, browser_hash, response_hash, outcome, started_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute((presented.id, kind, browser_hash, presented.response, outcome, started_at, expires_at))?;
    Ok(None)
}

fn make_room_for_outcome(db: &Connection, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM outcomes WHERE id_hash IN
             (SELECT id_hash FROM outcomes WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
    )?
    .execute((now.unix_seconds(), PURGE_MAX))?;
    let finished: i64 =
        db.prepare_cached("SELECT finished FROM ceremony_count")?.query_row((), |row| row.get(0))?;
    if finished >= OUTCOMES_MAX {
        db.prepare_cached(
            "DELETE FROM outcomes WHERE id_hash IN
                 (SELECT id_hash FROM outcomes ORDER BY expires_at LIMIT ?)",
        )?
        .execute((PURGE_MAX,))?;
    }
    Ok(())
}

fn drop_oldest_of(db: &Connection, account: &[u8]) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM ceremonies WHERE id_hash IN
             (SELECT id_hash FROM ceremonies WHERE user_handle = ? ORDER BY expires_at DESC LIMIT -1 OFFSET ?)",
    )?
    .execute((account, PER_ACCOUNT_MAX.saturating_sub(1)))?;
    Ok(())
}

fn make_room(db: &Connection, now: Timestamp) -> Result<()> {
    let open: i64 = db.prepare_cached("SELECT open FROM ceremony_count")?.query_row((), |row| row.get(0))?;
    if open < OPEN_MAX { Ok(()) } else { drop_oldest(db, now) }
}

fn drop_oldest(db: &Connection, now: Timestamp) -> Result<()> {
    let mut drop_oldest = db.prepare_cached(
        "DELETE FROM ceremonies WHERE started_at <= ? AND id_hash =
             (SELECT id_hash FROM ceremonies WHERE user_handle IS NULL ORDER BY expires_at LIMIT 1)",
    )?;
    let undisturbed_since = now.plus_seconds(-UNDISTURBED_SECONDS).unix_seconds();
    match drop_oldest.execute((undisturbed_since,))? {
        0 => Err(Rejection::TooManyCeremonies.into()),
        _ => Ok(()),
    }
}
