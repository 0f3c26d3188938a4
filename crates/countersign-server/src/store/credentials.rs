//! Credentials: the record of the relying party, and the owner's label.

use countersign::record::{AttestationEvidence, DynamicPart};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use countersign::{Authenticated, Code, CredentialRecord, CredentialUpdate, RelyingParty};
use rusqlite::{Connection, OptionalExtension as _, Row};

use super::{ceremonies, connect_error::ConnectError, evidence};
use crate::operation_error::{OperationError, Rejection, Result};
use crate::response_rejection::{Reason, ResponseRejection};
use crate::{names, start_error::OtherRelyingParty, store_error::StoreError, token::TokenHash};

/// The most credentials of an account: far more than the devices of any user, and few enough that `excludeCredentials`
/// and the page stay short.
pub(crate) const PER_ACCOUNT_MAX: i64 = 64;

/// A stored credential.
pub(crate) struct StoredCredential {
    /// The relying party's record, with its evidence if that was read.
    pub(crate) record: CredentialRecord,
    /// The format and type of the attestation, if there is evidence.
    pub(crate) attestation: Option<(String, String)>,
    /// The owner's label.
    pub(crate) label: String,
    /// The time of the registration.
    pub(crate) created_at: Timestamp,
    /// The time of the last sign-in or confirmation.
    pub(crate) last_used_at: Option<Timestamp>,
}

impl StoredCredential {
    /// A new credential.
    pub(crate) fn new(record: CredentialRecord, label: String, now: Timestamp) -> Self {
        let attestation = record
            .evidence()
            .map(|evidence| (evidence.format().to_owned(), evidence.attestation_type().to_owned()));
        Self { record, attestation, label, created_at: now, last_used_at: None }
    }
}

/// Whether a list reads the evidence of its records, which is longer than all else together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Evidence {
    /// The evidence is read.
    Read,
    /// The records have no evidence.
    Omit,
}

/// Adds a credential to an existing account. Fails with [`Code::CredentialAlreadyRegistered`] if its ID is registered, to
/// any account. If another credential of the account has its label, the label gets a number, so that its owner can
/// distinguish the two.
pub(crate) fn insert(db: &Connection, credential: &mut StoredCredential) -> Result<()> {
    let record = &credential.record;
    check_room(db, record.user_handle())?;
    credential.label = names::distinct(&credential.label, &labels(db, record.user_handle())?);
    let mut insert = db.prepare_cached(
        "INSERT INTO credentials (id, user_handle, record, dynamic, sign_count, backup_state, label, created_at,
             evidence, attestation_format, attestation_type)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
    )?;
    let (written, evidence) = evidence::split(record)?;
    let inserted = insert.execute((
        record.id().as_bytes(),
        record.user_handle().as_bytes(),
        written,
        serde_json::to_string(record.dynamic_part())?,
        record.sign_count(),
        record.backup_state(),
        &credential.label,
        credential.created_at.unix_seconds(),
        evidence,
        record.attestation_format(),
        record.attestation_type(),
    ))?;
    if inserted == 0 { Err(Reason::Code(Code::CredentialAlreadyRegistered).into()) } else { Ok(()) }
}

/// The labels of the account's credentials.
fn labels(db: &Connection, owner: &UserHandle) -> Result<Vec<String>, StoreError> {
    let mut labels = db.prepare_cached("SELECT label FROM credentials WHERE user_handle = ?")?;
    Ok(labels.query_map((owner.as_bytes(),), |row| row.get(0))?.collect::<Result<_, _>>()?)
}

/// Fails with [`Reason::TooManyCredentials`] if the account has as many credentials as it may have.
pub(crate) fn check_room(db: &Connection, owner: &UserHandle) -> Result<()> {
    if count(db, owner)? < PER_ACCOUNT_MAX { Ok(()) } else { Err(Reason::TooManyCredentials.into()) }
}

/// Whether a credential of any account has this ID.
pub(crate) fn is_known(db: &Connection, id: &CredentialId) -> Result<bool, StoreError> {
    let mut find = db.prepare_cached("SELECT 1 FROM credentials WHERE id = ?")?;
    Ok(find.query_row((id.as_bytes(),), |_| Ok(())).optional()?.is_some())
}

/// The credential with this ID, of any account, with its evidence.
pub(crate) fn find(db: &Connection, id: &CredentialId) -> Result<Option<StoredCredential>, StoreError> {
    let mut find = db.prepare_cached(&format!("SELECT {COLUMNS}, evidence FROM credentials WHERE id = ?"))?;
    let found = find.query_row((id.as_bytes(),), columns).optional()?;
    found.map(read).transpose()
}

