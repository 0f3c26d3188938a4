//! The database: SQLite, in one file.
//!
//! One thread owns the connection that writes; [`writer`] explains why. Reads run on a few other connections, which
//! write-ahead logging allows during a write. Operations are functions of a connection in [`accounts`],
//! [`credentials`], [`sessions`], [`confirmations`] and [`ceremonies`], so that several of them can form one
//! transaction.
//!
//! Another process may use the same file, so the database decides what happens only once, not this process. The
//! library's traits for stores are implemented only in the tests, which run its conformance kit: no code here needs
//! another store.

use std::{path::Path, sync::Arc};

use rusqlite::Connection;

use self::{connect_error::ConnectError, presence::Presence, readers::Readers, writer::Writer};
use crate::start_error::{OtherRelyingParty, StartError};
use crate::store_error::StoreError;

pub(crate) mod accounts;
pub(crate) mod ceremonies;
pub(crate) mod confirmations;
pub(crate) mod connect;
pub(crate) mod connect_error;
pub(crate) mod credentials;
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
    /// Opens the database, and creates or migrates it if necessary.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let mut connection = connect::open_database(path)?;
        schema::migrate(&mut connection).map_err(|error| error.into_start_error(path))?;
        let readers = Readers::open(path).map_err(|error| error.into_start_error(path))?;
        let presence = Arc::new(Presence::of(path));
        let writer = Writer::start(connection, presence.clone())
            .map_err(|error| StartError::Database(path.to_path_buf(), error.to_string()))?;
        Ok(Self { writer: Arc::new(writer), readers, presence })
    }

    /// The passkeys in the database file that belong to another RP ID, if there are any. Creates and changes no file.
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

    /// Fails if the database file was deleted or replaced since it was opened.
    pub(crate) fn check_presence(&self) -> Result<(), StoreError> {
        self.presence.check()
    }

    /// Runs `work` as a transaction, which is on disk when this returns. If `work` fails, it has no effect.
    pub(crate) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        self.writer.run(work).await
    }

    /// Runs `work`, which may only read.
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
