//! The database: SQLite, in one file.
//!
//! One thread owns the connection that writes, and [`writer`] says why. Reads run on a few connections of their
//! own, which write-ahead logging lets go on beside a write. What an operation does is a function of a connection
//! in [`accounts`], [`credentials`], [`sessions`] or [`ceremonies`], so that several make up one transaction.
//!
//! Another process may use the same file: what must happen once is decided by the database, not by this process.

use std::{path::Path, sync::Arc};

use rusqlite::Connection;

use self::{
    connect_error::ConnectError, error::StoreError, presence::Presence, readers::Readers, writer::Writer,
};
use crate::start_error::{OtherRelyingParty, StartError};

pub(crate) mod accounts;
pub(crate) mod ceremonies;
pub(crate) mod confirmations;
pub(crate) mod connect;
pub(crate) mod connect_error;
pub(crate) mod credentials;
pub(crate) mod error;
pub(crate) mod evidence;
pub(crate) mod limits;
pub(crate) mod presence;
pub(crate) mod readers;
pub(crate) mod schema;
pub(crate) mod sessions;
pub(crate) mod writer;

/// The database of a server. Clones share it.
#[derive(Clone)]
pub(crate) struct Store {
    writer: Arc<Writer>,
    readers: Readers,
    presence: Arc<Presence>,
}

impl Store {
    /// Opens the database, created and brought up to date where that is needed.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let mut connection = connect::open_database(path)?;
        schema::migrate(&mut connection).map_err(|error| error.into_start_error(path))?;
        let readers = Readers::open(path).map_err(|error| error.into_start_error(path))?;
        let presence = Arc::new(Presence::of(path));
        let writer = Writer::start(connection, presence.clone())
            .map_err(|error| StartError::Database(path.to_path_buf(), error.to_string()))?;
        Ok(Self { writer: Arc::new(writer), readers, presence })
    }

    /// Passkeys in the database file that belong to another RP ID than this one, if there are any. Makes no file, and
    /// leaves one that is there as it is.
    pub(crate) fn of_other_relying_party(
        path: &Path,
        rp_id: &str,
    ) -> Result<Option<OtherRelyingParty>, StartError> {
        if !path.exists() {
            return Ok(None);
        }
        let read = || {
            let connection = connect::reader(path)?;
            schema::check(&connection)?;
            credentials::of_other_relying_party(&connection, rp_id)
        };
        let read: Result<_, ConnectError> = read();
        read.map_err(|error| error.into_start_error(path))
    }

    /// Refuses if the database file was deleted or replaced since it was opened.
    pub(crate) fn check_presence(&self) -> Result<(), StoreError> {
        self.presence.check()
    }

    /// Runs `work`, all of it or, where it fails, nothing; what it wrote is on disk when this returns.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.writer.run(work).await
    }

    /// Runs `work`, which only reads.
    pub(crate) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.readers.run(work).await
    }
}

#[cfg(test)]
mod kit;
#[cfg(test)]
mod tests;
