//! The keys that ceremonies are sealed with. They are in the store, so that all instances of an application share them.
//!
//! The first instance creates them. A new key seals only from a time on by which all instances have read it: each reads
//! the keys again after [`FRESH_SECONDS`], and when it meets the number of a key that it does not have.

use std::sync::{Arc, Mutex, PoisonError};

use countersign::Timestamp;
use countersign::ceremony::sealed::{KeyRing, SealingKey};
use countersign::ceremony::{Entropy, EntropyError};
use countersign::lifecycle::{DecoyKey, Decoys};
use countersign::store::{
    ApplicationStore, AuditActor, AuditEntry, AuditKind, Operation, Rejection, StoredSealingKey,
};

use crate::{any_store::AnyStore, failure::Failure};

/// Seconds after which the keys are read again.
const FRESH_SECONDS: i64 = 60;

/// Seconds between two readings because of unknown keys: anyone can send a token with any number.
const UNKNOWN_SECONDS: i64 = 3;

/// Seconds before a new key seals: twice as long as an instance uses what it has read.
const SEALS_AFTER_SECONDS: i64 = 2 * FRESH_SECONDS;

/// Seconds for which a key opens tokens after another one took its place: far longer than any ceremony.
const OPENS_SECONDS: i64 = 24 * 60 * 60;

/// The number of the secret that decoys are derived from. It seals nothing and is never replaced, since decoys that
/// change are recognised.
pub const DECOY_KEY: u32 = 0;

/// How often a transaction is tried while other instances add keys.
const ATTEMPTS: usize = 5;

/// The keys as they were last read.
#[derive(Default)]
pub(crate) struct Keys {
    read: Mutex<Option<Arc<Read>>>,
    /// Held while the keys are read, so that requests at once read them once.
    reading: tokio::sync::Mutex<()>,
}

struct Read {
    keys: Vec<StoredSealingKey>,
    at: Timestamp,
}

/// The result of a rotation.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rotation {
    /// The number of the new key.
    pub added: u32,
    /// The time from which the new key seals.
    pub seals_from: Timestamp,
    /// The numbers of the keys that were removed, since no ceremony needs them any more.
    pub removed: Vec<u32>,
}

/// The keys can't be read or created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Failure),
    /// There are no random bytes for a new key.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// Other instances added keys at each attempt, or the numbers are used up.
    #[error("no sealing key could be added")]
    NotAdded,
}

impl Keys {
    /// The ring to seal and open with at this time.
    pub(crate) async fn ring(
        &self,
        store: &dyn AnyStore,
        entropy: &mut (impl Entropy + Send),
        now: Timestamp,
    ) -> Result<KeyRing, KeyError> {
        let read = self.usual(store, entropy, now).await?;
        ring(&read.keys, now).ok_or(KeyError::NotAdded)
    }

    /// The ring after a token named a key that is not in the ring.
    pub(crate) async fn renewed_ring(
        &self,
        store: &dyn AnyStore,
        entropy: &mut (impl Entropy + Send),
        now: Timestamp,
    ) -> Result<KeyRing, KeyError> {
        let read = self.fresh(store, entropy, now, UNKNOWN_SECONDS).await?;
        ring(&read.keys, now).ok_or(KeyError::NotAdded)
    }

    /// The decoys of unknown names.
    pub(crate) async fn decoys(
        &self,
        store: &dyn AnyStore,
        entropy: &mut (impl Entropy + Send),
        now: Timestamp,
    ) -> Result<Decoys, KeyError> {
        let read = self.usual(store, entropy, now).await?;
        let secret = read.keys.iter().find(|key| key.id == DECOY_KEY).ok_or(KeyError::NotAdded)?;
        DecoyKey::new(&secret.secret).map(Decoys::new).map_err(|_| KeyError::NotAdded)
    }

    /// The keys, read again every [`FRESH_SECONDS`]. While one request reads them, the others use those that are known, so
    /// that they don't wait one after the other for a store that does not answer.
    async fn usual(
        &self,
        store: &dyn AnyStore,
        entropy: &mut (impl Entropy + Send),
        now: Timestamp,
    ) -> Result<Arc<Read>, KeyError> {
        match self.known() {
            Some(known) if self.reading.try_lock().is_err() => Ok(known),
            _ => self.fresh(store, entropy, now, FRESH_SECONDS).await,
        }
    }

    /// The keys, read again if they are older than this. If that fails, older ones are used.
    async fn fresh(
        &self,
        store: &dyn AnyStore,
        entropy: &mut (impl Entropy + Send),
        now: Timestamp,
        seconds: i64,
    ) -> Result<Arc<Read>, KeyError> {
        if let Some(read) = self.read_within(now, seconds) {
            return Ok(read);
        }
        let _reading = self.reading.lock().await;
        if let Some(read) = self.read_within(now, seconds) {
            return Ok(read);
        }
        let keys = match read_or_create(store, entropy, now).await {
            Ok(keys) => keys,
            Err(error) => {
                tracing::warn!(%error, "the sealing keys can't be read");
                return self.known().ok_or(error);
            }
        };
        let read = Arc::new(Read { keys, at: now });
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        Ok(read)
    }

