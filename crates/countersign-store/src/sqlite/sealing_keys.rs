//! The keys that ceremonies are sealed with.

use countersign::store::{Rejection, StoredSealingKey};
use rusqlite::Connection;

use crate::sqlite::statements::{ADD_SEALING_KEY, REMOVE_SEALING_KEY, SEALING_KEYS};
use crate::sqlite::values::{all, time};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// All keys, the highest number first.
pub(crate) fn list(db: &Connection) -> Result<Vec<StoredSealingKey>, Failure> {
    all(db, SEALING_KEYS, (), |row| {
        Ok(StoredSealingKey { id: row.get(0)?, secret: row.get(1)?, seals_from: time(row, 2)? })
    })
}

pub(crate) fn add(db: &Connection, key: &StoredSealingKey) -> Result<(), Abort> {
    let StoredSealingKey { id, secret, seals_from } = key;
    let added = db.prepare_cached(ADD_SEALING_KEY)?.execute((id, secret, seals_from.unix_seconds()))?;
    if added == 0 { Err(Rejection::KeyTaken.into()) } else { Ok(()) }
}

pub(crate) fn remove(db: &Connection, number: u32) -> Result<(), Abort> {
    db.prepare_cached(REMOVE_SEALING_KEY)?.execute((number,))?;
    Ok(())
}