/// The account's credentials, oldest first.
pub(crate) fn list(
    db: &Connection,
    owner: &UserHandle,
    evidence: Evidence,
) -> Result<Vec<StoredCredential>, StoreError> {
    let evidence = if evidence == Evidence::Read { "evidence" } else { "NULL" };
    let mut list = db.prepare_cached(&format!(
        "SELECT {COLUMNS}, {evidence} FROM credentials WHERE user_handle = ? ORDER BY created_at, rowid"
    ))?;
    let rows = list.query_map((owner.as_bytes(),), columns)?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(read).collect()
}

/// The IDs of the account's credentials, oldest first. `None` while another browser adds a credential: its provider may
/// have the passkey already, and would delete it because the list lacks it.
pub(crate) fn accepted(
    db: &Connection,
    owner: &UserHandle,
    browser: Option<&TokenHash>,
    now: Timestamp,
) -> Result<Option<Vec<CredentialId>>, StoreError> {
    if ceremonies::another_browser_adds(db, owner, browser, now)? {
        return Ok(None);
    }
    let mut ids =
        db.prepare_cached("SELECT id FROM credentials WHERE user_handle = ? ORDER BY created_at, rowid")?;
    let ids = ids.query_map((owner.as_bytes(),), |row| row.get::<_, Vec<u8>>(0))?;
    Ok(Some(ids.collect::<Result<Vec<_>, _>>()?.into_iter().filter_map(CredentialId::new).collect()))
}

/// Changes the label of one of the account's credentials. Fails with [`Rejection::LabelTaken`] if another one has it.
pub(crate) fn rename(
    db: &Connection,
    owner: &UserHandle,
    id: &CredentialId,
    label: &str,
) -> Result<StoredCredential> {
    let mut others = db.prepare_cached("SELECT label FROM credentials WHERE user_handle = ? AND id <> ?")?;
    let mut others = others.query_map((owner.as_bytes(), id.as_bytes()), |row| row.get::<_, String>(0))?;
    let key = names::key(label);
    if others.try_fold(false, |taken, other| Ok::<_, StoreError>(taken || names::key(&other?) == key))? {
        return Err(Rejection::LabelTaken.into());
    }
    db.prepare_cached("UPDATE credentials SET label = ? WHERE id = ? AND user_handle = ?")?.execute((
        label,
        id.as_bytes(),
        owner.as_bytes(),
    ))?;
    let renamed = find(db, id)?.filter(|found| found.record.user_handle() == owner);
    Ok(renamed.ok_or(Rejection::NotFound)?)
}

/// Fails if one of the account's credentials can't be removed, because it is not there or is the last.
pub(crate) fn check_removable(db: &Connection, owner: &UserHandle, id: &CredentialId) -> Result<()> {
    let mut find = db.prepare_cached("SELECT 1 FROM credentials WHERE id = ? AND user_handle = ?")?;
    if find.query_row((id.as_bytes(), owner.as_bytes()), |_| Ok(())).optional()?.is_none() {
        return Err(Rejection::NotFound.into());
    }
    if count(db, owner)? > 1 { Ok(()) } else { Err(Rejection::LastCredential.into()) }
}

/// Removes one of the account's credentials, and the sessions created with it, but never the last credential.
pub(crate) fn remove(db: &Connection, owner: &UserHandle, id: &CredentialId) -> Result<()> {
    let mut remove = db.prepare_cached("DELETE FROM credentials WHERE id = ? AND user_handle = ?")?;
    if remove.execute((id.as_bytes(), owner.as_bytes()))? == 0 {
        return Err(Rejection::NotFound.into());
    }
    // Counted afterwards, in the same transaction, so that two removals at once can't remove the last two.
    if count(db, owner)? == 0 { Err(Rejection::LastCredential.into()) } else { Ok(()) }
}

/// Stores the update of an authentication. If the record changed since the authentication was verified against it, the
/// authentication is checked against the record as it is now. Fails with [`OperationError::RecordChanged`] if the record
/// was removed.
///
/// Call it in a writing transaction, so that nothing is written between the comparison and the change.
pub(crate) fn record_authentication(
    db: &Connection,
    party: &RelyingParty,
    authenticated: &mut Authenticated,
    now: Timestamp,
) -> Result<()> {
    let (owner, update) = authenticated.user_and_update();
    match record_use(db, owner, update, now) {
        Err(OperationError::RecordChanged) => {
            let fresh = find(db, &update.credential_id)?.ok_or(OperationError::RecordChanged)?;
            authenticated.update_for(party, &fresh.record).map_err(ResponseRejection::from)?;
            let (owner, update) = authenticated.user_and_update();
            record_use(db, owner, update, now)
        }
        stored => stored,
    }
}

