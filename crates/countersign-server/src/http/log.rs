//! What the log gets of requests that are refused: each is one client's fault, and any client can send thousands.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use countersign::Code;

use crate::ceremony::reason::Reason;

/// How many refused requests are logged in each [`WINDOW`]: enough to see what is set up wrongly.
const LOGGED_MAX: u32 = 10;

/// The time that [`LOGGED_MAX`] is for.
const WINDOW: Duration = Duration::from_secs(60);

/// A limit on lines of the log.
#[derive(Debug)]
pub(super) struct Quota(Mutex<State>);

#[derive(Debug)]
struct State {
    since: Option<Instant>,
    logged: u32,
    left_out: u64,
}

impl Quota {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(State { since: None, logged: 0, left_out: 0 }))
    }

    /// Whether a line may be logged now, and how many were left out before it.
    pub(super) fn take(&self, now: Instant) -> Option<u64> {
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

/// The limits on lines about ceremonies that were refused. Responses that came too late have one of their own: they are
/// everyday, and would hide all else.
#[derive(Debug)]
pub(super) struct RejectionQuotas {
    expired: Quota,
    others: Quota,
}

impl RejectionQuotas {
    pub(super) const fn new() -> Self {
        Self { expired: Quota::new(), others: Quota::new() }
    }

    /// What [`Quota::take`] says of a refusal for this reason.
    pub(super) fn take(&self, reason: Reason, now: Instant) -> Option<u64> {
        let quota = if reason == Reason::Code(Code::ChallengeExpired) { &self.expired } else { &self.others };
        quota.take(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_ceremonies_that_are_refused_is_ten_lines_a_minute_and_hides_no_other_reason() {
        let (quotas, now) = (RejectionQuotas::new(), Instant::now());
        let lines = |reason| (0..100).filter_map(|_| quotas.take(reason, now)).count();
        assert_eq!(lines(Reason::Code(Code::ChallengeExpired)), 10);
        assert_eq!(lines(Reason::Code(Code::SignatureInvalid)), 10);
        assert_eq!(lines(Reason::NameTaken), 0);
        let next = quotas.take(Reason::NameTaken, now + WINDOW);
        assert_eq!(next, Some(190), "those that were left out are counted");
    }

    #[test]
    fn a_flood_of_quotas_is_ten_lines_a_minute_and_a_count() {
        let (quota, start) = (Quota::new(), Instant::now());
        let lines = |at: Duration| (0..100).filter_map(|_| quota.take(start + at)).collect::<Vec<_>>();
        assert_eq!(lines(Duration::ZERO), [0; 10]);
        assert_eq!(lines(Duration::from_secs(59)), [0; 0]);
        assert_eq!(lines(Duration::from_secs(60)), [190, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    }
}
