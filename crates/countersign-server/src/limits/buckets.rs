//! Token buckets, by the generic cell rate algorithm of `governor`.

use std::hash::{BuildHasher as _, Hash, RandomState};
use std::marker::PhantomData;
use std::time::Duration;

use governor::clock::Clock as _;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed, StateStore};
use governor::{NotUntil, RateLimiter, nanos::Nanos};

use super::config::Limit;
use super::table::Table;
use super::uptime::Uptime;

/// A bucket for each key.
#[derive(Debug)]
pub(super) struct Buckets<K: ?Sized> {
    /// `None` if there is no limit.
    limiter: Option<RateLimiter<u64, Cells, Uptime, NoOpMiddleware<Duration>>>,
    hashing: RandomState,
    key: PhantomData<fn(&K)>,
}

/// One bucket.
#[derive(Debug)]
pub(super) struct SharedBucket(
    Option<RateLimiter<NotKeyed, InMemoryState, Uptime, NoOpMiddleware<Duration>>>,
);

/// The state of buckets: the time at which each is full again, by the hash of its key.
#[derive(Debug)]
struct Cells(Table);

impl<K: Hash + ?Sized> Buckets<K> {
    pub(super) fn new(limit: Limit, clock: &Uptime) -> Self {
        let limiter = limit.quota();
        let limiter = limiter.map(|quota| RateLimiter::new(quota, Cells(Table::new()), clock.clone()));
        Self { limiter, hashing: RandomState::new(), key: PhantomData }
    }

    /// Takes a token, or returns how long it takes until there is one.
    pub(super) fn take(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.limiter else { return Ok(()) };
        limiter.check_key(&self.hashing.hash_one(key)).map_err(|until| wait(&until, limiter.clock()))
    }
}

impl SharedBucket {
    pub(super) fn new(limit: Limit, clock: &Uptime) -> Self {
        Self(limit.quota().map(|quota| RateLimiter::direct_with_clock(quota, clock.clone())))
    }

    /// Takes a token, or returns how long it takes until there is one.
    pub(super) fn take(&self) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else { return Ok(()) };
        limiter.check().map_err(|until| wait(&until, limiter.clock()))
    }
}

fn wait(until: &NotUntil<Duration>, clock: &Uptime) -> Duration {
    until.wait_time_from(clock.now())
}

impl StateStore for Cells {
    type Key = u64;

    fn measure_and_replace<T, F, E>(&self, key: &u64, change: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.update(*key, |time| {
            change(time.map(Nanos::from)).map(|(outcome, full_at)| (outcome, full_at.as_u64()))
        })
    }
}
