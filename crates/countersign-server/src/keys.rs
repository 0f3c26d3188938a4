//! The sealing keys of a server's database.

use countersign_axum::{KeyError, Rotation, rotate_sealing_keys};
use countersign_store::{Database, OpenDatabaseError};

use crate::{clock, config::configuration::Config};

/// Why the sealing keys can't be rotated. `Display` is one sentence for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RotateError {
    /// There is no such file: the path is probably wrong.
    #[error("there is no database {0}")]
    NoDatabase(String),
    /// The database can't be opened.
    #[error(transparent)]
    Database(#[from] OpenDatabaseError),
    /// No key could be added.
    #[error(transparent)]
    Keys(#[from] KeyError),
}

/// Adds a key to the database of this configuration, which replaces the sealing key in use two minutes later, and removes
/// keys that were replaced more than a day ago. Servers may be running meanwhile; no user is signed out.
pub async fn rotate_keys(config: &Config) -> Result<Rotation, RotateError> {
    if config.database.path().is_some_and(|path| !path.exists()) {
        return Err(RotateError::NoDatabase(config.database.to_string()));
    }
    let database = Database::open(config.database.as_str()).await?;
    Ok(rotate_sealing_keys(&database, &mut getrandom::fill, clock::now()).await?)
}
