//! The tables, and the migrations of older ones.

use std::time::Duration;

use tokio_postgres::{Client, error::SqlState};

use crate::postgres::{error::PostgresError, failure::Failure};

/// The current version of the tables.
pub(super) const VERSION: i64 = 3;

/// The migration from each version to the next; the first one creates the tables.
const MIGRATIONS: [&str; 3] = [TABLES, TABLES_2, TABLES_3];

/// How often to look at the tables again while other instances create them. Each attempt fails only because another
/// instance made progress.
const ATTEMPTS: u32 = 40;

/// How long a migration waits for another instance that migrates; and how long each of its statements may take.
const MIGRATION: Duration = Duration::from_secs(600);

/// The table that holds the version. One row, whose lock makes instances migrate one after the other.
const VERSION_TABLE: &str = "
CREATE TABLE IF NOT EXISTS countersign_schema (
    id bigint NOT NULL PRIMARY KEY CHECK (id = 1),
    version bigint NOT NULL
)";

/// Times are seconds since 1970. Texts that are compared are stored as bytes: an index over text depends on the
/// collation, which an update of the operating system may change. `inserted` counts the credentials that an account ever
/// had, so that those of one second have an order. `fixed`, `dynamic` and `evidence` are the JSON of the parts of a
/// `countersign::CredentialRecord`.
///
/// Sessions end with their credential, and so with their account. Confirmations may be of sessions that are stored
/// elsewhere, so they refer to no table.
const TABLES: &str = "
CREATE TABLE countersign_accounts (
    user_handle bytea NOT NULL PRIMARY KEY,
    name text NOT NULL,
    name_key bytea NOT NULL CONSTRAINT countersign_accounts_by_name UNIQUE,
    created_at bigint NOT NULL,
    credentials bigint NOT NULL DEFAULT 0 CHECK (credentials BETWEEN 0 AND 64),
    inserted bigint NOT NULL DEFAULT 0
);

CREATE TABLE countersign_credentials (
    id bytea NOT NULL PRIMARY KEY,
    user_handle bytea NOT NULL REFERENCES countersign_accounts ON DELETE CASCADE,
    position bigint NOT NULL,
    fixed text NOT NULL,
    dynamic text NOT NULL,
    evidence text,
    attestation_format text,
    attestation_type text,
    label text NOT NULL,
    label_key bytea NOT NULL,
    created_at bigint NOT NULL,
    last_used_at bigint,
    CONSTRAINT countersign_credentials_by_label UNIQUE (user_handle, label_key)
);

