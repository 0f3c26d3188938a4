//! The schema of the database, its check, and the migrations of older schemas.

use rusqlite::{Connection, TransactionBehavior};

use crate::sqlite::connect_error::ConnectError;
use crate::sqlite::schema::tables::{
    SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4_ASIDE, SCHEMA_4_DROP, SCHEMA_4_TABLES, SCHEMA_5, SCHEMA_6,
};

pub(crate) mod evidence_column;
pub(crate) mod name_keys;
pub(crate) mod parts;
pub(crate) mod tables;

/// `PRAGMA application_id` of the databases, which spells `CtSn`.
pub(crate) const APPLICATION_ID: i64 = 0x4374_536e;

/// The current schema: `PRAGMA user_version`.
pub(crate) const VERSION: i64 = 6;

/// The migration to one schema from that before it.
type Migration = fn(&Connection) -> Result<(), rusqlite::Error>;

/// The migrations from each schema to the next. The first creates the tables of an empty file.
const MIGRATIONS: [Migration; 6] = [
    |db| db.execute_batch(SCHEMA_1),
    |db| db.execute_batch(SCHEMA_2),
    |db| {
        db.execute_batch(SCHEMA_3)?;
        evidence_column::move_out(db)?;
        // Since schema 3, names that look the same have the same key.
        name_keys::renew(db)
    },
    |db| {
        db.execute_batch(SCHEMA_4_ASIDE)?;
        db.execute_batch(SCHEMA_4_TABLES)?;
        parts::copy(db)?;
        db.execute_batch(SCHEMA_4_DROP)
    },
    |db| db.execute_batch(SCHEMA_5),
    |db| db.execute_batch(SCHEMA_6),
];

/// Fails unless the file is empty or a database of a supported schema. Writes nothing.
pub(crate) fn check(connection: &Connection) -> Result<(), ConnectError> {
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
///
/// Call this before foreign keys are enforced: a step may drop a table that others refer to.
pub(crate) fn migrate(connection: &mut Connection) -> Result<(), ConnectError> {
    for (from, step) in (0..).zip(MIGRATIONS) {
        // Most starts find nothing to do, and wait for no lock.
        if read(connection, "user_version")? > from {
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Read again under the lock: another process may be starting on the same file.
        if read(&transaction, "user_version")? != from {
            continue;
        }
        step(&transaction)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", from.saturating_add(1))?;
        transaction.commit()?;
    }
    // A newer server may have migrated further since the check.
    check(connection)
}

/// The schema's version.
pub(crate) fn version(connection: &Connection) -> Result<i64, rusqlite::Error> {
    read(connection, "user_version")
}

fn read(connection: &Connection, pragma: &str) -> Result<i64, rusqlite::Error> {
    connection.pragma_query_value(None, pragma, |row| row.get(0))
}
