//! Files of `SQLite`, which are made in one transaction.

use std::path::Path;
use std::time::Instant;

use countersign_store::sqlite::SqliteStore;
use rusqlite::{Connection, Transaction};

use crate::rows::{LATER, NOW, Result, credential_id, record, token, user_handle};

/// The path of a database of this size in the folder, which is made if it is not there.
pub(crate) fn database(folder: &Path, size: u64) -> Result<String> {
    let path = folder.join(format!("{size}.sqlite3"));
    let began = Instant::now();
    let is_new = !path.exists();
    drop(SqliteStore::open(&path)?);
    let mut db = Connection::open(&path)?;
    // Of an earlier run: an account that has ever more sessions is not that of a user.
    db.execute("DELETE FROM sessions WHERE created_at > ?", (NOW.unix_seconds(),))?;
    db.execute("DELETE FROM finishes", ())?;
    if is_new {
        db.execute_batch(
            "PRAGMA cache_size = -400000; PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY",
        )?;
        let transaction = db.transaction()?;
        // In two passes, which leaves pages as full as those of users who registered in any order.
        fill(&transaction, size, 0)?;
        fill(&transaction, size, 1)?;
        transaction.commit()?;
        db.pragma_update(None, "journal_mode", "WAL")?;
        println!("SQLite      {size:>9} made in {:.1?}", began.elapsed());
    }
    Ok(path.display().to_string())
}

/// Adds every other account, each with a credential and a session.
fn fill(db: &Transaction<'_>, size: u64, first: u64) -> Result<()> {
    let mut account = db.prepare(
        "INSERT INTO accounts (user_handle, name, name_key, created_at, credential_count) VALUES (?, ?, ?, ?, 1)",
    )?;
    let mut credential = db.prepare(
        "INSERT INTO credentials (id, user_handle, static, dynamic, label, label_key, created_at)
         VALUES (?, ?, ?, ?, 'Passkey', 'PASSKEY', ?)",
    )?;
    let mut session = db.prepare(
        "INSERT INTO sessions (token_hash, user_handle, credential_number, created_at, seen_at, verified_at, idle_at,
             expires_at)
         VALUES (?1, ?2, ?3, ?4, ?4, ?4, ?5, ?5)",
    )?;
    let created = NOW.unix_seconds();
    for number in (first..size).step_by(2) {
        let (id, handle) = (credential_id(number, size)?, user_handle(number, size)?);
        let (record, name) = (record(number, size)?, format!("user {number:09}"));
        account.execute((handle.as_bytes(), &name, name.to_uppercase(), created))?;
        credential.execute((
            id.as_bytes(),
            handle.as_bytes(),
            serde_json::to_string(record.static_part())?,
            serde_json::to_string(record.dynamic_part())?,
            created,
        ))?;
        let (token, number) = (token(number, size), db.last_insert_rowid());
        session.execute((token.as_bytes(), handle.as_bytes(), number, created, created + LATER))?;
    }
    Ok(())
}
