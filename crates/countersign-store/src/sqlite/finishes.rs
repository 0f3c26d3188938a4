//! The finishes of ceremonies.

use countersign::store::{CeremonyId, Finish, Rejection};
use rusqlite::Connection;

use crate::sqlite::statements::{FINISH, REMEMBER};
use crate::sqlite::values::{one, time};
use crate::sqlite::{abort::Abort, store_error::Failure};

/// The finish that is remembered for this ceremony.
pub(crate) fn find(db: &Connection, ceremony: &CeremonyId) -> Result<Option<Finish>, Failure> {
    one(db, FINISH, (ceremony.as_bytes(),), |row| {
        Ok(Finish {
            ceremony: *ceremony,
            response: row.get(0)?,
            outcome: row.get(1)?,
            finished_at: time(row, 2)?,
            until: time(row, 3)?,
        })
    })
}

pub(crate) fn remember(db: &Connection, finish: &Finish) -> Result<(), Abort> {
    let Finish { ceremony, response, outcome, finished_at, until } = finish;
    let remembered = db.prepare_cached(REMEMBER)?.execute((
        ceremony.as_bytes(),
        response,
        outcome,
        finished_at.unix_seconds(),
        until.unix_seconds(),
    ))?;
    if remembered > 0 {
        return Ok(());
    }
    let earlier = find(db, ceremony)?.ok_or(Failure::Value("a finish"))?;
    Err(Rejection::Finished(Box::new(earlier)).into())
}
