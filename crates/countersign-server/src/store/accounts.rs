//! Accounts: a user handle and a name that is unique without regard to case.

use countersign::cose::sha256;
use countersign::types::{Timestamp, UserHandle};
use rusqlite::{Connection, OptionalExtension as _};

use crate::operation_error::{Rejection, Result};
use crate::{names, response_rejection::Reason, store_error::StoreError};

/// Whether an account has this name, regardless of case.
pub(crate) fn is_taken(db: &Connection, name: &str) -> Result<bool, StoreError> {
    let mut found = db.prepare_cached("SELECT 1 FROM accounts WHERE name_key = ?")?;
    Ok(found.query_row((names::key(name),), |_| Ok(())).optional()?.is_some())
}

/// Updates the keys of all names to those of [`names::key`]. An account whose new key belongs to another keeps its old
/// key: no account loses its name, and signing in requires none.
pub(super) fn renew_keys(db: &Connection) -> Result<(), rusqlite::Error> {
    let mut all =
        db.prepare("SELECT user_handle, name, name_key FROM accounts ORDER BY created_at, user_handle")?;
    let rows = all.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let renewed = |(handle, name, key): (Vec<u8>, String, String)| {
        let renewed = names::key(&name);
        (renewed != key).then_some((handle, renewed))
    };
    let mut changed: Vec<_> =
        rows.filter_map(|row| row.map(renewed).transpose()).collect::<Result<_, _>>()?;
    let mut write = db.prepare("UPDATE OR IGNORE accounts SET name_key = ?2 WHERE user_handle = ?1")?;
    // Twice, since a key is free once its account has another.
    for _ in 0..2 {
        let mut taken = Vec::new();
        for row in changed {
            if write.execute((&row.0, &row.1))? == 0 {
                taken.push(row);
            }
        }
        changed = taken;
    }
    Ok(())
}

/// Adds an account. Fails with [`Reason::NameTaken`] if another account has the name.
pub(crate) fn insert(db: &Connection, handle: &UserHandle, name: &str, now: Timestamp) -> Result<()> {
    let mut insert = db.prepare_cached(
        "INSERT INTO accounts (user_handle, name, name_key, created_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (name_key) DO NOTHING",
    )?;
    match insert.execute((handle.as_bytes(), name, names::key(name), now.unix_seconds()))? {
        0 => Err(Reason::NameTaken.into()),
        _ => Ok(()),
    }
}

/// Seconds for which a removed account is known: a year, after which its passkeys are hardly used.
const FORMER_SECONDS: i64 = 365 * 24 * 60 * 60;

/// Removes an account, its credentials and its sessions. The hash of its user handle stays, so that its passkeys are
/// recognised as former passkeys of this server.
pub(crate) fn remove(db: &Connection, handle: &UserHandle, now: Timestamp) -> Result<()> {
    let mut remove = db.prepare_cached("DELETE FROM accounts WHERE user_handle = ?")?;
    if remove.execute((handle.as_bytes(),))? == 0 {
        return Err(Rejection::NotFound.into());
    }
    db.prepare_cached(
        "DELETE FROM former_accounts WHERE handle_hash IN
             (SELECT handle_hash FROM former_accounts WHERE removed_at <= ? ORDER BY removed_at LIMIT ?)",
    )?
    .execute((now.plus_seconds(-FORMER_SECONDS).unix_seconds(), super::limits::PURGE_MAX))?;
    db.prepare_cached("INSERT OR REPLACE INTO former_accounts (handle_hash, removed_at) VALUES (?, ?)")?
        .execute((sha256(&[handle.as_bytes()]), now.unix_seconds()))?;
    Ok(())
}

/// Whether the handle belongs or belonged to an account of this database.
pub(crate) fn is_or_was_here(db: &Connection, handle: &UserHandle) -> Result<bool, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT 1 FROM accounts WHERE user_handle = ?
         UNION ALL SELECT 1 FROM former_accounts WHERE handle_hash = ? LIMIT 1",
    )?;
    let found = find.query_row((handle.as_bytes(), sha256(&[handle.as_bytes()])), |_| Ok(()));
    Ok(found.optional()?.is_some())
}
