//! What a check costs: time that passed, and time of processors, which another load on the machine does not change.

use std::time::{Duration, Instant};

use crate::cpu_time::CpuTime;

/// The start of a check.
pub(super) struct Clock {
    start: Instant,
    processor: Option<Duration>,
}

/// The cost of a check. Only Linux shows the time of processors to a program without unsafe code.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) passed: Duration,
    pub(super) processor: Option<Duration>,
}

impl Clock {
    pub(super) fn start() -> Self {
        Self { start: Instant::now(), processor: processor() }
    }

    pub(super) fn stop(&self) -> Cost {
        let processor = processor().zip(self.processor).map(|(now, then)| now.saturating_sub(then));
        Cost { passed: self.start.elapsed(), processor }
    }
}

/// The time of this process and its ended children.
fn processor() -> Option<Duration> {
    CpuTime::now().ok().map(|time| time.own + time.children)
}
