//! Credentials: the parts of the relying party's record, and the owner's label.

use countersign::CredentialRecord;
use countersign::record::{AttestationEvidence, CredentialUpdate, DynamicPart, StaticPart};
use countersign::store::{CREDENTIALS_PER_ACCOUNT_MAX, Evidence, Rejection, StoredCredential};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use rusqlite::{Connection, Row};

use crate::sqlite::statements::{
    COUNT_DOWN, COUNT_UP, CREDENTIAL, CREDENTIAL_IDS, CREDENTIAL_WITH_EVIDENCE, CREDENTIALS,
    CREDENTIALS_WITH_EVIDENCE, DELETE_CONFIRMATIONS_OF_CREDENTIAL, DELETE_CREDENTIAL,
    DELETE_SESSIONS_OF_CREDENTIAL, DYNAMIC, INSERT_CREDENTIAL, INSERT_EVIDENCE, IS_ACCOUNT, IS_CREDENTIAL_ID,
    NUMBER, RENAME_CREDENTIAL, UPDATE_CREDENTIAL,
};
use crate::sqlite::values::{all, credential_id, exists, one, rows, time};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// The credential with this ID, of any account.
pub(crate) fn find(
    db: &Connection,
    id: &CredentialId,
    evidence: Evidence,
) -> Result<Option<StoredCredential>, Failure> {
    let statement = match evidence {
        Evidence::Read => CREDENTIAL_WITH_EVIDENCE,
        Evidence::Omit => CREDENTIAL,
    };
    one(db, statement, (id.as_bytes(),), read)
}

/// The account's credentials, oldest first.
pub(crate) fn list(
    db: &Connection,
    owner: &UserHandle,
    evidence: Evidence,
) -> Result<Vec<StoredCredential>, Failure> {
    let statement = match evidence {
        Evidence::Read => CREDENTIALS_WITH_EVIDENCE,
        Evidence::Omit => CREDENTIALS,
    };
    let number = |row: &Row<'_>| row.get::<_, i64>(0);
    let mut found = all(db, statement, (owner.as_bytes(),), |row| Ok((number(row)?, read(row)?)))?;
    found.sort_by_key(|(number, credential)| (credential.created_at, *number));
    Ok(found.into_iter().map(|(_, credential)| credential).collect())
}

/// The IDs of the account's credentials, oldest first.
pub(crate) fn ids(db: &Connection, owner: &UserHandle) -> Result<Vec<CredentialId>, Failure> {
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, credential_id(row, 2)?));
    let mut found = all(db, CREDENTIAL_IDS, (owner.as_bytes(),), read)?;
    found.sort_unstable_by_key(|(created_at, number, _)| (*created_at, *number));
    Ok(found.into_iter().map(|(_, _, id)| id).collect())
}

