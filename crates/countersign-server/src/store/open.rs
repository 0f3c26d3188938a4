//! Opening the database file, and saying in one sentence why that failed.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::schema;
use crate::StartError;

/// How long a statement waits for another process's lock. A write of another server takes milliseconds; whoever
/// holds the lock longer than this is not about to let go.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The same when the server starts: someone is waiting at a terminal.
const BUSY_TIMEOUT_AT_START: Duration = Duration::from_secs(2);

/// How long to pause where SQLite does not wait by itself.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// More statements than the operations have, so that none is ever prepared twice.
const PREPARED_STATEMENTS: usize = 64;

/// What [`file`] found.
#[derive(Debug)]
pub(super) enum Refusal {
    /// SQLite's own error.
    Sqlite(rusqlite::Error),
    /// The file can't be written to.
    ReadOnly,
    /// Not this application's.
    NotOurs,
    /// Of a newer schema.
    TooNew(i64),
}

impl From<rusqlite::Error> for Refusal {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// The connection that writes, to a file that is there, is ours, and can be written to.
pub(super) fn file(path: &Path) -> Result<Connection, StartError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_folder(folder).map_err(|error| StartError::Folder(folder.to_path_buf(), error))?;
    }
    create_file(path).map_err(|error| StartError::File(path.to_path_buf(), error))?;
    writable(path).map_err(|error| refusal(path, &error))
}

fn writable(path: &Path) -> Result<Connection, Refusal> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT_AT_START)?;
    // Before anything that writes: a file that is not ours stays as it is.
    schema::check(&connection)?;
    if connection.is_readonly(rusqlite::MAIN_DB)? {
        return Err(Refusal::ReadOnly);
    }
    write_ahead(&connection)?;
    // Each commit reaches the disk before it is answered, also where the machine loses power.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// Turns write-ahead logging on, which the file remembers. SQLite doesn't wait by itself where another server is doing
/// the same at this moment.
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

/// A connection that reads.
pub(super) fn reader(path: &Path) -> Result<Connection, Refusal> {
    // Opened for writing, since a reader of a write-ahead log keeps its index up to date; `query_only` is the bar.
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, Refusal> {
    // No mutex: each connection has one user at a time. No URI flag: a path is a path.
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.set_prepared_statement_cache_capacity(PREPARED_STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(connection)
}

/// Whom the database names is nobody else's to read: its folder and its file are the user's alone.
#[cfg(unix)]
fn create_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn create_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// An empty file, which SQLite takes for an empty database, with the mode that its log will have too.
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

/// The sentence for what SQLite said.
pub(super) fn refusal(path: &Path, refusal: &Refusal) -> StartError {
    let path = PathBuf::from(path);
    let error = match refusal {
        Refusal::ReadOnly => return StartError::DatabaseReadOnly(path),
        Refusal::NotOurs => return StartError::NotCountersign(path),
        Refusal::TooNew(found) => {
            return StartError::DatabaseTooNew { path, found: *found, known: schema::VERSION };
        }
        Refusal::Sqlite(error) => error,
    };
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StartError::DatabaseLocked(path),
        Some(ErrorCode::NotADatabase) => StartError::NotCountersign(path),
        Some(ErrorCode::ReadOnly) => StartError::DatabaseReadOnly(path),
        Some(ErrorCode::CannotOpen) => {
            let reason = match fs::metadata(&path) {
                Ok(found) if found.is_dir() => "it is a folder",
                _ => "the file, or the log beside it, can't be opened",
            };
            StartError::Database(path, reason.into())
        }
        _ => StartError::Database(path, words(error)),
    }
}

/// SQLite's own words for an error, without rusqlite's around them.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqliteFailure(code, None) => ffi::code_to_str(code.extended_code).into(),
        rusqlite::Error::SqliteFailure(_, Some(words)) => words.clone(),
        other => other.to_string(),
    }
}
