//! The database of a server under test: a file.

use std::path::Path;

use axum::Router;
use countersign_server::{Config, router};

/// The address of a new database, whose files are in this folder.
pub(crate) fn address(folder: &Path) -> String {
    folder.join("data/countersign.sqlite3").display().to_string()
}

/// The routes of a server on this database.
pub(crate) async fn open(config: &Config) -> Router {
    router(config).await.unwrap()
}

/// Reads a number from the database, or changes it, like another program.
pub(crate) fn sql(address: &str, statement: &str) -> i64 {
    let database = rusqlite::Connection::open(address).unwrap();
    if statement.starts_with("SELECT") {
        return database.query_row(statement, (), |row| row.get(0)).unwrap();
    }
    i64::try_from(database.execute(statement, ()).unwrap()).unwrap()
}
