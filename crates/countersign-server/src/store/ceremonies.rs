//! Open ceremonies: what the relying party must remember between a start and its finish.

use countersign::types::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use super::StoreError;
use crate::token::TokenHash;

/// The most ceremonies that are open at once. Anyone can start one, and each is some 1 KiB: this bounds the file
/// at about 50 MB.
pub(crate) const OPEN_MAX: i64 = 50_000;

/// Seconds for which an open ceremony is left alone even where [`OPEN_MAX`] is reached: a person who is looking
/// for a security key is not pushed out by a flood of starts. Older ones make room for new ones.
const UNDISTURBED_SECONDS: i64 = 60;

/// The most expired ceremonies that a new one clears away: more than one, so that they can't pile up.
const PURGE_MAX: i64 = 16;

/// Which ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The registration of a new account's first credential.
    Account,
    /// The registration of one more credential.
    Credential,
    /// An authentication.
    Session,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Credential => "credential",
            Self::Session => "session",
        }
    }
}

/// A ceremony to open.
pub(crate) struct NewCeremony {
    /// Which.
    pub(crate) kind: Kind,
    /// The hash of what the client names it by.
    pub(crate) id_hash: TokenHash,
    /// What is to be remembered, as JSON.
    pub(crate) state: String,
    /// When it can no longer be finished.
    pub(crate) expires_at: Timestamp,
}

/// What was remembered of a ceremony that can still be finished.
pub(crate) struct Taken {
    kind: String,
    state: String,
}

impl Taken {
    /// What was remembered; `None` where it was a ceremony of another kind.
    pub(crate) fn state(&self, kind: Kind) -> Option<&str> {
        (self.kind == kind.as_str()).then_some(&self.state)
    }
}

/// Opens a ceremony; [`StoreError::TooManyCeremonies`] where too many are.
pub(crate) fn open(db: &Connection, new: &NewCeremony, now: Timestamp) -> Result<(), StoreError> {
    db.prepare_cached(
        "DELETE FROM ceremonies WHERE id_hash IN
             (SELECT id_hash FROM ceremonies WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)",
    )?
    .execute((now.unix_seconds(), PURGE_MAX))?;
    let open: i64 = db.prepare_cached("SELECT open FROM ceremony_count")?.query_row((), |row| row.get(0))?;
    if open >= OPEN_MAX {
        drop_oldest(db, now)?;
    }
    db.prepare_cached(
        "INSERT INTO ceremonies (id_hash, kind, state, started_at, expires_at) VALUES (?, ?, ?, ?, ?)",
    )?
    .execute((
        new.id_hash,
        new.kind.as_str(),
        &new.state,
        now.unix_seconds(),
        new.expires_at.unix_seconds(),
    ))?;
    Ok(())
}

/// Takes a ceremony out, so that it is finished once: whoever comes second gets nothing, and nobody gets one that
/// has expired.
pub(crate) fn take(
    db: &Connection,
    id_hash: &TokenHash,
    now: Timestamp,
) -> Result<Option<Taken>, StoreError> {
    let mut take =
        db.prepare_cached("DELETE FROM ceremonies WHERE id_hash = ? RETURNING kind, state, expires_at")?;
    let taken = take
        .query_row((id_hash,), |row| {
            Ok((Taken { kind: row.get(0)?, state: row.get(1)? }, row.get::<_, i64>(2)?))
        })
        .optional()?;
    Ok(taken.filter(|(_, expires_at)| *expires_at > now.unix_seconds()).map(|(taken, _)| taken))
}

fn drop_oldest(db: &Connection, now: Timestamp) -> Result<(), StoreError> {
    let mut drop_oldest = db.prepare_cached(
        "DELETE FROM ceremonies WHERE started_at <= ? AND id_hash =
             (SELECT id_hash FROM ceremonies ORDER BY expires_at LIMIT 1)",
    )?;
    let undisturbed_since = now.plus_seconds(-UNDISTURBED_SECONDS).unix_seconds();
    match drop_oldest.execute((undisturbed_since,))? {
        0 => Err(StoreError::TooManyCeremonies),
        _ => Ok(()),
    }
}
