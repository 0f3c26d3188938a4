//! A database file for tests, and what is in it.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use tempfile::TempDir;

/// The path of a file that does not exist yet, in a folder of its own.
pub(crate) fn path() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    (folder, path)
}

/// Runs statements on a connection of its own.
pub(crate) fn sql(path: &Path, statements: &str) {
    Connection::open(path).unwrap().execute_batch(statements).unwrap();
}

/// The number that a query returns, on a connection of its own.
pub(crate) fn number(path: &Path, query: &str) -> i64 {
    Connection::open(path).unwrap().query_row(query, (), |row| row.get(0)).unwrap()
}
