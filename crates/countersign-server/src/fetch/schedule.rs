//! The schedule of requests for metadata ([FIDO Metadata Service, section
//! 3.2](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html#metadata-blob-object-processing-rules)):
//! "when appropriate", and by the day of `nextUpdate` at the latest.

use std::time::Duration;

use countersign::Timestamp;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const SIX_HOURS: Duration = Duration::from_secs(6 * 3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// The waits between requests for metadata, depending on the outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schedule {
    /// The wait after a success while `nextUpdate` is further off. A day: a compromised model is published as soon as
    /// it is known, long before the month of a BLOB is over, and an answer of 304 costs almost nothing.
    pub every: Duration,
    /// The wait after a success once the day of `nextUpdate` has come, and the longest wait after failures from then
    /// on. An hour.
    pub due: Duration,
    /// The wait after the first failure. Each further failure doubles it. A minute.
    pub retry: Duration,
    /// The longest wait after failures before the day of `nextUpdate`. Six hours.
    pub retry_max: Duration,
    /// The longest wait that a server may ask for with `Retry-After`. A day, or one answer could keep newer metadata
    /// away indefinitely.
    pub retry_after_max: Duration,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { every: DAY, due: HOUR, retry: MINUTE, retry_max: SIX_HOURS, retry_after_max: DAY }
    }
}

/// The state after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempt {
    /// The number of failed attempts since the last success.
    pub failures: u32,
    /// The wait that the server asked for.
    pub retry_after: Option<Duration>,
    /// The start of the day of `nextUpdate` of the BLOB in use.
    pub next_update: Option<Timestamp>,
}

impl Schedule {
    /// The wait after an attempt that ended `now`. `entropy` is 64 random bits, which spread the requests of many
    /// servers: up to a tenth later after a success, and down to half the wait after failures.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use countersign_server::fetch::{Attempt, Schedule};
    ///
    /// let attempt = Attempt { failures: 3, ..Attempt::default() };
    /// let wait = Schedule::default().wait(&attempt, 0, countersign::Timestamp::from_unix_seconds(0));
    /// assert_eq!(wait, Duration::from_secs(120), "half of four minutes");
    /// ```
    pub fn wait(&self, attempt: &Attempt, entropy: u64, now: Timestamp) -> Duration {
        let until_due = attempt.next_update.map(|day| {
            let seconds = day.unix_seconds().saturating_sub(now.unix_seconds());
            Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
        });
        let is_due = until_due == Some(Duration::ZERO);
        let Some(doublings) = attempt.failures.checked_sub(1) else {
            let base = if is_due {
                self.due
            } else {
                until_due.map_or(self.every, |it| it.clamp(self.due, self.every.max(self.due)))
            };
            return base.saturating_add(share(part(base, 10), entropy));
        };
        let longest = if is_due { self.retry_max.min(self.due) } else { self.retry_max };
        let factor = 1_u32.checked_shl(doublings).unwrap_or(u32::MAX);
        let half = part(self.retry.saturating_mul(factor).min(longest), 2);
        let asked = attempt.retry_after.unwrap_or_default().min(self.retry_after_max);
        half.saturating_add(share(half, entropy)).max(asked)
    }
}

/// One of this number of equal parts.
fn part(duration: Duration, parts: u32) -> Duration {
    duration.checked_div(parts).unwrap_or_default()
}

/// A share of a duration: none of it for 0, almost all for the greatest number.
fn share(duration: Duration, entropy: u64) -> Duration {
    let part = duration.as_nanos().saturating_mul(entropy.into()) >> 64;
    Duration::from_nanos(u64::try_from(part).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

    fn after(failures: u32, entropy: u64, due_in: Option<i64>, retry_after: Option<u64>) -> u64 {
        let attempt = Attempt {
            failures,
            retry_after: retry_after.map(Duration::from_secs),
            next_update: due_in.map(|seconds| NOW.plus_seconds(seconds)),
        };
        Schedule::default().wait(&attempt, entropy, NOW).as_secs()
    }

    #[test]
    fn a_success_is_followed_by_an_attempt_a_day_later_or_when_the_next_is_due() {
        assert_eq!(after(0, 0, None, None), 86_400);
        assert_eq!(after(0, 0, Some(30 * 86_400), None), 86_400);
        assert_eq!(after(0, 0, Some(10_000), None), 10_000);
    }

    #[test]
    fn from_the_day_of_the_next_update_on_the_wait_is_an_hour() {
        for due_in in [3599, 1, 0, -1, -86_400 * 400, i64::MIN / 2] {
            assert_eq!(after(0, 0, Some(due_in), None), 3600, "{due_in}");
        }
    }

    #[test]
    fn the_requests_of_many_servers_are_spread() {
        assert_eq!(after(0, u64::MAX, None, None), 86_400 + 8_639);
        assert_eq!(after(0, 1 << 63, Some(10_000), None), 10_500);
        assert_eq!([0, 1 << 63, u64::MAX].map(|entropy| after(2, entropy, None, None)), [60, 90, 119]);
    }

    #[test]
    fn each_failure_doubles_the_wait_up_to_a_limit() {
        let waits = [1, 2, 3, 8, 9, 10, 33, u32::MAX].map(|failures| after(failures, 0, Some(1 << 40), None));
        assert_eq!(waits, [30, 60, 120, 3840, 7680, 10_800, 10_800, 10_800]);
        assert_eq!([1, 20].map(|failures| after(failures, 0, Some(0), None)), [30, 1800], "it is due");
    }

    #[test]
    fn a_server_may_ask_for_a_wait_of_a_day_at_most() {
        assert_eq!(after(1, 0, None, Some(5)), 30, "no shorter than the schedule's wait");
        assert_eq!(after(1, 0, None, Some(7200)), 7200);
        assert_eq!(after(1, 0, Some(0), Some(u64::MAX)), 86_400);
        assert_eq!(after(0, 0, None, Some(7)), 86_400);
    }

    #[test]
    fn absurd_settings_overflow_nothing() {
        let longest = Duration::MAX;
        let schedule = Schedule {
            every: longest,
            due: longest,
            retry: longest,
            retry_max: longest,
            retry_after_max: longest,
        };
        for failures in [0, 1, u32::MAX] {
            let attempt = Attempt { failures, retry_after: Some(longest), next_update: Some(NOW) };
            assert!(schedule.wait(&attempt, u64::MAX, NOW) > DAY);
        }
    }
}
