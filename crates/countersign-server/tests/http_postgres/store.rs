//! The database of a server under test: a schema of `PostgreSQL`, shared by two instances.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::{Router, extract::Request};
use countersign_server::{Config, router};
use tower::ServiceExt as _;

use crate::support;

/// The tables under the names, and the functions, that statements for `SQLite` use.
const NAMES: &str = "
CREATE VIEW accounts AS SELECT * FROM countersign_accounts;
CREATE VIEW credentials AS
    SELECT id, label, fixed AS static, dynamic::jsonb AS dynamic FROM countersign_credentials;
CREATE VIEW evidence AS SELECT evidence FROM countersign_credentials;
CREATE VIEW sessions AS SELECT *, token AS token_hash FROM countersign_sessions;
CREATE VIEW confirmations AS SELECT * FROM countersign_confirmations;
CREATE VIEW finishes AS SELECT * FROM countersign_finishes;
CREATE FUNCTION unixepoch() RETURNS bigint LANGUAGE sql
    AS 'SELECT floor(extract(epoch FROM clock_timestamp()))::bigint';
CREATE FUNCTION instr(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT strpos($1, $2) > 0';
CREATE FUNCTION hex(bytea) RETURNS text LANGUAGE sql AS 'SELECT upper(encode($1, ''hex''))';
";

/// The address of a new database.
pub(crate) fn address(_: &Path) -> String {
    support::schema()
}

/// The routes of two instances on this database, which answer by turns.
pub(crate) async fn open(config: &Config) -> Router {
    // At once, as a deployment starts them: both find an empty database.
    let (one, other) = tokio::join!(router(config), router(config));
    let instances = [one.unwrap(), other.unwrap()];
    support::sql(config.database.as_str(), NAMES);
    let turn = Arc::new(AtomicUsize::new(0));
    Router::new().fallback(move |request: Request| {
        let turn = turn.fetch_add(1, Ordering::Relaxed);
        instances[turn % 2].clone().oneshot(request)
    })
}

/// Reads a number from the database, or changes it, like another program.
pub(crate) fn sql(address: &str, statement: &str) -> i64 {
    match support::sql(address, statement).as_str() {
        "" | "f" => 0,
        "t" => 1,
        number => number.parse().unwrap(),
    }
}
