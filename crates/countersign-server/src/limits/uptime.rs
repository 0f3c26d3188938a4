//! The clock of the buckets.

use std::fmt;
use std::{sync::Arc, time::Duration};

use governor::clock::Clock;

/// The time since the start of the server. It never goes back.
#[derive(Clone)]
pub(super) struct Uptime(pub(super) Arc<dyn Fn() -> Duration + Send + Sync>);

impl Clock for Uptime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        (self.0)()
    }
}

impl fmt::Debug for Uptime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.now().fmt(f)
    }
}
