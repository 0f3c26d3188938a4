//! Invitations: the hash of a code, and its end.

use countersign::store::{AHEAD_SECONDS, Invitation, Rejection, TokenHash};
use countersign::types::Timestamp;
use rusqlite::Connection;

use crate::sqlite::statements::{ADD_INVITATION, INVITATION, TAKE_INVITATION};
use crate::sqlite::values::{one, time};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// The invitation with this code, if it is valid.
pub(crate) fn find(db: &Connection, code: &TokenHash, now: Timestamp) -> Result<Option<Invitation>, Failure> {
    let found = one(db, INVITATION, (code.as_bytes(),), |row| {
        Ok(Invitation { code: *code, created_at: time(row, 0)?, expires_at: time(row, 1)? })
    })?;
    Ok(found.filter(|invitation| invitation.is_valid(now)))
}

pub(crate) fn add(db: &Connection, invitation: &Invitation) -> Result<(), Abort> {
    let Invitation { code, created_at, expires_at } = invitation;
    let values = (code.as_bytes(), created_at.unix_seconds(), expires_at.unix_seconds());
    db.prepare_cached(ADD_INVITATION)?.execute(values)?;
    Ok(())
}

pub(crate) fn take(db: &Connection, code: &TokenHash, now: Timestamp) -> Result<(), Abort> {
    let latest = now.plus_seconds(AHEAD_SECONDS).unix_seconds();
    let taken = db.prepare_cached(TAKE_INVITATION)?.execute((code.as_bytes(), now.unix_seconds(), latest))?;
    if taken == 0 { Err(Rejection::InvitationUnknown.into()) } else { Ok(()) }
}
