//! Accounts: a user handle and a name that is unique without regard to case.

use countersign::types::{Timestamp, UserHandle};
use rusqlite::{Connection, OptionalExtension as _};

use super::StoreError;
use crate::names;

/// Whether an account has this name, in whatever case.
pub(crate) fn is_taken(db: &Connection, name: &str) -> Result<bool, StoreError> {
    let mut found = db.prepare_cached("SELECT 1 FROM accounts WHERE name_key = ?")?;
    Ok(found.query_row((names::key(name),), |_| Ok(())).optional()?.is_some())
}

/// Adds an account; [`StoreError::NameTaken`] where its name is another's by now.
pub(crate) fn insert(
    db: &Connection,
    handle: &UserHandle,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO accounts (user_handle, name, name_key, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name_key) DO NOTHING",
    )?;
    match insert.execute((handle.as_bytes(), name, names::key(name), now.unix_seconds()))? {
        0 => Err(StoreError::NameTaken),
        _ => Ok(()),
    }
}

/// Removes an account, its credentials and its sessions.
pub(crate) fn remove(db: &Connection, handle: &UserHandle) -> Result<(), StoreError> {
    let mut remove = db.prepare_cached("DELETE FROM accounts WHERE user_handle = ?")?;
    match remove.execute((handle.as_bytes(),))? {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}
