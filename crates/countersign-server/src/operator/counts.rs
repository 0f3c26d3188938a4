//! What the operator's page shows of ceremonies over time: counts of a day in this instance, by kind and outcome.
//!
//! They are in memory, so that they need no table and no purge: a restart begins anew, and each instance counts its own.
//! What has to last longer is at `/metrics`, which a Prometheus server stores.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign::Timestamp;
use countersign_axum::{CeremonyFinish, CeremonyKind, Observer, StoreCall};
use serde::Serialize;

use crate::{clock, metrics::events::Events};

/// Seconds of an interval: a quarter of an hour.
const INTERVAL_SECONDS: i64 = 15 * 60;

/// The most intervals: those of a day.
const INTERVALS_MAX: i64 = 96;

/// The most kinds and outcomes of an interval. There are a few hundred in all, of which a real day has a dozen; with this
/// many, all intervals together have less than a megabyte.
const OUTCOMES_MAX: usize = 100;

/// The outcome of ceremonies beyond [`OUTCOMES_MAX`].
const OTHER: &str = "other";

/// The counts of a day.
#[derive(Debug)]
pub(crate) struct Counts(Mutex<Ring>);

#[derive(Debug)]
struct Ring {
    since: Timestamp,
    /// The intervals in which something was counted, the earliest first.
    intervals: VecDeque<Interval>,
}

#[derive(Debug)]
struct Interval {
    /// How many intervals there were since 1970.
    number: i64,
    counts: BTreeMap<(&'static str, &'static str), u64>,
}

/// All counts, in an answer.
#[derive(Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CountsShown {
    /// When this instance began to count.
    since: String,
    interval_seconds: i64,
    /// The beginning of the last interval.
    latest: String,
    intervals: Vec<IntervalShown>,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
struct IntervalShown {
    start: String,
    counts: Vec<Count>,
}

#[derive(Debug, Serialize, PartialEq, Eq)]
struct Count {
    ceremony: &'static str,
    outcome: &'static str,
    #[serde(rename = "count")]
    number: u64,
}

impl Counts {
    /// Counts from now on.
    pub(crate) fn new(now: Timestamp) -> Self {
        Self(Mutex::new(Ring { since: now, intervals: VecDeque::new() }))
    }

    /// Counts a ceremony that was finished.
    pub(crate) fn count(&self, ceremony: &'static str, outcome: &'static str, now: Timestamp) {
        let mut ring = self.lock();
        let number = now.unix_seconds().div_euclid(INTERVAL_SECONDS);
        // After a clock was put back, the latest interval goes on.
        if ring.intervals.back().is_none_or(|latest| latest.number < number) {
            ring.intervals.push_back(Interval { number, counts: BTreeMap::new() });
            let oldest = number.saturating_sub(INTERVALS_MAX);
            ring.intervals.retain(|interval| interval.number > oldest);
        }
        let Some(latest) = ring.intervals.back_mut() else { return };
        let is_known = latest.counts.contains_key(&(ceremony, outcome));
        let outcome = if is_known || latest.counts.len() < OUTCOMES_MAX { outcome } else { OTHER };
        let count = latest.counts.entry((ceremony, outcome)).or_default();
        *count = count.saturating_add(1);
    }

