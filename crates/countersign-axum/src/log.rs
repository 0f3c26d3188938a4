//! Quotas for log lines about rejected requests: any client can send thousands.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

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

/// The most lines about rejected ceremonies of all codes together in each [`WINDOW`]: some 25 KB a minute, which no flood
/// exceeds.
const ALL_LOGGED_MAX: u32 = 100;

/// The quotas for lines about rejected ceremonies: [`LOGGED_MAX`] for each code, so that a flood of one code hides no other,
/// and [`ALL_LOGGED_MAX`] in all. Codes are the program's own words, of which there are about a hundred.
#[derive(Debug)]
pub(crate) struct RejectionQuotas(Mutex<Rejections>);

#[derive(Debug)]
struct Rejections {
    since: Option<Instant>,
    logged: u32,
    /// The lines of each code that were logged, and those that were left out.
    codes: BTreeMap<&'static str, (u32, u64)>,
}

/// What to log about a rejected ceremony.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct RejectionLines {
    /// Whether this one has a line.
    pub(crate) is_logged: bool,
    /// The codes whose lines were left out in the window that is over, and their numbers.
    pub(crate) left_out: Vec<(&'static str, u64)>,
}

impl RejectionQuotas {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Rejections { since: None, logged: 0, codes: BTreeMap::new() }))
    }

    /// Takes a line for a ceremony that was rejected with this code.
    pub(crate) fn take(&self, code: &'static str, now: Instant) -> RejectionLines {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left_out = Vec::new();
        if state.since.is_none_or(|since| now.saturating_duration_since(since) >= WINDOW) {
            let codes = std::mem::take(&mut state.codes).into_iter();
            left_out
                .extend(codes.filter(|(_, (_, count))| *count > 0).map(|(code, (_, count))| (code, count)));
            (state.since, state.logged) = (Some(now), 0);
        }
        let has_room = state.logged < ALL_LOGGED_MAX;
        let (logged, hidden) = state.codes.entry(code).or_default();
        let is_logged = has_room && *logged < LOGGED_MAX;
        if is_logged {
            *logged = logged.saturating_add(1);
            state.logged = state.logged.saturating_add(1);
        } else {
            *hidden = hidden.saturating_add(1);
        }
        RejectionLines { is_logged, left_out }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_code_is_ten_lines_a_minute_and_hides_no_other() {
        let (quotas, now) = (RejectionQuotas::new(), Instant::now());
        let lines = |code| (0..100).filter(|_| quotas.take(code, now).is_logged).count();
        assert_eq!(lines("challenge-expired"), 10);
        assert_eq!(lines("signature-invalid"), 10);
        let later = quotas.take("name-taken", now + WINDOW);
        let left_out = vec![("challenge-expired", 90), ("signature-invalid", 90)];
        assert_eq!(later, RejectionLines { is_logged: true, left_out });
        assert_eq!(quotas.take("name-taken", now + WINDOW).left_out, []);
    }

    #[test]
    fn floods_of_all_codes_are_a_hundred_lines_a_minute() {
        const CODES: [&str; 12] = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
        let (quotas, now) = (RejectionQuotas::new(), Instant::now());
        let all = || CODES.into_iter().cycle().take(1200);
        assert_eq!(all().filter(|code| quotas.take(code, now).is_logged).count(), 100);
        let left_out: u64 = quotas.take("a", now + WINDOW).left_out.iter().map(|(_, count)| count).sum();
        assert_eq!(left_out, 1100);
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
