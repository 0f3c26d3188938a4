//! Backup and restore of a database in a file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use countersign::{Timestamp, store::AuditKind};
use countersign_store::sqlite::{OpenError, SqliteStore};

use super::error::OperatorError;
use super::operations::{Operator, audit};
use crate::{clock, config::configuration::Config, files};

/// Whether a restore may replace a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third choice")]
pub enum Existing {
    /// A database that exists is an error.
    Keep,
    /// A database that exists is set aside, and replaced.
    Replace,
}

/// Why a database was not backed up or restored. The database is as it was, except after [`Row`](Self::Row).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The database is not a file.
    #[error(
        "the database {0} is on PostgreSQL: back it up with pg_dump and restore it with pg_restore, or use countersign \
         export and import"
    )]
    NotAFile(String),
    /// There is no such file: the path is probably wrong.
    #[error("there is no database {0}")]
    NoDatabase(String),
    /// There is something at the path of the backup already.
    #[error("{0} exists: a backup is never written over a file")]
    BackupExists(PathBuf),
    /// There is a database, or a log of one, at the configured path.
    #[error("{0} exists: it is replaced, and set aside, only if you ask for that with --replace")]
    DatabaseExists(PathBuf),
    /// There is the log of a database that is missing.
    #[error("there is {0} without its database: move it away first, for it may have the last changes")]
    LogLeft(PathBuf),
    /// A server, or another program, has the database open.
    #[error("a program has the database {0} open: stop the server first")]
    InUse(PathBuf),
    /// The database or the backup can't be used.
    #[error(transparent)]
    Unusable(OpenError),
    /// A file can't be written.
    #[error("can't write {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The backup is in its place, and its audit log can't be written to.
    #[error("the backup was restored, and the row of the audit log about that was not written: {0}")]
    Row(#[source] OperatorError),
    /// The program failed at this. The log has the reason.
    #[error("the restore was interrupted: {0}")]
    Interrupted(String),
}

impl From<OpenError> for BackupError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Locked(path) => Self::InUse(path),
            other => Self::Unusable(other),
        }
    }
}

impl BackupError {
    /// The stable word for this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotAFile(_) => "database-not-a-file",
            Self::NoDatabase(_) => "database-missing",
            Self::BackupExists(_) => "file-exists",
            Self::DatabaseExists(_) | Self::LogLeft(_) => "database-exists",
            Self::InUse(_) => "database-in-use",
            Self::Unusable(OpenError::Damaged(..)) => "database-damaged",
            Self::Unusable(OpenError::Copy(..)) | Self::File(..) => "file-not-written",
            Self::Unusable(_) => "database-unusable",
            Self::Row(error) => error.code(),
            Self::Interrupted(_) => "internal-error",
        }
    }
}

/// Writes a backup of the database of this configuration to a file that does not exist yet, readable by its owner only, and
/// checks it. Servers may use the database meanwhile. After an error there is no file. This blocks.
pub fn back_up(config: &Config, to: &Path) -> Result<(), BackupError> {
    let database = path_of(config)?;
    if !database.exists() {
        return Err(BackupError::NoDatabase(database.display().to_string()));
    }
    if fs::symlink_metadata(to).is_ok() {
        return Err(BackupError::BackupExists(to.to_owned()));
    }
    let failed = |error| BackupError::File(to.to_owned(), error);
    let new = files::NewFile::next_to(to).map_err(failed)?;
    SqliteStore::copy(database, new.path()).map_err(|error| match error {
        OpenError::Copy(_, reason) => OpenError::Copy(to.to_owned(), reason),
        other => other,
    })?;
    new.publish(to).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => BackupError::BackupExists(to.to_owned()),
        _ => failed(error),
    })
}

/// Puts a backup in the place of the database of this configuration, after it was checked, and adds a row about that to its
/// audit log. Returns the path that the old database was set aside at, if there was one.
///
/// There is a whole database at the path at any moment, the old one or the backup: also if the program or the machine ends
/// meanwhile.
pub async fn restore(
    config: &Config,
    from: &Path,
    existing: Existing,
) -> Result<Option<PathBuf>, BackupError> {
    let (own, backup) = (config.clone(), from.to_owned());
    let placing = tokio::task::spawn_blocking(move || put_in_place(&own, &backup, existing)).await;
    // Fails only after a panic, which the log has.
    let aside = placing.map_err(|error| BackupError::Interrupted(error.to_string()))??;
    let operator = Operator::open(config).await.map_err(BackupError::Row)?;
    let row = audit(operator.entry_of_none(AuditKind::DatabaseRestored));
    operator.transact(vec![row]).await.map_err(BackupError::Row)?;
    Ok(aside)
}

fn put_in_place(config: &Config, from: &Path, existing: Existing) -> Result<Option<PathBuf>, BackupError> {
    let database = path_of(config)?;
    if !from.exists() {
        return Err(BackupError::NoDatabase(from.display().to_string()));
    }
    let is_there = fs::symlink_metadata(database).is_ok();
    if is_there && existing == Existing::Keep {
        return Err(BackupError::DatabaseExists(database.to_owned()));
    }
    let log = log_of(database);
    if !is_there && log.exists() {
        return Err(BackupError::LogLeft(log));
    }
    SqliteStore::verify(from)?;
    let failed = |error| BackupError::File(database.to_owned(), error);
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let new = files::NewFile::next_to(database).map_err(failed)?;
    SqliteStore::copy(from, new.path())?;
    if !is_there {
        new.publish(database).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::DatabaseExists(database.to_owned()),
            _ => failed(error),
        })?;
        return Ok(None);
    }
    files::check_replaceable(database).map_err(failed)?;
    let replaced = SqliteStore::while_closed(database, || {
        let aside = aside(database, clock::now());
        // A second name, so that the path always has a database.
        fs::hard_link(database, &aside)?;
        new.replace(database)?;
        Ok(aside)
    });
    match replaced? {
        Ok(aside) => Ok(Some(aside)),
        Err(error) => Err(failed(error)),
    }
}

fn path_of(config: &Config) -> Result<&Path, BackupError> {
    config.database.path().ok_or_else(|| BackupError::NotAFile(config.database.to_string()))
}

/// The write-ahead log of a database.
fn log_of(database: &Path) -> PathBuf {
    let mut log = database.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// The path at which a database is set aside.
fn aside(database: &Path, now: Timestamp) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(format!(".{}.old", now.to_string().replace([':', '-'], "")));
    path.into()
}
