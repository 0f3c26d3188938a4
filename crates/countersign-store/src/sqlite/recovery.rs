//! Recovery codes: their hashes, and when they were made and used.

use std::collections::BTreeSet;

use countersign::store::{RECOVERY_CODES, Recovery, RecoveryStatus, Rejection, TokenHash};
use countersign::types::{Timestamp, UserHandle};
use rusqlite::Connection;

use crate::sqlite::statements::{
    COUNT_RECOVERY_CODES, DELETE_RECOVERY_CODES, INSERT_RECOVERY_CODE, IS_RECOVERY_CODE, RECOVERED,
    RECOVERY_TIMES, RENEW_RECOVERY_CODES, RESTORE_RECOVERY, TAKE_RECOVERY_CODE,
};
use crate::sqlite::values::{exists, one};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// What is stored about the account's codes; `None` if there is no such account.
pub(crate) fn status(db: &Connection, account: &UserHandle) -> Result<Option<RecoveryStatus>, Failure> {
    let of = (account.as_bytes(),);
    // One transaction: both reads see the same codes.
    let transaction = db.unchecked_transaction()?;
    let times = one(&transaction, RECOVERY_TIMES, of, |row| {
        let time = |column: usize| row.get::<_, Option<i64>>(column);
        Ok((time(0)?.map(Timestamp::from_unix_seconds), time(1)?.map(Timestamp::from_unix_seconds)))
    })?;
    let unused = one(&transaction, COUNT_RECOVERY_CODES, of, |row| Ok(row.get::<_, i64>(0)?))?.unwrap_or(0);
    transaction.finish()?;
    let unused = usize::try_from(unused).map_err(|_| Failure::Value("a number of recovery codes"))?;
    Ok(times.map(|(created_at, used_at)| RecoveryStatus { unused, created_at, used_at }))
}

/// Whether the account has this code, unused.
pub(crate) fn has(db: &Connection, account: &UserHandle, code: &TokenHash) -> Result<bool, Failure> {
    exists(db, IS_RECOVERY_CODE, (account.as_bytes(), code.as_bytes()))
}

pub(crate) fn replace(
    db: &Connection,
    account: &UserHandle,
    codes: &[TokenHash; RECOVERY_CODES],
    created_at: Timestamp,
) -> Result<(), Abort> {
    let of = account.as_bytes();
    if db.prepare_cached(RENEW_RECOVERY_CODES)?.execute((created_at.unix_seconds(), of))? == 0 {
        return Err(Rejection::Missing.into());
    }
    store_codes(db, account, &codes.iter().copied().collect())
}

pub(crate) fn restore(db: &Connection, account: &UserHandle, recovery: &Recovery) -> Result<(), Abort> {
    let (of, seconds) = (account.as_bytes(), |time: Option<Timestamp>| time.map(Timestamp::unix_seconds));
    let times = (seconds(recovery.created_at), seconds(recovery.used_at));
    if db.prepare_cached(RESTORE_RECOVERY)?.execute((times.0, times.1, of))? == 0 {
        return Err(Rejection::Missing.into());
    }
    store_codes(db, account, &recovery.codes)
}

/// Stores codes in place of those that the account has.
fn store_codes(db: &Connection, account: &UserHandle, codes: &BTreeSet<TokenHash>) -> Result<(), Abort> {
    let of = account.as_bytes();
    db.prepare_cached(DELETE_RECOVERY_CODES)?.execute((of,))?;
    let mut insert = db.prepare_cached(INSERT_RECOVERY_CODE)?;
    for code in codes {
        insert.execute((of, code.as_bytes()))?;
    }
    Ok(())
}

pub(crate) fn take(
    db: &Connection,
    account: &UserHandle,
    code: &TokenHash,
    used_at: Timestamp,
) -> Result<(), Abort> {
    let of = account.as_bytes();
    if db.prepare_cached(TAKE_RECOVERY_CODE)?.execute((of, code.as_bytes()))? == 0 {
        return Err(Rejection::RecoveryCodeUnknown.into());
    }
    db.prepare_cached(RECOVERED)?.execute((used_at.unix_seconds(), of))?;
    Ok(())
}
