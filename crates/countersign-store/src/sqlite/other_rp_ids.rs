//! The count of credentials that another relying party registered.

use rusqlite::Connection;

use crate::other_rp_ids::OtherRpIds;
use crate::sqlite::schema;

/// The credentials with another RP ID, if there are any. Reads all of them, of any schema, and an empty file.
pub(crate) fn find(db: &Connection, rp_id: &str) -> Result<Option<OtherRpIds>, rusqlite::Error> {
    // One transaction: another process may be migrating the database.
    let transaction = db.unchecked_transaction()?;
    let rp_ids = match schema::version(&transaction)? {
        0 => return Ok(None),
        // A record of version 1 is not divided into parts.
        1..=3 => {
            "coalesce(record ->> '$.static.rp_id', record ->> '$.rp_id') AS rp_id FROM credentials
                  WHERE json_valid(record)"
        }
        _ => "static ->> '$.rp_id' AS rp_id FROM credentials WHERE json_valid(static)",
    };
    let sql = format!(
        "WITH found AS (SELECT {rp_ids})
         SELECT count(*) FILTER (WHERE rp_id <> ?1), (SELECT count(*) FROM credentials),
             max(rp_id) FILTER (WHERE rp_id <> ?1) FROM found"
    );
    let (unusable, total, found) = transaction.query_row(&sql, (rp_id,), |row| {
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
