//! The acts that sessions confirmed with a passkey.

use countersign::store::{AHEAD_SECONDS, Confirmation, ConfirmationKey, Rejection, TokenHash};
use countersign::types::{Timestamp, UserHandle};
use rusqlite::Connection;

use crate::sqlite::statements::{CONFIRM, CONFIRMATION, IS_CONFIRMED_ELSEWHERE, TAKE_CONFIRMATION};
use crate::sqlite::values::{exists, one, time, user_handle};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// The confirmation with this key, if it is valid.
pub(crate) fn find(
    db: &Connection,
    key: &ConfirmationKey,
    now: Timestamp,
) -> Result<Option<Confirmation>, Failure> {
    let of = (key.session.as_bytes(), &key.act, key.browser.as_bytes());
    let found = one(db, CONFIRMATION, of, |row| {
        Ok(Confirmation {
            key: key.clone(),
            account: user_handle(row, 0)?,
            created_at: time(row, 1)?,
            expires_at: time(row, 2)?,
        })
    })?;
    Ok(found.filter(|confirmation| confirmation.is_valid(now)))
}

/// Whether the account has a valid confirmation of one of these acts in a browser other than this one.
pub(crate) fn is_any_elsewhere(
    db: &Connection,
    account: &UserHandle,
    acts: &[String],
    browser: Option<&TokenHash>,
    now: Timestamp,
) -> Result<bool, Failure> {
    let browser = browser.map(TokenHash::as_bytes);
    for act in acts {
        let of = (account.as_bytes(), act, browser, now.unix_seconds(), latest(now));
        if exists(db, IS_CONFIRMED_ELSEWHERE, of)? {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(crate) fn confirm(db: &Connection, confirmation: &Confirmation) -> Result<(), Abort> {
    let Confirmation { key, account, created_at, expires_at } = confirmation;
    let stored = db.prepare_cached(CONFIRM)?.execute((
        key.session.as_bytes(),
        &key.act,
        key.browser.as_bytes(),
        created_at.unix_seconds(),
        expires_at.unix_seconds(),
        account.as_bytes(),
    ))?;
    if stored == 0 { Err(Rejection::Missing.into()) } else { Ok(()) }
}

pub(crate) fn take(db: &Connection, key: &ConfirmationKey, now: Timestamp) -> Result<(), Abort> {
    let taken = db.prepare_cached(TAKE_CONFIRMATION)?.execute((
        key.session.as_bytes(),
        &key.act,
        key.browser.as_bytes(),
        now.unix_seconds(),
        latest(now),
    ))?;
    if taken == 0 { Err(Rejection::Unconfirmed.into()) } else { Ok(()) }
}

/// The latest creation of a confirmation that is not from the future.
fn latest(now: Timestamp) -> i64 {
    now.plus_seconds(AHEAD_SECONDS).unix_seconds()
}
