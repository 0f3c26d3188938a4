//! The search for credentials that another relying party registered.

use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Pool};
use tokio_postgres::error::SqlState;

use crate::other_rp_ids::{LOOKED_AT_MAX, OtherRpIds};
use crate::postgres::error::PostgresError;
use crate::postgres::failure::Failure;
use crate::postgres::options::PostgresOptions;
use crate::postgres::pool::{Connection, within};

/// How long the search may take: a start waits for it, and it is only for a warning.
const LIMIT: Duration = Duration::from_secs(2);

const SEARCH: &str = "
SELECT count(*) FILTER (WHERE rp_id <> $1), count(*), max(rp_id) FILTER (WHERE rp_id <> $1)
FROM (SELECT fixed::json ->> 'rp_id' AS rp_id FROM countersign_credentials LIMIT $2) AS found";

/// How many credentials are unusable, how many there are, and one RP ID of the unusable ones.
type Found = (i64, i64, Option<String>);

/// The credentials with another RP ID among the first ones that the database returns, if there are any.
pub(super) async fn find(
    pool: &Pool,
    options: &PostgresOptions,
    rp_id: &str,
) -> Result<Option<OtherRpIds>, PostgresError> {
    let connection = Connection::of(pool, options).await?;
    let answer =
        within(options.answer_timeout(), async { Ok(search(connection.client()?, rp_id).await?) }).await;
    let Some((unusable, total, found)) = answer.map_err(|failure: Failure| failure.error)? else {
        tracing::warn!("the database is too slow to look for passkeys of another RP ID");
        return Ok(None);
    };
    connection.give_back();
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(found.map(|found| OtherRpIds {
        unusable: count(unusable),
        total: count(total),
        found,
        configured: rp_id.to_owned(),
    }))
}

/// Searches for a limited time; `None` if that is not enough. The transaction is open then.
async fn search(client: &ClientWrapper, rp_id: &str) -> Result<Option<Found>, tokio_postgres::Error> {
    let milliseconds = LIMIT.as_millis();
    client.batch_execute(&format!("BEGIN READ ONLY; SET LOCAL statement_timeout = {milliseconds}")).await?;
    let row = match client.query_one(SEARCH, &[&rp_id, &i64::from(LOOKED_AT_MAX)]).await {
        Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => return Ok(None),
        row => row?,
    };
    client.batch_execute("COMMIT").await?;
    Ok(Some((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)))
}
