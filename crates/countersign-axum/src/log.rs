//! Quotas for log lines about rejected requests: any client can send thousands.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use countersign::Code;

use crate::response_rejection::Reason;

/// The most rejected requests that are logged in each [`WINDOW`]: enough to recognise a wrong configuration.
const LOGGED_MAX: u32 = 10;

/// The period of [`LOGGED_MAX`].
const WINDOW: Duration = Duration::from_secs(60);

/// A limit on the rate of log lines.
#[derive(Debug)]
pub(crate) struct Quota(Mutex<State>);

#[derive(Debug)]
struct State {
    since: Option<Instant>,
    logged: u32,
    left_out: u64,
}

impl Quota {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(State { since: None, logged: 0, left_out: 0 }))
    }

    /// The number of lines that were left out before this one, `None` if this one must be left out too.
    pub(crate) fn take(&self, now: Instant) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.since.is_none_or(|since| now.saturating_duration_since(since) >= WINDOW) {
            (state.since, state.logged) = (Some(now), 0);
        }
        if state.logged >= LOGGED_MAX {
            state.left_out = state.left_out.saturating_add(1);
            return None;
        }
        state.logged = state.logged.saturating_add(1);
        Some(std::mem::take(&mut state.left_out))
    }
}

/// The quotas for lines about rejected responses. Late responses have a quota of their own: they are frequent, and
/// would hide all others.
#[derive(Debug)]
pub(crate) struct RejectionQuotas {
    expired: Quota,
    others: Quota,
}

impl RejectionQuotas {
    pub(crate) const fn new() -> Self {
        Self { expired: Quota::new(), others: Quota::new() }
    }

    /// Takes a line from the quota for this reason: see [`Quota::take`].
    pub(crate) fn take(&self, reason: Reason, now: Instant) -> Option<u64> {
        let quota = if reason == Reason::Code(Code::ChallengeExpired) { &self.expired } else { &self.others };
        quota.take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_rejected_responses_is_ten_lines_a_minute_and_hides_no_other_reason() {
        let (quotas, now) = (RejectionQuotas::new(), Instant::now());
        let lines = |reason| (0..100).filter_map(|_| quotas.take(reason, now)).count();
        assert_eq!(lines(Reason::Code(Code::ChallengeExpired)), 10);
        assert_eq!(lines(Reason::Code(Code::SignatureInvalid)), 10);
        assert_eq!(lines(Reason::NameTaken), 0);
        let next = quotas.take(Reason::NameTaken, now + WINDOW);
        assert_eq!(next, Some(190), "those that were left out are counted");
    }

    #[test]
    fn a_flood_of_rejections_is_ten_lines_a_minute_and_a_count() {
        let (quota, start) = (Quota::new(), Instant::now());
        let lines = |at: Duration| (0..100).filter_map(|_| quota.take(start + at)).collect::<Vec<_>>();
        assert_eq!(lines(Duration::ZERO), [0; 10]);
        assert_eq!(lines(Duration::from_secs(59)), [0; 0]);
        assert_eq!(lines(Duration::from_secs(60)), [190, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
