//! Copies of a database, while it is in use, and its replacement, while it is not.

use std::path::Path;

use rusqlite::{Connection, ErrorCode};

use crate::sqlite::connect_error::ConnectError;
use crate::sqlite::{SqliteStore, connect, open_error::OpenError, schema, store_error};

/// The most faults that an error names.
const FAULTS_MAX: usize = 3;

impl SqliteStore {
    /// Writes a consistent copy of the database at `from` into the empty file at `to`, and checks the copy. Servers may use
    /// the database meanwhile. What was deleted is not in the copy.
    ///
    /// This blocks. The copy is not flushed to the disk yet, and its journal is not in write-ahead mode. After an error, what
    /// is in the file is of no use.
    pub fn copy(from: &Path, to: &Path) -> Result<(), OpenError> {
        // Another name, with a replacement for what is not UTF-8, would be another file, which all could read.
        let name =
            to.to_str().ok_or_else(|| OpenError::Copy(to.to_owned(), "its path is not UTF-8".into()))?;
        let source = || {
            let connection = connect::copier(from)?;
            schema::check(&connection)?;
            Ok(connection)
        };
        let source = source().map_err(|error: ConnectError| error.into_open_error(from))?;
        // One transaction that reads: https://www.sqlite.org/lang_vacuum.html#vacuuminto
        source.execute("VACUUM INTO ?", [name]).map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseCorrupt) => damaged(from, &error),
            _ => OpenError::Copy(to.to_owned(), store_error::message(&error)),
        })?;
        Self::verify(to)
    }

    /// Fails unless the file at this path is a database of this crate, with a supported schema, and whole. Reads all of it,
    /// and changes nothing. This blocks.
    pub fn verify(path: &Path) -> Result<(), OpenError> {
        let open = || {
            let connection = connect::reader(path)?;
            schema::check(&connection)?;
            // An empty file can be opened as a database, and has nothing to restore.
            if schema::version(&connection)? == 0 { Err(ConnectError::NotOurs) } else { Ok(connection) }
        };
        let connection = open().map_err(|error| match error {
            ConnectError::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => {
                damaged(path, &error)
            }
            error => error.into_open_error(path),
        })?;
        let faults = faults(&connection).map_err(|error| damaged(path, &error))?;
        if faults.is_empty() { Ok(()) } else { Err(OpenError::Damaged(path.to_owned(), faults.join("; "))) }
    }

    /// Runs `work` while no other connection uses the database at this path, and none can begin to. Fails with
    /// [`OpenError::Locked`] if a server has it open. The log next to the file is gone then: the file is the whole database.
    pub fn while_closed<T>(path: &Path, work: impl FnOnce() -> T) -> Result<T, OpenError> {
        let open = || {
            let connection = connect::copier(path)?;
            schema::check(&connection)?;
            connection.busy_timeout(std::time::Duration::ZERO)?;
            // Fails while there is another connection: https://www.sqlite.org/wal.html#activating_and_configuring_wal_mode
            connection.pragma_update(None, "journal_mode", "DELETE")?;
            connection.execute_batch("BEGIN EXCLUSIVE")?;
            Ok(connection)
        };
        let connection = open().map_err(|error: ConnectError| error.into_open_error(path))?;
        let result = work();
        // Nothing was written in the transaction.
        drop(connection);
        Ok(result)
    }
}

/// What is wrong in a database, as sentences.
fn faults(connection: &Connection) -> Result<Vec<String>, rusqlite::Error> {
    let mut check = connection.prepare(&format!("PRAGMA integrity_check({FAULTS_MAX})"))?;
    let mut faults: Vec<String> = check.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    faults.retain(|fault| fault != "ok");
    let mut check = connection.prepare("PRAGMA foreign_key_check")?;
    let rows = check.query_map((), |row| row.get::<_, String>(0))?.take(FAULTS_MAX);
    for table in rows {
        faults.push(format!("a row of {} belongs to a row that is missing", table?));
    }
    Ok(faults)
}

fn damaged(path: &Path, error: &rusqlite::Error) -> OpenError {
    OpenError::Damaged(path.to_owned(), store_error::message(error))
}