    /// The keys, if they were read at most this many seconds ago. A clock that was put back makes them old.
    fn read_within(&self, now: Timestamp, seconds: i64) -> Option<Arc<Read>> {
        self.known().filter(|read| read.at <= now && now < read.at.plus_seconds(seconds))
    }

    /// The keys as they were last read, however long ago.
    fn known(&self) -> Option<Arc<Read>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The ring of these keys, the newest one that may seal first. If none may yet, the clock was put back, and the oldest
/// seals.
fn ring(keys: &[StoredSealingKey], now: Timestamp) -> Option<KeyRing> {
    let keys = || keys.iter().filter(|key| key.id != DECOY_KEY);
    let sealing = keys()
        .filter(|key| key.seals_from <= now)
        .max_by_key(|key| key.id)
        .or_else(|| keys().min_by_key(|key| key.id))?;
    let others = keys().filter(|key| key.id != sealing.id);
    let all = core::iter::once(sealing).chain(others).map(|key| SealingKey::new(key.id, key.secret));
    KeyRing::new(all).ok()
}

async fn read_or_create(
    store: &dyn AnyStore,
    entropy: &mut (impl Entropy + Send),
    now: Timestamp,
) -> Result<Vec<StoredSealingKey>, KeyError> {
    for _ in 0..ATTEMPTS {
        let keys = store.sealing_keys().await?;
        let mut missing = Vec::new();
        if keys.iter().all(|key| key.id == DECOY_KEY) {
            missing.push(new_key(1, entropy, now)?);
        }
        if keys.iter().all(|key| key.id != DECOY_KEY) {
            missing.push(new_key(DECOY_KEY, entropy, now)?);
        }
        if missing.is_empty() {
            return Ok(keys);
        }
        let added = missing.into_iter().map(Operation::AddSealingKey).collect();
        // Rejected if another instance was first; then its keys are read.
        let _ = store.transact(added, now).await?;
    }
    Err(KeyError::NotAdded)
}

fn new_key(
    id: u32,
    entropy: &mut impl Entropy,
    seals_from: Timestamp,
) -> Result<StoredSealingKey, EntropyError> {
    let mut secret = [0; 32];
    entropy.fill(&mut secret)?;
    Ok(StoredSealingKey { id, secret, seals_from })
}

/// Adds a sealing key, which replaces the one in use two minutes later, and removes keys that were replaced more than a
/// day ago. Instances that are running read the keys by themselves.
///
/// Sessions and passkeys do not depend on sealing keys: a rotation signs no user out.
pub async fn rotate_sealing_keys<S: ApplicationStore>(
    store: &S,
    entropy: &mut (impl Entropy + Send),
    now: Timestamp,
) -> Result<Rotation, KeyError> {
    let rotated = AuditEntry::new(AuditKind::KeysRotated, AuditActor::Operator);
    for _ in 0..ATTEMPTS {
        let keys = AnyStore::sealing_keys(store).await?;
        let newest = keys.iter().map(|key| key.id).max().unwrap_or(DECOY_KEY);
        let added = newest.checked_add(1).ok_or(KeyError::NotAdded)?;
        let seals_from = now.plus_seconds(SEALS_AFTER_SECONDS);
        let removed = superseded(&keys, now);
        let operations = core::iter::once(Operation::AddSealingKey(new_key(added, entropy, seals_from)?))
            .chain(removed.iter().copied().map(Operation::RemoveSealingKey))
            .chain([Operation::Audit(Box::new(rotated.clone()))]);
        match AnyStore::transact(store, operations.collect(), now).await? {
            Ok(()) => return Ok(Rotation { added, seals_from, removed }),
            Err(Rejection::KeyTaken) => {}
            Err(_) => return Err(KeyError::NotAdded),
        }
    }
    Err(KeyError::NotAdded)
}

/// The numbers of keys that another one replaced more than [`OPENS_SECONDS`] ago.
fn superseded(keys: &[StoredSealingKey], now: Timestamp) -> Vec<u32> {
    let latest = now.plus_seconds(-OPENS_SECONDS);
    let sealing =
        keys.iter().filter(|key| key.id != DECOY_KEY && key.seals_from <= latest).map(|key| key.id).max();
    let old =
        |key: &&StoredSealingKey| key.id != DECOY_KEY && sealing.is_some_and(|sealing| key.id < sealing);
    keys.iter().filter(old).map(|key| key.id).collect()
}
