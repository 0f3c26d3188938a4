//! A memory of used ceremonies for one process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use countersign_types::Timestamp;

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::ceremony::single_use::unspent::{Consumption, SingleUse};

/// A memory of the ceremonies that this one process used: for tests, and for servers of a single process whose states don't
/// outlive it.
///
/// Other instances and a process that was restarted don't share it: if states come from the client, as sealed tokens
/// do, each of them would accept a token once. Give those a [`SingleUse`] that all share, such as a table.
///
/// It forgets a ceremony once that has expired, and never before: a full one fails. An entry takes some 100 bytes.
#[derive(Debug)]
pub struct OneProcessSingleUse {
    capacity: usize,
    used: Mutex<Used>,
}

#[derive(Debug, Default)]
struct Used {
    until: BTreeMap<CeremonyId, Timestamp>,
    /// The ceremonies by their expiry, the first to expire first.
    order: BTreeSet<(Timestamp, CeremonyId)>,
    /// The latest expiry among what was forgotten.
    forgotten: Option<Timestamp>,
}

impl OneProcessSingleUse {
    /// One that remembers at most `capacity` ceremonies at a time: as many as may be finished within a ceremony's
    /// lifetime.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, used: Mutex::default() }
    }

    /// How many ceremonies it remembers.
    pub fn len(&self) -> usize {
        self.lock().until.len()
    }

    /// Whether it remembers none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Used> {
        // Nothing within the lock panics.
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SingleUse for OneProcessSingleUse {
    type Error = OneProcessSingleUseFullError;

    async fn consume(
        &self,
        ceremony: &CeremonyId,
        until: Timestamp,
        now: Timestamp,
    ) -> Result<Consumption, OneProcessSingleUseFullError> {
        let mut used = self.lock();
        used.forget_expired(now);
        // What expired with, or before, something that was forgotten can only come back if the clock was put back;
        // it is then unknown whether it was used.
        if used.forgotten.is_some_and(|forgotten| until <= forgotten) || used.until.contains_key(ceremony) {
            return Ok(Consumption::Repeated);
        }
        if used.until.len() >= self.capacity {
            return Err(OneProcessSingleUseFullError { capacity: self.capacity });
        }
        used.until.insert(*ceremony, until);
        used.order.insert((until, *ceremony));
        Ok(Consumption::First)
    }
}

impl Used {
    fn forget_expired(&mut self, now: Timestamp) {
        // At its expiry a ceremony can still be finished.
        while let Some((until, ceremony)) = self.order.pop_first() {
            if until >= now {
                self.order.insert((until, ceremony));
                return;
            }
            self.until.remove(&ceremony);
            self.forgotten = Some(until);
        }
    }
}

/// As many ceremonies are remembered as the memory may hold, and none of them has expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("the memory of {capacity} used ceremonies is full")]
pub struct OneProcessSingleUseFullError {
    /// How many that are.
    pub capacity: usize,
}
