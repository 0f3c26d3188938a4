//! The sessions that were good a short time ago.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use governor::clock::Clock as _;

use super::table::Table;
use super::uptime::Uptime;

/// How long a session is remembered after a success. Remembering one that has ended meanwhile does no harm: it decides
/// which bucket a request takes its token from, and nothing else.
const MEMORY: Duration = Duration::from_secs(10 * 60);

/// The sessions that requests have succeeded with. It saves the look-up of each session in a flood.
#[derive(Debug)]
pub(super) struct KnownSessions {
    until: Table,
    hashing: RandomState,
    clock: Uptime,
}

impl KnownSessions {
    pub(super) fn new(clock: Uptime) -> Self {
        Self { until: Table::new(), hashing: RandomState::new(), clock }
    }

    pub(super) fn add(&self, session: &[u8]) {
        let until = nanoseconds(self.clock.now().saturating_add(MEMORY));
        let Ok(()) = self
            .until
            .update(self.hashing.hash_one(session), |_| Ok::<_, std::convert::Infallible>(((), until)));
    }

    /// The hash of a session, if it is known.
    pub(super) fn find(&self, session: &[u8]) -> Option<u64> {
        let hash = self.hashing.hash_one(session);
        let until = self.until.get(hash)?;
        (nanoseconds(self.clock.now()) < until).then_some(hash)
    }
}

fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
