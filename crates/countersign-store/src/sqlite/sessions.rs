//! Sessions: the hash of a token, the account, and the credential that the session was created with.

use core::cmp::Reverse;

use countersign::store::{
    AHEAD_SECONDS, Rejection, SESSIONS_PER_ACCOUNT_MAX, Session, SessionTimes, TokenHash,
};
use countersign::types::{Timestamp, UserHandle};
use rusqlite::{Connection, Row};

use crate::sqlite::statements::{
    DELETE_CONFIRMATIONS, DELETE_CONFIRMATIONS_OF, DELETE_SESSION, DELETE_SESSIONS_OF, DELETE_SESSIONS_OVER,
    INSERT_SESSION, SESSION, SESSION_TIMES, SESSIONS, SURPLUS_SESSION, TOUCH_SESSION,
};
use crate::sqlite::values::{all, credential_id, one, rows, time, token_hash, user_handle};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// The session of this token, also one that is over.
pub(crate) fn find(db: &Connection, token: &TokenHash) -> Result<Option<Session>, Failure> {
    one(db, SESSION, (token.as_bytes(),), read)
}

/// The account's sessions that are not over, the latest used first.
pub(crate) fn list(db: &Connection, account: &UserHandle, now: Timestamp) -> Result<Vec<Session>, Failure> {
    let mut sessions = all(db, SESSIONS, (account.as_bytes(),), read)?;
    sessions.retain(|session| !session.times.is_over(now));
    sessions
        .sort_by_key(|session| (Reverse((session.times.seen_at, session.times.created_at)), session.token));
    Ok(sessions)
}

fn read(row: &Row<'_>) -> Result<Session, Failure> {
    Ok(Session {
        token: token_hash(row, 0)?,
        account: user_handle(row, 1)?,
        name: row.get(2)?,
        credential: credential_id(row, 3)?,
        label: row.get(4)?,
        times: times(row, 5)?,
        device: row.get(10)?,
    })
}

fn times(row: &Row<'_>, first: usize) -> Result<SessionTimes, Failure> {
    let time = |number: usize| time(row, first.saturating_add(number));
    Ok(SessionTimes {
        created_at: time(0)?,
        seen_at: time(1)?,
        verified_at: time(2)?,
        idle_at: time(3)?,
        expires_at: time(4)?,
    })
}

pub(crate) fn require(
    db: &Connection,
    token: &TokenHash,
    account: &UserHandle,
    now: Timestamp,
) -> Result<(), Abort> {
    let found =
        one(db, SESSION_TIMES, (token.as_bytes(),), |row| Ok((user_handle(row, 0)?, times(row, 1)?)))?;
    match found {
        Some((owner, times)) if !times.is_over(now) => {
            if owner == *account {
                Ok(())
            } else {
                Err(Rejection::OtherAccount.into())
            }
        }
        _ => Err(Rejection::SessionOver.into()),
    }
}

pub(crate) fn insert(db: &Connection, session: &Session, now: Timestamp) -> Result<(), Abort> {
    let Session { token, account, credential, device, times, .. } = session;
    let inserted = db.prepare_cached(INSERT_SESSION)?.execute((
        token.as_bytes(),
        credential.as_bytes(),
        account.as_bytes(),
        times.created_at.unix_seconds(),
        times.seen_at.unix_seconds(),
        times.verified_at.unix_seconds(),
        times.idle_at.unix_seconds(),
        times.expires_at.unix_seconds(),
        device,
    ))?;
    if inserted == 0 { Err(Rejection::Missing.into()) } else { make_room(db, session, now) }
}

/// Ends the least recently used sessions of the account if there are too many, but never the one that was just added.
fn make_room(db: &Connection, session: &Session, now: Timestamp) -> Result<(), Abort> {
    let (account, token) = (session.account.as_bytes(), session.token.as_bytes());
    let others = rows(SESSIONS_PER_ACCOUNT_MAX.saturating_sub(1));
    let surplus = || one(db, SURPLUS_SESSION, (account, token, others), |row| token_hash(row, 0));
    if surplus()?.is_none() {
        return Ok(());
    }
    let (seconds, latest) = (now.unix_seconds(), now.plus_seconds(AHEAD_SECONDS).unix_seconds());
    db.prepare_cached(DELETE_SESSIONS_OVER)?.execute((account, token, seconds, latest))?;
    while let Some(least_recent) = surplus()? {
        end(db, &least_recent)?;
    }
    Ok(())
}

pub(crate) fn touch(
    db: &Connection,
    token: &TokenHash,
    seen_at: Timestamp,
    idle_at: Timestamp,
    verified_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), Abort> {
    let verified_at = verified_at.map(Timestamp::unix_seconds);
    db.prepare_cached(TOUCH_SESSION)?.execute((
        seen_at.unix_seconds(),
        idle_at.unix_seconds(),
        verified_at,
        token.as_bytes(),
        now.unix_seconds(),
        now.unix_seconds(),
        now.plus_seconds(AHEAD_SECONDS).unix_seconds(),
    ))?;
    Ok(())
}

pub(crate) fn end(db: &Connection, token: &TokenHash) -> Result<(), Abort> {
    db.prepare_cached(DELETE_SESSION)?.execute((token.as_bytes(),))?;
    db.prepare_cached(DELETE_CONFIRMATIONS)?.execute((token.as_bytes(),))?;
    Ok(())
}

pub(crate) fn end_others(
    db: &Connection,
    account: &UserHandle,
    remaining: Option<&TokenHash>,
) -> Result<(), Abort> {
    let of = (account.as_bytes(), remaining.map(TokenHash::as_bytes));
    db.prepare_cached(DELETE_SESSIONS_OF)?.execute(of)?;
    db.prepare_cached(DELETE_CONFIRMATIONS_OF)?.execute(of)?;
    Ok(())
}
