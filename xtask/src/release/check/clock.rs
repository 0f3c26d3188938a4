//! What a check costs: time that passed, and time of processors, which another load on the machine does not change.

use std::time::{Duration, Instant};

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

/// The time of processors that this process and its ended children have taken.
fn processor() -> Option<Duration> {
    of(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// Fields 14 to 17 of `/proc/PID/stat`, in hundredths of a second. The second field, a name in parentheses, may have spaces.
fn of(stat: &str) -> Option<Duration> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let fields = after_name.split_whitespace().skip(11).take(4).map(|field| field.parse::<u64>().ok());
    fields.sum::<Option<u64>>().map(|hundredths| Duration::from_millis(hundredths * 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_children_is_counted() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194304 9 9 0 0 100 20 300 4000 20 0 1 0 77 1 1";
        assert_eq!(of(stat), Some(Duration::from_millis(44_200)));
        assert_eq!(of("no such file"), None);
    }
}
