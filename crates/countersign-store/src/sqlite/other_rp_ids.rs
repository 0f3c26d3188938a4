//! The search for credentials that another relying party registered.

use rusqlite::Connection;

use crate::other_rp_ids::{LOOKED_AT_MAX, OtherRpIds};
use crate::sqlite::schema;

/// The credentials with another RP ID among the newest ones, if there are any. Reads a database of any schema, and an empty
/// file.
pub(crate) fn find(db: &Connection, rp_id: &str) -> Result<Option<OtherRpIds>, rusqlite::Error> {
    // One transaction: another process may be migrating the database.
    let transaction = db.unchecked_transaction()?;
    // A record of version 1 is not divided into parts. An unreadable one has no RP ID.
    let (column, of_rp_id) = match schema::version(&transaction)? {
        0 => return Ok(None),
        1..=3 => ("record", "coalesce(record ->> '$.static.rp_id', record ->> '$.rp_id')"),
        _ => ("static", "static ->> '$.rp_id'"),
    };
    let sql = format!(
        "SELECT count(*) FILTER (WHERE rp_id <> ?1), count(*), max(rp_id) FILTER (WHERE rp_id <> ?1) FROM
             (SELECT CASE WHEN json_valid({column}) THEN {of_rp_id} END AS rp_id
              FROM credentials ORDER BY rowid DESC LIMIT ?2)"
    );
    let (unusable, total, found) = transaction.query_row(&sql, (rp_id, LOOKED_AT_MAX), |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<String>>(2)?))
    })?;
    transaction.finish()?;
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(found.map(|found| OtherRpIds {
        unusable: count(unusable),
        total: count(total),
        found,
        configured: rp_id.to_owned(),
    }))
}
