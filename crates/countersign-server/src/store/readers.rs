//! The connections that read.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{connect, connect_error::ConnectError};
use crate::store_error::StoreError;

/// The number of parallel reads. Each is an index look-up of microseconds, so a few connections suffice for many cores;
/// each costs a page cache of 2 MB.
const CONNECTIONS: usize = 4;

/// A pool of connections. Each permit represents an idle connection.
#[derive(Clone)]
pub(super) struct Readers {
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, ConnectError> {
        let idle = (0..CONNECTIONS).map(|_| connect::reader(path)).collect::<Result<Vec<_>, _>>()?;
        Ok(Self { permits: Arc::new(Semaphore::new(CONNECTIONS)), idle: Arc::new(Mutex::new(idle)) })
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
        F: FnOnce(&Connection) -> Result<T, E> + Send + 'static,
    {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let idle = self.idle.clone();
        // The task holds the permit: the work and its connection continue even if the caller no longer waits.
        let task = spawn_blocking(move || {
            let lent = Lent { connection: take(&idle), idle };
            let outcome = match &lent.connection {
                Some(connection) => work(connection),
                None => Err(StoreError::Closed.into()),
            };
            drop(lent);
            drop(permit);
            outcome
        });
        task.await.map_err(|_| StoreError::Closed)?
    }
}

/// A borrowed connection, which is returned when dropped.
struct Lent {
    connection: Option<Connection>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.extend(self.connection.take());
    }
}

fn take(idle: &Mutex<Vec<Connection>>) -> Option<Connection> {
    idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
}
