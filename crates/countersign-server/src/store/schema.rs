//! The tables, and the migrations of older schemas.

use rusqlite::{Connection, TransactionBehavior};

use super::{accounts, connect_error::ConnectError, evidence};

/// `PRAGMA application_id` of our databases, which spells `CtSn`.
pub(super) const APPLICATION_ID: i64 = 0x4374_536e;

/// The current schema: `PRAGMA user_version`.
pub(super) const VERSION: i64 = 3;

/// The migration from each schema to the next. The first creates the tables of an empty file.
const MIGRATIONS: [&str; 3] = [TABLES, DYNAMIC_PARTS, OUTCOMES];

/// Times are seconds since 1970. A record is the JSON of `countersign::CredentialRecord`, which contains its own
/// version; `sign_count` and `backup_state` repeat what statements compare and count.
pub(super) const TABLES: &str = "
CREATE TABLE accounts (
    user_handle BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    id BLOB NOT NULL PRIMARY KEY,
    user_handle BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    record TEXT NOT NULL,
    sign_count INTEGER NOT NULL,
    backup_state INTEGER NOT NULL,
    label TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT;
CREATE INDEX credentials_by_user ON credentials (user_handle, created_at);

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    user_handle BLOB NOT NULL REFERENCES accounts ON DELETE CASCADE,
    credential_id BLOB NOT NULL REFERENCES credentials ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_handle, seen_at);
CREATE INDEX sessions_by_credential ON sessions (credential_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE ceremonies (
    id_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX ceremonies_by_expiry ON ceremonies (expires_at);

-- count(*) reads the whole table; this is one row, and right whichever process writes.
CREATE TABLE ceremony_count (open INTEGER NOT NULL) STRICT;
INSERT INTO ceremony_count VALUES (0);
CREATE TRIGGER ceremony_opened AFTER INSERT ON ceremonies
    BEGIN UPDATE ceremony_count SET open = open + 1; END;
CREATE TRIGGER ceremony_closed AFTER DELETE ON ceremonies
    BEGIN UPDATE ceremony_count SET open = open - 1; END;
";

/// The part of a record that an authentication changes, as the JSON of `countersign::record::DynamicPart`. If it is
/// null, as in rows of schema 1, the record contains the part.
pub(super) const DYNAMIC_PARTS: &str = "ALTER TABLE credentials ADD COLUMN dynamic TEXT;";

/// The outcomes of ceremonies, the confirmations of sessions, and the removed accounts.
///
/// A ceremony that was started under schema 2 has no `browser_hash`, and any browser may finish it: it expires within
/// minutes. The first finish sets `response_hash`. `user_handle` is the account that started the ceremony, if one was
/// signed in: such ceremonies are limited by account, and not counted in `ceremony_count`. Only the hash of the user
/// handle of a removed account is stored. Evidence has its own column, since it is long and lists don't need it.
const OUTCOMES: &str = "
ALTER TABLE ceremonies ADD COLUMN browser_hash BLOB;
ALTER TABLE ceremonies ADD COLUMN response_hash BLOB;
ALTER TABLE ceremonies ADD COLUMN user_handle BLOB REFERENCES accounts ON DELETE CASCADE;
CREATE INDEX ceremonies_by_user ON ceremonies (user_handle, expires_at);
DROP TRIGGER ceremony_opened;
DROP TRIGGER ceremony_closed;
CREATE TRIGGER ceremony_opened AFTER INSERT ON ceremonies WHEN NEW.user_handle IS NULL
    BEGIN UPDATE ceremony_count SET open = open + 1; END;
CREATE TRIGGER ceremony_closed AFTER DELETE ON ceremonies WHEN OLD.user_handle IS NULL
    BEGIN UPDATE ceremony_count SET open = open - 1; END;

CREATE TABLE outcomes (
    id_hash BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    browser_hash BLOB,
    response_hash BLOB NOT NULL,
    outcome TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outcomes_by_expiry ON outcomes (expires_at);

ALTER TABLE ceremony_count ADD COLUMN finished INTEGER NOT NULL DEFAULT 0;
CREATE TRIGGER outcome_kept AFTER INSERT ON outcomes
    BEGIN UPDATE ceremony_count SET finished = finished + 1; END;
CREATE TRIGGER outcome_dropped AFTER DELETE ON outcomes
    BEGIN UPDATE ceremony_count SET finished = finished - 1; END;

CREATE TABLE confirmations (
    token_hash BLOB NOT NULL REFERENCES sessions ON DELETE CASCADE,
    act TEXT NOT NULL,
    browser_hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (token_hash, act)
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmations_by_expiry ON confirmations (expires_at);

CREATE TABLE former_accounts (
    handle_hash BLOB NOT NULL PRIMARY KEY,
    removed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX former_accounts_by_time ON former_accounts (removed_at);

ALTER TABLE credentials ADD COLUMN evidence TEXT;
ALTER TABLE credentials ADD COLUMN attestation_format TEXT;
ALTER TABLE credentials ADD COLUMN attestation_type TEXT;
";

/// Fails unless the file is empty or a database of a supported schema. Writes nothing.
pub(super) fn check(connection: &Connection) -> Result<(), ConnectError> {
    // One transaction: another server may be creating the tables.
    let transaction = connection.unchecked_transaction()?;
    let application = read(&transaction, "application_id")?;
    let version = read(&transaction, "user_version")?;
    let objects: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    transaction.finish()?;
    match (application, version) {
        (0, 0) if objects == 0 => Ok(()),
        (APPLICATION_ID, 1..=VERSION) => Ok(()),
        (APPLICATION_ID, newer) if newer > VERSION => {
            Err(ConnectError::TooNew { found: newer, known: VERSION })
        }
        _ => Err(ConnectError::NotOurs),
    }
}

/// Migrates an empty or older database to [`VERSION`], one transaction per step: a server that is stopped in between
/// continues when it starts again.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), ConnectError> {
    for (from, step) in (0..).zip(MIGRATIONS) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read under the lock: another process may be starting on the same file.
        if read(&transaction, "user_version")? != from {
            continue;
        }
        transaction.execute_batch(step)?;
        if step == OUTCOMES {
            evidence::move_out(&transaction)?;
            // Since schema 3, names that look the same have the same key.
            accounts::renew_keys(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", from.saturating_add(1))?;
        transaction.commit()?;
    }
    // A newer server may have migrated further since the check.
    check(connection)
}

fn read(connection: &Connection, pragma: &str) -> Result<i64, rusqlite::Error> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
