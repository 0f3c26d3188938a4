//! The tables, and how older ones become these.

use rusqlite::{Connection, TransactionBehavior};

use super::open::Refusal;

/// `PRAGMA application_id` of our databases, which spells `CtSn`.
pub(super) const APPLICATION_ID: i64 = 0x4374_536e;

/// The newest schema, the one that this program works on: `PRAGMA user_version`.
pub(super) const VERSION: i64 = 2;

/// What leads from the schema of each position to the next; the first makes an empty file a database.
const MIGRATIONS: [&str; 2] = [TABLES, DYNAMIC_PARTS];

/// Times are seconds since 1970. A record is the JSON of `countersign::CredentialRecord`, which says its own
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

/// What an authentication changes is written by itself, as the JSON of `countersign::DynamicPart`. Where it is null, as
/// in rows of schema 1, the record's own holds.
const DYNAMIC_PARTS: &str = "ALTER TABLE credentials ADD COLUMN dynamic TEXT;";

/// Whether the file is empty, or a database of ours that this program knows. Writes nothing.
pub(super) fn check(connection: &Connection) -> Result<(), Refusal> {
    // One transaction: another server may be making the tables at this moment.
    let transaction = connection.unchecked_transaction()?;
    let application = read(&transaction, "application_id")?;
    let version = read(&transaction, "user_version")?;
    let objects: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    transaction.finish()?;
    match (application, version) {
        (0, 0) if objects == 0 => Ok(()),
        (APPLICATION_ID, 1..=VERSION) => Ok(()),
        (APPLICATION_ID, newer) if newer > VERSION => Err(Refusal::TooNew(newer)),
        _ => Err(Refusal::NotOurs),
    }
}

/// Brings an empty or older database up to [`VERSION`], one transaction a step: a server that is stopped halfway
/// goes on from there when it starts again.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Refusal> {
    for (from, step) in (0..).zip(MIGRATIONS) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read under the lock: another process may be starting on the same file.
        if read(&transaction, "user_version")? != from {
            continue;
        }
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", from.saturating_add(1))?;
        transaction.commit()?;
    }
    // A newer server may have migrated further between the check and here.
    check(connection)
}

fn read(connection: &Connection, pragma: &str) -> Result<i64, rusqlite::Error> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