/// Reads the columns of a credential.
pub(crate) fn read(row: &Row<'_>) -> Result<StoredCredential, Failure> {
    let fixed: StaticPart = serde_json::from_str(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?;
    let dynamic: DynamicPart =
        serde_json::from_str(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?)?;
    let evidence = row.get_ref(9)?.as_str_or_null().map_err(rusqlite::Error::from)?;
    let evidence = evidence.map(serde_json::from_str::<AttestationEvidence>).transpose()?;
    let (format, kind): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
    Ok(StoredCredential {
        record: CredentialRecord::from_parts(fixed, dynamic, evidence),
        attestation: format.zip(kind),
        label: row.get(3)?,
        label_key: row.get(4)?,
        created_at: time(row, 5)?,
        last_used_at: row.get::<_, Option<i64>>(6)?.map(Timestamp::from_unix_seconds),
    })
}

pub(crate) fn insert(db: &Connection, credential: &StoredCredential) -> Result<(), Abort> {
    let StoredCredential { record, label, label_key, created_at, last_used_at, .. } = credential;
    let (id, owner) = (record.id().as_bytes(), record.user_handle().as_bytes());
    let is_id_taken = || exists(db, IS_CREDENTIAL_ID, (id,));
    if db.prepare_cached(COUNT_UP)?.execute((owner, rows(CREDENTIALS_PER_ACCOUNT_MAX)))? == 0 {
        let rejection = match () {
            () if !exists(db, IS_ACCOUNT, (owner,))? => Rejection::Missing,
            () if is_id_taken()? => Rejection::CredentialIdTaken,
            () => Rejection::TooManyCredentials,
        };
        return Err(rejection.into());
    }
    let inserted = db.prepare_cached(INSERT_CREDENTIAL)?.execute((
        id,
        owner,
        serde_json::to_string(record.static_part())?,
        serde_json::to_string(record.dynamic_part())?,
        label,
        label_key,
        created_at.unix_seconds(),
        last_used_at.map(Timestamp::unix_seconds),
        record.attestation_format(),
        record.attestation_type(),
    ))?;
    if inserted == 0 {
        let is_id_taken = is_id_taken()?;
        return Err(if is_id_taken { Rejection::CredentialIdTaken } else { Rejection::LabelTaken }.into());
    }
    if let Some(evidence) = record.evidence() {
        let number = db.last_insert_rowid();
        db.prepare_cached(INSERT_EVIDENCE)?.execute((number, serde_json::to_string(evidence)?))?;
    }
    Ok(())
}

pub(crate) fn update(
    db: &Connection,
    owner: &UserHandle,
    update: &CredentialUpdate,
    used_at: Option<Timestamp>,
) -> Result<(), Abort> {
    let (id, owner) = (update.credential_id.as_bytes(), owner.as_bytes());
    let next = serde_json::to_string(&update.next)?;
    let used_at = used_at.map(Timestamp::unix_seconds);
    let mut swap = db.prepare_cached(UPDATE_CREDENTIAL)?;
    if swap.execute((&next, used_at, id, owner, serde_json::to_string(&update.previous)?))? > 0 {
        return Ok(());
    }
    let stored = one(db, DYNAMIC, (id, owner), |row| Ok(row.get::<_, String>(0)?))?;
    let stored = stored.ok_or(Rejection::Missing)?;
    // Another program may have written the part in another form.
    if serde_json::from_str::<DynamicPart>(&stored)? != update.previous {
        return Err(Rejection::RecordChanged.into());
    }
    swap.execute((&next, used_at, id, owner, &stored))?;
    Ok(())
}

pub(crate) fn rename(
    db: &Connection,
    owner: &UserHandle,
    id: &CredentialId,
    label: &str,
    label_key: &str,
) -> Result<(), Abort> {
    let of = (id.as_bytes(), owner.as_bytes());
    if db.prepare_cached(RENAME_CREDENTIAL)?.execute((label, label_key, of.0, of.1))? > 0 {
        return Ok(());
    }
    Err(if exists(db, NUMBER, of)? { Rejection::LabelTaken } else { Rejection::Missing }.into())
}

/// Removes a credential. Its evidence goes by its foreign key.
pub(crate) fn remove(db: &Connection, owner: &UserHandle, id: &CredentialId) -> Result<(), Abort> {
    let owner = owner.as_bytes();
    let number = one(db, NUMBER, (id.as_bytes(), owner), |row| Ok(row.get::<_, i64>(0)?))?;
    let number = number.ok_or(Rejection::Missing)?;
    if db.prepare_cached(COUNT_DOWN)?.execute((owner,))? == 0 {
        return Err(Rejection::LastCredential.into());
    }
    end_sessions_of(db, owner, number)?;
    db.prepare_cached(DELETE_CREDENTIAL)?.execute((number,))?;
    Ok(())
}

/// Ends the sessions that were created with a credential, if there is one of this ID.
pub(crate) fn end_sessions(db: &Connection, owner: &UserHandle, id: &CredentialId) -> Result<(), Abort> {
    let owner = owner.as_bytes();
    match one(db, NUMBER, (id.as_bytes(), owner), |row| Ok(row.get::<_, i64>(0)?))? {
        Some(number) => end_sessions_of(db, owner, number),
        None => Ok(()),
    }
}

fn end_sessions_of(db: &Connection, owner: &[u8], number: i64) -> Result<(), Abort> {
    // Before the sessions, by which they are found.
    db.prepare_cached(DELETE_CONFIRMATIONS_OF_CREDENTIAL)?.execute((owner, number))?;
    db.prepare_cached(DELETE_SESSIONS_OF_CREDENTIAL)?.execute((owner, number))?;
    Ok(())
}