    /// What was counted in the last day.
    pub(crate) fn shown(&self, now: Timestamp) -> CountsShown {
        let ring = self.lock();
        let number = now.unix_seconds().div_euclid(INTERVAL_SECONDS);
        let oldest = number.saturating_sub(INTERVALS_MAX);
        let start =
            |number: i64| Timestamp::from_unix_seconds(number.saturating_mul(INTERVAL_SECONDS)).to_string();
        let shown = |interval: &Interval| IntervalShown {
            start: start(interval.number),
            counts: interval
                .counts
                .iter()
                .map(|((ceremony, outcome), count)| Count { ceremony, outcome, number: *count })
                .collect(),
        };
        CountsShown {
            since: ring.since.to_string(),
            interval_seconds: INTERVAL_SECONDS,
            latest: start(number),
            intervals: ring.intervals.iter().filter(|one| one.number > oldest).map(shown).collect(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts ceremonies for the operator's page, and passes everything on to the metrics.
pub(crate) struct Counting {
    pub(crate) events: Events,
    pub(crate) counts: Arc<Counts>,
}

impl Observer for Counting {
    fn ceremony_started(&self, kind: CeremonyKind) {
        self.events.ceremony_started(kind);
    }

    fn ceremony_finished(&self, finish: &CeremonyFinish<'_>) {
        if !finish.is_repeated {
            let outcome = finish.rejected.unwrap_or("accepted");
            self.counts.count(finish.kind.as_str(), outcome, clock::now());
        }
        self.events.ceremony_finished(finish);
    }

    fn store_call_started(&self, operation: &'static str) {
        self.events.store_call_started(operation);
    }

    fn store_call_ended(&self, call: &StoreCall<'_>) {
        self.events.store_call_ended(call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(interval: i64) -> Timestamp {
        Timestamp::from_unix_seconds(interval * INTERVAL_SECONDS + 7)
    }

    fn totals(counts: &Counts, now: Timestamp) -> Vec<(String, u64)> {
        let total = |interval: &IntervalShown| interval.counts.iter().map(|count| count.number).sum();
        counts.shown(now).intervals.iter().map(|one| (one.start.clone(), total(one))).collect()
    }

    #[test]
    fn ceremonies_are_counted_by_kind_outcome_and_interval() {
        let counts = Counts::new(at(0));
        for (outcome, interval) in
            [("accepted", 1), ("accepted", 1), ("signature-invalid", 1), ("accepted", 3)]
        {
            counts.count("session", outcome, at(interval));
        }
        let shown = serde_json::to_value(counts.shown(at(3))).unwrap();
        let expected = serde_json::json!({
            "since": "1970-01-01T00:00:07Z", "intervalSeconds": 900, "latest": "1970-01-01T00:45:00Z",
            "intervals": [
                { "start": "1970-01-01T00:15:00Z", "counts": [
                    { "ceremony": "session", "outcome": "accepted", "count": 2 },
                    { "ceremony": "session", "outcome": "signature-invalid", "count": 1 },
                ] },
                { "start": "1970-01-01T00:45:00Z", "counts": [
                    { "ceremony": "session", "outcome": "accepted", "count": 1 },
                ] },
            ],
        });
        assert_eq!(shown, expected);
    }

    #[test]
    fn intervals_older_than_a_day_are_dropped() {
        let counts = Counts::new(at(0));
        counts.count("session", "accepted", at(1));
        counts.count("session", "accepted", at(2));
        assert_eq!(totals(&counts, at(96)).len(), 2);
        assert_eq!(totals(&counts, at(97)).len(), 1);
        counts.count("session", "accepted", at(97));
        assert_eq!(counts.lock().intervals.len(), 2);
        counts.count("session", "accepted", at(1_000_000));
        assert_eq!(counts.lock().intervals.len(), 1);
    }

    #[test]
    fn a_clock_that_is_put_back_neither_adds_nor_drops_an_interval() {
        let counts = Counts::new(at(0));
        counts.count("session", "accepted", at(5));
        counts.count("session", "accepted", at(2));
        assert_eq!(totals(&counts, at(5)), [("1970-01-01T01:15:00Z".to_owned(), 2)]);
    }

    #[test]
    fn outcomes_beyond_the_limit_are_counted_together() {
        let counts = Counts::new(at(0));
        let words: Vec<&'static str> =
            (0..OUTCOMES_MAX + 5).map(|number| &*Box::leak(number.to_string().into_boxed_str())).collect();
        for word in &words {
            counts.count("session", word, at(1));
        }
        counts.count("session", words[0], at(1));
        let ring = counts.lock();
        let counted = &ring.intervals[0].counts;
        assert_eq!(counted.len(), OUTCOMES_MAX + 1);
        assert_eq!((counted[&("session", OTHER)], counted[&("session", words[0])]), (5, 2));
    }
}
