//! Operators, and the links that make one: the hash of a token, and its end.

use countersign::store::{AHEAD_SECONDS, Operator, OperatorLink, OperatorLinkKind, Rejection, TokenHash};
use countersign::types::{Timestamp, UserHandle};
use rusqlite::Connection;

use crate::sqlite::statements::{
    ADD_OPERATOR_LINK, GRANT_OPERATOR, IS_ACCOUNT, IS_OPERATOR, OPERATOR_LINK, OPERATORS, REVOKE_OPERATOR,
    TAKE_OPERATOR_LINK,
};
use crate::sqlite::values::{all, exists, one, time, user_handle};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// All operators, the earliest first.
pub(crate) fn list(db: &Connection) -> Result<Vec<Operator>, Failure> {
    let mut operators = all(db, OPERATORS, (), |row| {
        Ok(Operator { account: user_handle(row, 0)?, name: row.get(1)?, since: time(row, 2)? })
    })?;
    operators.sort_by(|one, other| {
        (one.since, one.account.as_bytes()).cmp(&(other.since, other.account.as_bytes()))
    });
    Ok(operators)
}

pub(crate) fn require(db: &Connection, account: &UserHandle) -> Result<(), Abort> {
    let is_operator = exists(db, IS_OPERATOR, (account.as_bytes(),))?;
    if is_operator { Ok(()) } else { Err(Rejection::NotOperator.into()) }
}

pub(crate) fn grant(db: &Connection, account: &UserHandle, since: Timestamp) -> Result<(), Abort> {
    let bytes = account.as_bytes();
    let granted = db.prepare_cached(GRANT_OPERATOR)?.execute((since.unix_seconds(), bytes))?;
    // Nothing is inserted for one that is an operator already.
    if granted > 0 || exists(db, IS_ACCOUNT, (bytes,))? { Ok(()) } else { Err(Rejection::Missing.into()) }
}

pub(crate) fn revoke(db: &Connection, account: &UserHandle) -> Result<(), Abort> {
    let revoked = db.prepare_cached(REVOKE_OPERATOR)?.execute((account.as_bytes(),))?;
    if revoked == 0 { Err(Rejection::NotOperator.into()) } else { Ok(()) }
}

/// The link with this token, if it can be taken now.
pub(crate) fn find_link(
    db: &Connection,
    token: &TokenHash,
    now: Timestamp,
) -> Result<Option<OperatorLink>, Failure> {
    let found = one(db, OPERATOR_LINK, (token.as_bytes(),), |row| {
        let kind = if row.get(0)? { OperatorLinkKind::First } else { OperatorLinkKind::Any };
        Ok(OperatorLink { token: *token, kind, created_at: time(row, 1)?, expires_at: time(row, 2)? })
    })?;
    Ok(found.filter(|link| link.is_valid(now)))
}

pub(crate) fn add_link(db: &Connection, link: &OperatorLink) -> Result<(), Abort> {
    let OperatorLink { token, kind, created_at, expires_at } = link;
    db.prepare_cached(ADD_OPERATOR_LINK)?.execute((
        token.as_bytes(),
        *kind == OperatorLinkKind::First,
        created_at.unix_seconds(),
        expires_at.unix_seconds(),
    ))?;
    Ok(())
}

pub(crate) fn take_link(db: &Connection, token: &TokenHash, now: Timestamp) -> Result<(), Abort> {
    let latest = now.plus_seconds(AHEAD_SECONDS).unix_seconds();
    let values = (token.as_bytes(), now.unix_seconds(), latest);
    let count = db.prepare_cached(TAKE_OPERATOR_LINK)?.execute(values)?;
    if count == 0 { Err(Rejection::OperatorLinkUnknown.into()) } else { Ok(()) }
}
