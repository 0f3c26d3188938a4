//! How often a transaction or a read is repeated.

use std::time::{Duration, Instant};

/// The pauses before something is repeated, in milliseconds. Without chance: of two transactions that were in each other's
/// way, the database let one pass.
const PAUSES: [u64; 7] = [0, 2, 5, 10, 20, 40, 80];

/// The repetitions that are left.
#[derive(Debug)]
pub(super) struct Retries {
    pauses: std::array::IntoIter<u64, 7>,
    began: Instant,
    limit: Duration,
}

impl Retries {
    /// Repeats nothing once this time has passed: a caller that waits for a statement waits not much longer for all of them.
    pub(super) fn within(limit: Duration) -> Self {
        Self { pauses: PAUSES.into_iter(), began: Instant::now(), limit }
    }

    /// Pauses before the next repetition. Returns whether there is one.
    pub(super) async fn pause(&mut self) -> bool {
        if self.began.elapsed() >= self.limit {
            return false;
        }
        match self.pauses.next() {
            Some(pause) => tokio::time::sleep(Duration::from_millis(pause)).await,
            None => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_is_repeated_after_the_time_or_more_than_seven_times() {
        let mut retries = Retries::within(Duration::from_secs(60));
        for _ in 0..7 {
            assert!(retries.pause().await);
        }
        assert!(!retries.pause().await);
        let mut late = Retries::within(Duration::from_millis(20));
        assert!(late.pause().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(!late.pause().await);
    }
}
