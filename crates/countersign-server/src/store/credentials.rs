//! Credentials: the record that the relying party keeps, and what its owner calls it.

use countersign::{
    CredentialRecord, CredentialUpdate, DynamicPart,
    types::{CredentialId, Timestamp, UserHandle},
};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::StoreError;
use crate::names;

/// The most credentials of an account: far more than anyone has devices, and few enough that `excludeCredentials`
/// and the page stay short.
pub(crate) const PER_ACCOUNT_MAX: i64 = 64;

/// A credential as it is stored.
pub(crate) struct StoredCredential {
    /// The relying party's record.
    pub(crate) record: CredentialRecord,
    /// What the owner calls it.
    pub(crate) label: String,
    /// When it was registered.
    pub(crate) created_at: Timestamp,
    /// When someone last signed in with it.
    pub(crate) last_used_at: Option<Timestamp>,
}

/// Adds a credential to an account that is there; [`StoreError::CredentialRegistered`] where its ID is registered
/// by now, whoever has it. Where another of the account's has its label, it gets a number, so that its owner can
/// tell the two apart.
pub(crate) fn insert(db: &Connection, credential: &mut StoredCredential) -> Result<(), StoreError> {
    let record = &credential.record;
    if count(db, record.user_handle())? >= PER_ACCOUNT_MAX {
        return Err(StoreError::TooManyCredentials);
    }
    credential.label = names::distinct(&credential.label, &labels(db, record.user_handle())?);
    let mut insert = db.prepare_cached(
        "INSERT INTO credentials (id, user_handle, record, dynamic, sign_count, backup_state, label, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    )?;
    let inserted = insert.execute((
        record.id().as_bytes(),
        record.user_handle().as_bytes(),
        serde_json::to_string(record)?,
        serde_json::to_string(record.dynamic_part())?,
        record.sign_count(),
        record.backup_state(),
        &credential.label,
        credential.created_at.unix_seconds(),
    ))?;
    if inserted == 0 { Err(StoreError::CredentialRegistered) } else { Ok(()) }
}

/// What the account's credentials are called.
fn labels(db: &Connection, owner: &UserHandle) -> Result<Vec<String>, StoreError> {
    let mut labels = db.prepare_cached("SELECT label FROM credentials WHERE user_handle = ?")?;
    Ok(labels.query_map((owner.as_bytes(),), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// The credential with this ID, whoever has it.
pub(crate) fn find(db: &Connection, id: &CredentialId) -> Result<Option<StoredCredential>, StoreError> {
    let mut find = db.prepare_cached(
        "SELECT record, dynamic, label, created_at, last_used_at FROM credentials WHERE id = ?",
    )?;
    let found = find.query_row((id.as_bytes(),), columns).optional()?;
    found.map(read).transpose()
}

/// The account's credentials, oldest first.
pub(crate) fn list(db: &Connection, owner: &UserHandle) -> Result<Vec<StoredCredential>, StoreError> {
    let mut list = db.prepare_cached(
        "SELECT record, dynamic, label, created_at, last_used_at FROM credentials
         WHERE user_handle = ? ORDER BY created_at, rowid",
    )?;
    let rows = list.query_map((owner.as_bytes(),), columns)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(read).collect()
}

/// Gives one of the account's credentials another label.
pub(crate) fn rename(
    db: &Connection,
    owner: &UserHandle,
    id: &CredentialId,
    label: &str,
) -> Result<StoredCredential, StoreError> {
    db.prepare_cached("UPDATE credentials SET label = ? WHERE id = ? AND user_handle = ?")?.execute((
        label,
        id.as_bytes(),
        owner.as_bytes(),
    ))?;
    find(db, id)?.filter(|found| found.record.user_handle() == owner).ok_or(StoreError::NotFound)
}

/// Removes one of the account's credentials, and the sessions made with it, but never the last.
pub(crate) fn remove(db: &Connection, owner: &UserHandle, id: &CredentialId) -> Result<(), StoreError> {
    let mut remove = db.prepare_cached("DELETE FROM credentials WHERE id = ? AND user_handle = ?")?;
    if remove.execute((id.as_bytes(), owner.as_bytes()))? == 0 {
        return Err(StoreError::NotFound);
    }
    // Counted after, in the same transaction: of two removals at once, the second finds what the first left.
    if count(db, owner)? == 0 { Err(StoreError::LastCredential) } else { Ok(()) }
}

/// Stores what an authentication changed, unless the record changed since the authentication was judged by it.
///
/// For a transaction that writes: nobody else writes between the comparison and the change.
pub(crate) fn record_use(
    db: &Connection,
    owner: &UserHandle,
    update: &CredentialUpdate,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = update.credential_id.as_bytes();
    let mut find = db.prepare_cached(
        "SELECT dynamic, CASE WHEN dynamic IS NULL THEN record END FROM credentials
         WHERE id = ? AND user_handle = ?",
    )?;
    let stored = find.query_row((id, owner.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if stored.map(dynamic_part).transpose()?.as_ref() != Some(&update.previous) {
        return Err(StoreError::RecordChanged);
    }
    let mut write = db.prepare_cached(
        "UPDATE credentials SET dynamic = ?, sign_count = ?, backup_state = ?, last_used_at = ? WHERE id = ?",
    )?;
    let next = &update.next;
    write.execute((
        serde_json::to_string(next)?,
        next.sign_count(),
        next.backup_state(),
        now.unix_seconds(),
        id,
    ))?;
    Ok(())
}

/// The dynamic part, or where none was written yet, the one in the record.
fn dynamic_part((dynamic, record): (Option<String>, Option<String>)) -> Result<DynamicPart, StoreError> {
    if let Some(dynamic) = dynamic {
        return Ok(serde_json::from_str(&dynamic)?);
    }
    let record: CredentialRecord = serde_json::from_str(&record.unwrap_or_default())?;
    Ok(record.dynamic_part().clone())
}

fn count(db: &Connection, owner: &UserHandle) -> Result<i64, StoreError> {
    let mut count = db.prepare_cached("SELECT count(*) FROM credentials WHERE user_handle = ?")?;
    Ok(count.query_row((owner.as_bytes(),), |row| row.get(0))?)
}

type Columns = (String, Option<String>, String, i64, Option<i64>);

fn columns(row: &Row<'_>) -> Result<Columns, rusqlite::Error> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn read((record, dynamic, label, created_at, last_used_at): Columns) -> Result<StoredCredential, StoreError> {
    let mut record: CredentialRecord = serde_json::from_str(&record)?;
    if let Some(dynamic) = dynamic {
        record = record.with_dynamic_part(serde_json::from_str(&dynamic)?);
    }
    Ok(StoredCredential {
        record,
        label,
        created_at: Timestamp::from_unix_seconds(created_at),
        last_used_at: last_used_at.map(Timestamp::from_unix_seconds),
    })
}