CREATE TABLE countersign_sessions (
    token bytea NOT NULL PRIMARY KEY,
    user_handle bytea NOT NULL,
    credential_id bytea NOT NULL REFERENCES countersign_credentials ON DELETE CASCADE,
    created_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    verified_at bigint NOT NULL,
    idle_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX countersign_sessions_by_user ON countersign_sessions (user_handle);
CREATE INDEX countersign_sessions_by_credential ON countersign_sessions (credential_id);
CREATE INDEX countersign_sessions_by_expiry ON countersign_sessions (expires_at);

CREATE TABLE countersign_finishes (
    ceremony bytea NOT NULL PRIMARY KEY,
    response bytea NOT NULL,
    outcome text NOT NULL,
    finished_at bigint NOT NULL,
    until bigint NOT NULL
);
CREATE INDEX countersign_finishes_by_end ON countersign_finishes (until);

CREATE TABLE countersign_confirmations (
    session bytea NOT NULL,
    act_hash bytea NOT NULL,
    browser bytea NOT NULL,
    user_handle bytea NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (session, act_hash)
);
CREATE INDEX countersign_confirmations_by_user ON countersign_confirmations (user_handle);
CREATE INDEX countersign_confirmations_by_expiry ON countersign_confirmations (expires_at);

CREATE TABLE countersign_former_accounts (
    handle_hash bytea NOT NULL PRIMARY KEY,
    removed_at bigint NOT NULL
);
CREATE INDEX countersign_former_accounts_by_time ON countersign_former_accounts (removed_at);

CREATE TABLE countersign_sealing_keys (
    id bigint NOT NULL PRIMARY KEY,
    secret bytea NOT NULL,
    seals_from bigint NOT NULL
);
";

/// Version 2: recovery codes, of which only hashes are stored, invitations, and what device a session was created on.
const TABLES_2: &str = "
ALTER TABLE countersign_accounts ADD COLUMN recovery_codes_at bigint, ADD COLUMN recovered_at bigint;
ALTER TABLE countersign_sessions ADD COLUMN device text;

CREATE TABLE countersign_recovery_codes (
    user_handle bytea NOT NULL REFERENCES countersign_accounts ON DELETE CASCADE,
    code bytea NOT NULL,
    PRIMARY KEY (user_handle, code)
);

CREATE TABLE countersign_invitations (
    code bytea NOT NULL PRIMARY KEY,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX countersign_invitations_by_expiry ON countersign_invitations (expires_at);
";

/// Version 3: operators, and the links that make one, of which only hashes are stored.
///
/// The audit log, as `countersign::store::audit` describes it, and the pseudonyms that it has in place of user
/// handles: random UUIDs, of which each account gets one. `listed` has the bytes of the listed rows.
const TABLES_3: &str = "
CREATE TABLE countersign_operators (
    user_handle bytea NOT NULL PRIMARY KEY REFERENCES countersign_accounts ON DELETE CASCADE,
    since bigint NOT NULL
);

CREATE TABLE countersign_operator_links (
    token bytea NOT NULL PRIMARY KEY,
    for_first boolean NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX countersign_operator_links_by_expiry ON countersign_operator_links (expires_at);

ALTER TABLE countersign_accounts ADD COLUMN pseudonym bytea NOT NULL DEFAULT uuid_send(gen_random_uuid());

CREATE TABLE countersign_audit (
    chain bytea NOT NULL,
    number bigint NOT NULL,
    at bigint NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    account bytea,
    credential bytea,
    session bytea,
    address bytea,
    trace_id bytea,
    listed bytea NOT NULL,
    previous bytea NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (chain, number)
);
CREATE INDEX countersign_audit_by_time ON countersign_audit (at);
CREATE INDEX countersign_audit_by_account ON countersign_audit (account, at) WHERE account IS NOT NULL;
";

/// The version of the tables; `None` if there are none.
pub(super) async fn version(client: &Client) -> Result<Option<i64>, tokio_postgres::Error> {
    match client.query_opt("SELECT version FROM countersign_schema WHERE id = 1", &[]).await {
        Ok(Some(row)) => Ok(Some(row.try_get(0)?)),
        // Another instance created the table and not yet its row.
        Ok(None) => Ok(None),
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether transactions may change something: not on a standby, nor on a database that its operator has made read-only.
pub(super) async fn accepts_writes(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let row = client.query_one("SELECT current_setting('transaction_read_only')", &[]).await?;
    Ok(row.try_get::<_, &str>(0)? == "off")
}

/// Creates the tables, or migrates older ones. Any number of instances may do so at once. `limit` is for the answer to a
/// statement that takes no time.
pub(super) async fn migrate(client: &Client, limit: Duration) -> Result<(), Failure> {
    let mut attempt = 0;
    loop {
        match step(client, limit).await {
            Ok(VERSION) => return Ok(()),
            Ok(found) if found > VERSION => {
                return Err(PostgresError::TooNew { found, supported: VERSION }.into());
            }
            Ok(_) => {}
            Err(StepError::Failed(error)) if attempt < ATTEMPTS && is_race(&error) => {
                attempt = attempt.saturating_add(1);
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            // Also after a COMMIT without an answer: the version says whether it happened.
            Err(StepError::Failed(error)) => return Err(error.into()),
            Err(StepError::TimedOut(limit)) => return Err(PostgresError::TimedOut(limit).into()),
        }
    }
}

/// Why a step failed.
enum StepError {
    /// A statement failed.
    Failed(tokio_postgres::Error),
    /// There was no answer for this long.
    TimedOut(Duration),
}

/// Waits for an answer for a limited time.
async fn limited<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, StepError> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer.map_err(StepError::Failed),
        Err(_) => Err(StepError::TimedOut(limit)),
    }
}

/// Migrates by one version at most, in one transaction, and returns the version afterwards.
async fn step(client: &Client, limit: Duration) -> Result<i64, StepError> {
    let Some(found) = limited(limit, version(client)).await? else {
        limited(limit, create_version_table(client)).await?;
        return Ok(0);
    };
    if migration_from(found).is_none() {
        return Ok(found);
    }
    limited(limit, client.batch_execute("BEGIN")).await?;
    let outcome = limited(MIGRATION.saturating_add(limit), locked_step(client)).await;
    if outcome.is_err() {
        limited(limit, client.batch_execute("ROLLBACK")).await?;
    }
    outcome
}

async fn create_version_table(client: &Client) -> Result<(), tokio_postgres::Error> {
    client.batch_execute(VERSION_TABLE).await?;
    let row = "INSERT INTO countersign_schema (id, version) VALUES (1, 0) ON CONFLICT DO NOTHING";
    client.batch_execute(row).await
}

async fn locked_step(client: &Client) -> Result<i64, tokio_postgres::Error> {
    let milliseconds = MIGRATION.as_millis();
    client.batch_execute(&format!("SET LOCAL statement_timeout = {milliseconds}")).await?;
    let row = client.query_one("SELECT version FROM countersign_schema WHERE id = 1 FOR UPDATE", &[]).await?;
    let found = row.try_get::<_, i64>(0)?;
    let reached = match migration_from(found) {
        None => found,
        Some(statements) => {
            client.batch_execute(statements).await?;
            let next = found.saturating_add(1);
            client.execute("UPDATE countersign_schema SET version = $1 WHERE id = 1", &[&next]).await?;
            next
        }
    };
    client.batch_execute("COMMIT").await?;
    Ok(reached)
}

fn migration_from(version: i64) -> Option<&'static str> {
    usize::try_from(version).ok().and_then(|version| MIGRATIONS.get(version)).copied()
}

/// Whether a statement failed because another instance creates or migrates the tables too. `CREATE TABLE IF NOT EXISTS`
/// fails with a unique violation of the catalogue, or with an internal error, if another transaction creates the table.
fn is_race(error: &tokio_postgres::Error) -> bool {
    [
        SqlState::UNIQUE_VIOLATION,
        SqlState::DUPLICATE_TABLE,
        SqlState::DUPLICATE_OBJECT,
        SqlState::INTERNAL_ERROR,
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
    ]
    .iter()
    .any(|state| error.code() == Some(state))
}