/// Stores an update. Fails with [`OperationError::RecordChanged`] if the record is not the one that the update is for.
///
/// Call it in a writing transaction, so that nothing is written between the comparison and the change.
pub(crate) fn record_use(
    db: &Connection,
    owner: &UserHandle,
    update: &CredentialUpdate,
    now: Timestamp,
) -> Result<()> {
    let id = update.credential_id.as_bytes();
    let mut find = db.prepare_cached(
        "SELECT dynamic, CASE WHEN dynamic IS NULL THEN record END FROM credentials
         WHERE id = ? AND user_handle = ?",
    )?;
    let stored = find.query_row((id, owner.as_bytes()), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if stored.map(dynamic_part).transpose()?.as_ref() != Some(&update.previous) {
        return Err(OperationError::RecordChanged);
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

/// The dynamic part, or that of the record if none was written yet.
fn dynamic_part((dynamic, record): (Option<String>, Option<String>)) -> Result<DynamicPart, StoreError> {
    if let Some(dynamic) = dynamic {
        return Ok(serde_json::from_str(&dynamic)?);
    }
    let record: CredentialRecord = serde_json::from_str(&record.unwrap_or_default())?;
    Ok(record.dynamic_part().clone())
}

/// The credentials that belong to another RP ID, if there are any.
pub(super) fn of_other_relying_party(
    db: &Connection,
    rp_id: &str,
) -> Result<Option<OtherRelyingParty>, ConnectError> {
    let has_table = "SELECT count(*) FROM sqlite_schema WHERE name = 'credentials'";
    if db.query_row(has_table, (), |row| row.get::<_, i64>(0))? == 0 {
        return Ok(None);
    }
    // A record of version 1 is not divided into parts.
    let sql = "
        WITH found AS (
            SELECT CASE WHEN json_valid(record)
                THEN coalesce(record ->> '$.static.rp_id', record ->> '$.rp_id') END AS rp_id
            FROM credentials
        )
        SELECT count(*) FILTER (WHERE rp_id <> ?1), count(*), max(rp_id) FILTER (WHERE rp_id <> ?1) FROM found";
    let (unusable, total, found) = db.query_row(sql, (rp_id,), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<String>>(2)?))
    })?;
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(found.map(|found| OtherRelyingParty {
        unusable: count(unusable),
        total: count(total),
        found,
        configured: rp_id.to_owned(),
    }))
}

fn count(db: &Connection, owner: &UserHandle) -> Result<i64, StoreError> {
    let mut count = db.prepare_cached("SELECT count(*) FROM credentials WHERE user_handle = ?")?;
    Ok(count.query_row((owner.as_bytes(),), |row| row.get(0))?)
}

/// The columns for [`columns`], without the evidence.
const COLUMNS: &str =
    "record, dynamic, label, created_at, last_used_at, attestation_format, attestation_type";

struct Columns {
    record: String,
    dynamic: Option<String>,
    label: String,
    created_at: i64,
    last_used_at: Option<i64>,
    attestation: Option<(String, String)>,
    evidence: Option<String>,
}

fn columns(row: &Row<'_>) -> Result<Columns, rusqlite::Error> {
    let (format, kind): (Option<String>, Option<String>) = (row.get(5)?, row.get(6)?);
    Ok(Columns {
        record: row.get(0)?,
        dynamic: row.get(1)?,
        label: row.get(2)?,
        created_at: row.get(3)?,
        last_used_at: row.get(4)?,
        attestation: format.zip(kind),
        evidence: row.get(7)?,
    })
}

fn read(columns: Columns) -> Result<StoredCredential, StoreError> {
    let mut record: CredentialRecord = serde_json::from_str(&columns.record)?;
    if let Some(dynamic) = columns.dynamic {
        record = record.with_dynamic_part(serde_json::from_str(&dynamic)?);
    }
    if let Some(evidence) = columns.evidence {
        record = record.with_evidence(serde_json::from_str::<AttestationEvidence>(&evidence)?);
    }
    Ok(StoredCredential {
        record,
        attestation: columns.attestation,
        label: columns.label,
        created_at: Timestamp::from_unix_seconds(columns.created_at),
        last_used_at: columns.last_used_at.map(Timestamp::from_unix_seconds),
    })
}
