//! The values of columns.

use countersign::store::TokenHash;
use countersign::types::{CredentialId, Timestamp, UserHandle};
use rusqlite::{Connection, OptionalExtension as _, Params, Row};

use crate::sqlite::store_error::Failure;

/// The time in a column.
pub(crate) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp, Failure> {
    Ok(Timestamp::from_unix_seconds(row.get(column)?))
}

/// The user handle in a column.
pub(crate) fn user_handle(row: &Row<'_>, column: usize) -> Result<UserHandle, Failure> {
    UserHandle::new(row.get::<_, Vec<u8>>(column)?).ok_or(Failure::Value("the length of a user handle"))
}

/// The credential ID in a column.
pub(crate) fn credential_id(row: &Row<'_>, column: usize) -> Result<CredentialId, Failure> {
    CredentialId::new(row.get::<_, Vec<u8>>(column)?).ok_or(Failure::Value("the length of a credential ID"))
}

/// The hash of a token in a column.
pub(crate) fn token_hash(row: &Row<'_>, column: usize) -> Result<TokenHash, Failure> {
    Ok(TokenHash::from_bytes(row.get(column)?))
}

/// A number of rows, as a parameter.
pub(crate) fn rows(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Whether a statement returns a row.
pub(crate) fn exists(db: &Connection, statement: &str, parameters: impl Params) -> Result<bool, Failure> {
    Ok(db.prepare_cached(statement)?.query_row(parameters, |_| Ok(())).optional()?.is_some())
}

/// The one row that a statement returns, if there is one.
pub(crate) fn one<T>(
    db: &Connection,
    statement: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let mut statement = db.prepare_cached(statement)?;
    let mut rows = statement.query(parameters)?;
    rows.next()?.map(read).transpose()
}

/// All rows that a statement returns.
pub(crate) fn all<T>(
    db: &Connection,
    statement: &str,
    parameters: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut statement = db.prepare_cached(statement)?;
    let mut rows = statement.query(parameters)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}
