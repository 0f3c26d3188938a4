//! The count of credentials that another relying party registered.

use deadpool_postgres::Pool;

use crate::other_rp_ids::OtherRpIds;
use crate::postgres::error::PostgresError;
use crate::postgres::failure::Failure;
use crate::postgres::options::PostgresOptions;
use crate::postgres::pool::Connection;

const COUNT: &str = "
SELECT count(*) FILTER (WHERE rp_id <> $1), count(*), max(rp_id) FILTER (WHERE rp_id <> $1)
FROM (SELECT fixed::json ->> 'rp_id' AS rp_id FROM countersign_credentials) AS found";

/// The credentials with another RP ID, if there are any. Reads all of them, for as long as that takes.
pub(super) async fn find(
    pool: &Pool,
    options: &PostgresOptions,
    rp_id: &str,
) -> Result<Option<OtherRpIds>, PostgresError> {
    let connection = Connection::of(pool, options).await?;
    let count = async {
        let client = connection.client()?;
        client.batch_execute("BEGIN READ ONLY; SET LOCAL statement_timeout = 0").await?;
        let row = client.query_one(COUNT, &[&rp_id]).await?;
        client.batch_execute("COMMIT").await?;
        let (unusable, total): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        Ok::<_, Failure>((unusable, total, row.try_get::<_, Option<String>>(2)?))
    };
    let (unusable, total, found) = count.await.map_err(|failure| failure.error)?;
    connection.give_back();
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(found.map(|found| OtherRpIds {
        unusable: count(unusable),
        total: count(total),
        found,
        configured: rp_id.to_owned(),
    }))
}
