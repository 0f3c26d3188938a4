//! Pages of rows for the operator.

use std::collections::BTreeSet;

use countersign::store::{Account, Evidence, Invitation, Recovery, RecoveryStatus, StoredCredential};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use rusqlite::{Connection, Row};

use crate::listing::{
    AccountSummary, CredentialRow, PAGE_MAX, Totals, WHOLE_ACCOUNTS_MAX, WholeAccount, first_key, limit,
    with_prefix,
};
use crate::sqlite::credentials;
use crate::sqlite::statements::{
    LIST_ACCOUNTS, LIST_ACCOUNTS_BY_HANDLE, LIST_CREDENTIALS, LIST_CREDENTIALS_OF,
    LIST_CREDENTIALS_WITH_EVIDENCE, LIST_INVITATIONS, LIST_RECOVERY_CODES, TOTALS,
};
use crate::sqlite::store_error::{Failure, StoreError};
use crate::sqlite::values::{all, credential_id, one, time, token_hash, user_handle};

/// The accounts whose names have keys with this prefix, after this key.
pub(crate) fn accounts(
    db: &Connection,
    prefix: &str,
    after: Option<&str>,
    number: usize,
) -> Result<Vec<AccountSummary>, Failure> {
    let page = all(db, LIST_ACCOUNTS, (first_key(prefix, after), limit(number, PAGE_MAX)), |row| {
        Ok(AccountSummary {
            account: account(row)?,
            recovery: RecoveryStatus {
                created_at: maybe_time(row, 4)?,
                used_at: maybe_time(row, 5)?,
                unused: size(row, 6)?,
            },
            credentials: size(row, 7)?,
        })
    })?;
    Ok(with_prefix(page, prefix))
}

/// The credentials of all accounts, after this ID.
pub(crate) fn credentials(
    db: &Connection,
    after: Option<&CredentialId>,
    evidence: Evidence,
    number: usize,
) -> Result<Vec<CredentialRow>, Failure> {
    let statement = match evidence {
        Evidence::Read => LIST_CREDENTIALS_WITH_EVIDENCE,
        Evidence::Omit => LIST_CREDENTIALS,
    };
    let after = after.map(CredentialId::as_bytes).unwrap_or_default();
    all(db, statement, (after, limit(number, PAGE_MAX)), credential)
}

/// The invitations that are valid, after this one.
pub(crate) fn invitations(
    db: &Connection,
    after: Option<&Invitation>,
    now: Timestamp,
    number: usize,
) -> Result<Vec<Invitation>, Failure> {
    // Those that end now are over. All codes come before the last one.
    let after = after.map_or((now, [u8::MAX; 32]), |after| (after.expires_at, *after.code.as_bytes()));
    let values = (after.0.unix_seconds(), after.1, limit(number, PAGE_MAX));
    all(db, LIST_INVITATIONS, values, |row| {
        Ok(Invitation { code: token_hash(row, 0)?, created_at: time(row, 1)?, expires_at: time(row, 2)? })
    })
}

/// The accounts with all that belongs to them, after this handle. One transaction, so that none is half of one state and
/// half of another.
pub(crate) fn whole_accounts(
    db: &Connection,
    after: Option<&UserHandle>,
    number: usize,
) -> Result<Vec<WholeAccount>, Failure> {
    let transaction = db.unchecked_transaction()?;
    let after = after.map(UserHandle::as_bytes).unwrap_or_default();
    let values = (after, limit(number, WHOLE_ACCOUNTS_MAX));
    let mut page = all(&transaction, LIST_ACCOUNTS_BY_HANDLE, values, |row| {
        let recovery = Recovery {
            codes: BTreeSet::new(),
            created_at: maybe_time(row, 4)?,
            used_at: maybe_time(row, 5)?,
        };
        Ok(WholeAccount { account: account(row)?, credentials: Vec::new(), recovery })
    })?;
    for whole in &mut page {
        let of = (whole.account.handle.as_bytes(),);
        whole.credentials = all(&transaction, LIST_CREDENTIALS_OF, of, credential)?;
        let codes = all(&transaction, LIST_RECOVERY_CODES, of, |row| token_hash(row, 0))?;
        whole.recovery.codes = codes.into_iter().collect();
    }
    transaction.finish()?;
    Ok(page)
}

/// How much there is.
pub(crate) fn totals(db: &Connection) -> Result<Totals, Failure> {
    let number =
        |row: &Row<'_>, column| Ok::<_, Failure>(u64::try_from(row.get::<_, i64>(column)?).unwrap_or(0));
    let totals =
        one(db, TOTALS, (), |row| Ok(Totals { accounts: number(row, 0)?, credentials: number(row, 1)? }))?;
    Ok(totals.unwrap_or_default())
}

fn account(row: &Row<'_>) -> Result<Account, Failure> {
    Ok(Account {
        handle: user_handle(row, 0)?,
        name: row.get(1)?,
        name_key: row.get(2)?,
        created_at: time(row, 3)?,
    })
}

fn credential(row: &Row<'_>) -> Result<CredentialRow, Failure> {
    let credential = match credentials::read(row) {
        // The database failed, and not this row.
        Err(Failure::Sqlite(error @ rusqlite::Error::SqliteFailure(..))) => return Err(error.into()),
        Err(failure) => Err(StoreError::from(failure).to_string()),
        Ok(credential) => own(row, credential)?,
    };
    Ok(CredentialRow { id: credential_id(row, 10)?, owner: user_handle(row, 11)?, credential })
}

/// The credential, unless its record is another's than the row is.
fn own(row: &Row<'_>, credential: StoredCredential) -> Result<Result<StoredCredential, String>, Failure> {
    let record = &credential.record;
    let is_own = *record.id() == credential_id(row, 10)? && *record.user_handle() == user_handle(row, 11)?;
    Ok(if is_own { Ok(credential) } else { Err("the record is another credential's".to_owned()) })
}

fn maybe_time(row: &Row<'_>, column: usize) -> Result<Option<Timestamp>, Failure> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_unix_seconds))
}

fn size(row: &Row<'_>, column: usize) -> Result<usize, Failure> {
    usize::try_from(row.get::<_, i64>(column)?).map_err(|_| Failure::Value("a number of rows"))
}
