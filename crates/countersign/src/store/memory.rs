//! A store in memory, for tests and to read: what each operation of a
//! [credential record's](https://www.w3.org/TR/webauthn-3/#credential-record) store means, in a few lines.

use core::convert::Infallible;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::store::ceremonies::CeremonyStore;
use crate::store::credentials::{CredentialStore, Inserted, Removed, Updated};
use crate::record::{credential_record::CredentialRecord, update::CredentialUpdate};

/// A store in memory that lasts as long as its last clone; clones share it.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

#[derive(Debug, Default)]
struct Tables {
    credentials: BTreeMap<CredentialId, CredentialRecord>,
    ceremonies: BTreeMap<Vec<u8>, (Timestamp, Vec<u8>)>,
}

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// One lock around each operation makes it atomic. No operation panics halfway, so a poisoned lock is a good one.
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialStore for MemoryStore {
    type Error = Infallible;

    async fn insert(&self, record: &CredentialRecord) -> Result<Inserted, Infallible> {
        let mut tables = self.lock();
        if tables.credentials.contains_key(record.id()) {
            return Ok(Inserted::IdTaken);
        }
        tables.credentials.insert(record.id().clone(), record.clone());
        Ok(Inserted::Stored)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<CredentialRecord>, Infallible> {
        Ok(self.lock().credentials.get(id).cloned())
    }

    async fn list(&self, user: &UserHandle) -> Result<Vec<CredentialRecord>, Infallible> {
        let tables = self.lock();
        Ok(tables.credentials.values().filter(|record| record.user_handle() == user).cloned().collect())
    }

    async fn update(&self, update: &CredentialUpdate) -> Result<Updated, Infallible> {
        let mut tables = self.lock();
        Ok(match tables.credentials.get_mut(&update.credential_id).map(|record| record.apply(update)) {
            Some(Ok(())) => Updated::Stored,
            Some(Err(_)) => Updated::Changed,
            None => Updated::Missing,
        })
    }

    async fn remove(&self, user: &UserHandle, id: &CredentialId) -> Result<Removed, Infallible> {
        let mut tables = self.lock();
        if tables.credentials.get(id).is_some_and(|record| record.user_handle() == user) {
            tables.credentials.remove(id);
            return Ok(Removed::Gone);
        }
        Ok(Removed::Missing)
    }
}

impl CeremonyStore for MemoryStore {
    type Error = Infallible;

    async fn put(&self, id: &[u8], state: &[u8], expires_at: Timestamp) -> Result<(), Infallible> {
        self.lock().ceremonies.insert(id.to_vec(), (expires_at, state.to_vec()));
        Ok(())
    }

    async fn take(&self, id: &[u8], now: Timestamp) -> Result<Option<Vec<u8>>, Infallible> {
        let taken = self.lock().ceremonies.remove(id);
        Ok(taken.filter(|(expires_at, _)| now <= *expires_at).map(|(_, state)| state))
    }
}
