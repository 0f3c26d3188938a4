//! The small traits in memory: what each operation of a
//! [credential record's](https://www.w3.org/TR/webauthn-3/#credential-record) store means.

use core::convert::Infallible;

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::ceremony::single_use::unspent::{Consumption, SingleUse};
use crate::record::{credential_record::CredentialRecord, update::CredentialUpdate};
use crate::store::ceremonies::CeremonyStore;
use crate::store::credentials::{CredentialStore, Inserted, Removed, Updated};
use crate::store::{memory::MemoryStore, rows::AHEAD_SECONDS};

impl CredentialStore for MemoryStore {
    type Error = Infallible;

    async fn insert(&self, record: &CredentialRecord) -> Result<Inserted, Infallible> {
        let mut tables = self.lock();
        if tables.records.contains_key(record.id()) {
            return Ok(Inserted::IdTaken);
        }
        tables.records.insert(record.id().clone(), record.clone());
        Ok(Inserted::Stored)
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<CredentialRecord>, Infallible> {
        Ok(self.lock().records.get(id).cloned())
    }

    async fn list(&self, user: &UserHandle) -> Result<Vec<CredentialRecord>, Infallible> {
        let tables = self.lock();
        Ok(tables.records.values().filter(|record| record.user_handle() == user).cloned().collect())
    }

    async fn update(&self, update: &CredentialUpdate) -> Result<Updated, Infallible> {
        let mut tables = self.lock();
        Ok(match tables.records.get_mut(&update.credential_id).map(|record| record.apply(update)) {
            Some(Ok(())) => Updated::Stored,
            Some(Err(_)) => Updated::Changed,
            None => Updated::Missing,
        })
    }

    async fn remove(&self, user: &UserHandle, id: &CredentialId) -> Result<Removed, Infallible> {
        let mut tables = self.lock();
        if tables.records.get(id).is_some_and(|record| record.user_handle() == user) {
            tables.records.remove(id);
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

impl SingleUse for MemoryStore {
    type Error = Infallible;

    async fn consume(
        &self,
        ceremony: &CeremonyId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Consumption, Infallible> {
        let used = &mut self.lock().used;
        // A server whose clock is behind may still accept a response of the ceremony.
        used.retain(|_, until| until.plus_seconds(AHEAD_SECONDS) >= now);
        if used.contains_key(ceremony) {
            return Ok(Consumption::Repeated);
        }
        used.insert(*ceremony, until);
        Ok(Consumption::First)
    }
}
