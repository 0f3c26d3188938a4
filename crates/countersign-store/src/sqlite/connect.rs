//! The connections to the database file.

use std::time::{Duration, Instant};
use std::{fs, io, path::Path, thread};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::sqlite::{connect_error::ConnectError, open_error::OpenError, schema};

/// How long a statement waits for another process's lock. Writes of other servers take milliseconds; a lock that is
/// held longer will not be released soon.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a statement waits for another process's lock while the database is opened, and a user waits at a terminal.
const BUSY_TIMEOUT_AT_START: Duration = Duration::from_secs(2);

/// How long a start waits for the migration of another process, which takes a second for some 50 000 credentials.
const BUSY_TIMEOUT_OF_MIGRATION: Duration = Duration::from_secs(60);

/// How long to pause before a statement that does not wait for locks is repeated.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// More statements than there are, so that none is prepared twice.
const PREPARED_STATEMENTS: usize = 128;

/// After how many pages of 4 KiB the log is copied into the file. Pages that several commits changed are copied once, so
/// four times SQLite's default saves most of the copies under load; the log takes 16 MiB then.
const LOG_PAGES: i64 = 4000;

/// The page cache of the connection that writes, in KiB: what the log has is then rarely read again.
const WRITER_CACHE_KIB: i64 = 16 * 1024;

/// Opens the connection that writes. Creates the file if there is none, and migrates it.
pub(crate) fn writer(path: &Path) -> Result<Connection, OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_folder(folder).map_err(|error| OpenError::Folder(folder.to_path_buf(), error))?;
    }
    create_file(path).map_err(|error| OpenError::File(path.to_path_buf(), error))?;
    migrated(path).map_err(|error| error.into_open_error(path))
}

fn migrated(path: &Path) -> Result<Connection, ConnectError> {
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT_AT_START)?;
    // Before anything is written: other applications' files stay as they are.
    schema::check(&connection)?;
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(ConnectError::ReadOnly);
    }
    write_ahead(&connection)?;
    // Each commit is on disk before it is acknowledged, even if the machine loses power.
    connection.pragma_update(None, "synchronous", "FULL")?;
    if schema::version(&connection)? < schema::VERSION {
        connection.busy_timeout(BUSY_TIMEOUT_OF_MIGRATION)?;
    }
    connection.pragma_update(None, "wal_autocheckpoint", LOG_PAGES)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
    // What is deleted is overwritten with zeros: an account that was removed leaves nothing in the file.
    connection.pragma_update(None, "secure_delete", true)?;
    // A migration drops tables that others refer to. The bundled SQLite enforces foreign keys by default.
    connection.pragma_update(None, "foreign_keys", false)?;
    schema::migrate(&mut connection)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // From here on, pages for a rollback stay in memory: a file of the system's temporary folder would need space there, and
    // keep traces of accounts. A migration sorts whole tables, which may not fit.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Turns on write-ahead logging, which the file remembers. If another server is doing the same, SQLite does not wait
/// for its lock.
fn write_ahead(connection: &Connection) -> Result<(), rusqlite::Error> {
    let began = Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && began.elapsed() < BUSY_TIMEOUT_AT_START =>
            {
                thread::sleep(BUSY_PAUSE);
            }
            outcome => return outcome,
        }
    }
}

/// Opens a connection for a copy of the database, and for nothing else: it may write into another file.
pub(crate) fn copier(path: &Path) -> Result<Connection, ConnectError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Opens a connection that reads.
pub(crate) fn reader(path: &Path) -> Result<Connection, ConnectError> {
    // Opened for writing, since a reader of a write-ahead log updates its index; `query_only` prevents other writes.
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, ConnectError> {
    // No mutex: each connection has one user at a time. No URI flag: a path is a path.
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    // Without it, binding another value to a range makes the bundled SQLite compile the statement again.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Creates the database's folder so that only its owner can read it: the database contains names.
#[cfg(unix)]
fn create_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Creates an empty file, which SQLite treats as an empty database. Its log gets the same mode.
fn create_file(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_for_a_rollback_are_in_no_temporary_file() {
        let folder = tempfile::tempdir().unwrap();
        let connection = writer(&folder.path().join("db")).unwrap();
        let store: i64 = connection.query_row("PRAGMA temp_store", (), |row| row.get(0)).unwrap();
        assert_eq!(store, 2, "MEMORY");
    }
}
