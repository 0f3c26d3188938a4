//! Why a database can't be opened.

use std::{io, path::PathBuf};

/// Why a database file can't be opened. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database's folder can't be created.
    #[error("can't create the database's folder {0}: {1}")]
    Folder(PathBuf, #[source] io::Error),
    /// The database file can't be created or opened.
    #[error("can't open the database {0}: {1}")]
    File(PathBuf, #[source] io::Error),
    /// The database can't be written to.
    #[error("the database {0} can't be written to")]
    ReadOnly(PathBuf),
    /// Another program holds the database locked.
    #[error("the database {0} is locked by another program")]
    Locked(PathBuf),
    /// A newer version of this crate wrote the database, which was not changed.
    #[error("the database {} was written by a newer version of countersign: its schema is {found}, and this \
         version supports schemas up to {known}", .path.display())]
    TooNew {
        /// The database file.
        path: PathBuf,
        /// The version of its schema.
        found: i64,
        /// The newest schema version that this crate supports.
        known: i64,
    },
    /// The file is not a database of this crate, and was not changed.
    #[error("the file {0} is not a countersign database")]
    NotCountersign(PathBuf),
    /// The file is damaged: it was cut off, or the disk failed.
    #[error("the database {0} is damaged: {1}")]
    Damaged(PathBuf, String),
    /// The copy can't be written.
    #[error("the copy {0} can't be written: {1}")]
    Copy(PathBuf, String),
    /// The database can't be used for another reason, with `SQLite`'s message.
    #[error("the database {0} can't be used: {1}")]
    Unusable(PathBuf, String),
}
