//! Accounts, and the hashes of the user handles of removed ones.

use countersign::cose::sha256;
use countersign::store::{Account, FORMER_ACCOUNT_SECONDS, Rejection};
use countersign::types::{Timestamp, UserHandle};
use rusqlite::{Connection, Row};

use crate::sqlite::statements::{
    ACCOUNT, ACCOUNT_BY_NAME, DELETE_ACCOUNT, DELETE_CONFIRMATIONS_OF, DELETE_SESSIONS_OF, INSERT_ACCOUNT,
    INSERT_FORMER_ACCOUNT, IS_ACCOUNT, RENAME_ACCOUNT, WAS_ACCOUNT,
};
use crate::sqlite::values::{exists, one, time, user_handle};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// The account with this user handle.
pub(crate) fn find(db: &Connection, handle: &UserHandle) -> Result<Option<Account>, Failure> {
    one(db, ACCOUNT, (handle.as_bytes(),), read)
}

/// The account whose name has this key.
pub(crate) fn find_by_name(db: &Connection, name_key: &str) -> Result<Option<Account>, Failure> {
    one(db, ACCOUNT_BY_NAME, (name_key,), read)
}

fn read(row: &Row<'_>) -> Result<Account, Failure> {
    Ok(Account {
        handle: user_handle(row, 0)?,
        name: row.get(1)?,
        name_key: row.get(2)?,
        created_at: time(row, 3)?,
    })
}

/// Whether the handle belongs or belonged to an account.
pub(crate) fn is_or_was(db: &Connection, handle: &UserHandle, now: Timestamp) -> Result<bool, Failure> {
    let removed_after = now.plus_seconds(-FORMER_ACCOUNT_SECONDS).unix_seconds();
    let bytes = handle.as_bytes();
    Ok(exists(db, IS_ACCOUNT, (bytes,))? || exists(db, WAS_ACCOUNT, (sha256(&[bytes]), removed_after))?)
}

pub(crate) fn insert(db: &Connection, account: &Account) -> Result<(), Abort> {
    let Account { handle, name, name_key, created_at } = account;
    let inserted = db.prepare_cached(INSERT_ACCOUNT)?.execute((
        handle.as_bytes(),
        name,
        name_key,
        created_at.unix_seconds(),
    ))?;
    if inserted > 0 {
        return Ok(());
    }
    let is_handle_taken = exists(db, IS_ACCOUNT, (handle.as_bytes(),))?;
    Err(if is_handle_taken { Rejection::HandleTaken } else { Rejection::NameTaken }.into())
}

pub(crate) fn rename(db: &Connection, handle: &UserHandle, name: &str, name_key: &str) -> Result<(), Abort> {
    if db.prepare_cached(RENAME_ACCOUNT)?.execute((name, name_key, handle.as_bytes()))? > 0 {
        return Ok(());
    }
    let is_account = exists(db, IS_ACCOUNT, (handle.as_bytes(),))?;
    Err(if is_account { Rejection::NameTaken } else { Rejection::Missing }.into())
}

/// Removes an account. Its credentials, their evidence and its recovery codes go by their foreign keys.
pub(crate) fn remove(db: &Connection, handle: &UserHandle, now: Timestamp) -> Result<(), Abort> {
    let bytes = handle.as_bytes();
    if db.prepare_cached(DELETE_ACCOUNT)?.execute((bytes,))? == 0 {
        return Err(Rejection::Missing.into());
    }
    db.prepare_cached(DELETE_SESSIONS_OF)?.execute((bytes, None::<[u8; 32]>))?;
    db.prepare_cached(DELETE_CONFIRMATIONS_OF)?.execute((bytes, None::<[u8; 32]>))?;
    db.prepare_cached(INSERT_FORMER_ACCOUNT)?.execute((sha256(&[bytes]), now.unix_seconds()))?;
    Ok(())
}
