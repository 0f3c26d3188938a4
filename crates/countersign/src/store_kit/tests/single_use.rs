//! The memory passes, and each check is failed by a store that breaks its promise.

use std::{collections::BTreeMap, io};

use super::*;
use crate::ceremony::single_use::unspent::{Consumption, SingleUse};
use crate::ceremony::single_use::{ceremony_id::CeremonyId, memory::OneProcessSingleUse};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Broken {
    Forgets,
    KnowsByOneByte,
    ForgetsAtExpiry,
    ForgetsAfterTenMinutes,
    ForgetsAllWhenOneExpires,
    HoldsAHundred,
    Races,
    Fails,
}

struct Store {
    broken: Broken,
    used: Mutex<BTreeMap<Vec<u8>, Timestamp>>,
}

impl SingleUse for Store {
    type Error = io::Error;

    async fn consume(&self, id: &CeremonyId, until: Timestamp, now: Timestamp) -> io::Result<Consumption> {
        let kept = match self.broken {
            Broken::Fails => return Err(io::Error::other("no connection")),
            Broken::Forgets => return Ok(Consumption::First),
            Broken::KnowsByOneByte => &id.as_bytes()[..1],
            _ => &id.as_bytes()[..],
        };
        let lock = || self.used.lock().unwrap();
        if self.broken == Broken::ForgetsAtExpiry {
            lock().retain(|_, until| *until > now);
        }
        if self.broken == Broken::ForgetsAfterTenMinutes {
            // A time of its own in place of the one that it is given, as with a cache.
            let until = until.min(now.plus_seconds(600));
            lock().retain(|_, until| *until >= now);
            let repeated = lock().contains_key(kept);
            lock().entry(kept.to_vec()).or_insert(until);
            return Ok(if repeated { Consumption::Repeated } else { Consumption::First });
        }
        if self.broken == Broken::ForgetsAllWhenOneExpires && lock().values().any(|until| *until < now) {
            lock().clear();
        }
        if self.broken == Broken::HoldsAHundred && lock().len() >= 100 {
            lock().pop_first();
        }
        if self.broken == Broken::Races {
            let known = lock().contains_key(kept);
            thread::sleep(Duration::from_millis(1));
            lock().insert(kept.to_vec(), until);
            return Ok(if known { Consumption::Repeated } else { Consumption::First });
        }
        Ok(lock()
            .insert(kept.to_vec(), until)
            .map_or(Consumption::First, |_: Timestamp| Consumption::Repeated))
    }
}

fn failed(broken: Broken) -> BTreeSet<&'static str> {
    let store = || Store { broken, used: Mutex::default() };
    run_single_use(&mut InMemory(store)).failures().map(|outcome| outcome.check).collect()
}

#[test]
fn the_memory_of_used_ceremonies_passes() {
    let report = run_single_use(&mut InMemory(|| OneProcessSingleUse::new(500)));
    assert_eq!(report.outcomes().len(), 6);
    report.assert_passed();
}

#[test]
fn a_memory_that_is_too_small_fails_rather_than_forgets() {
    let report = run_single_use(&mut InMemory(|| OneProcessSingleUse::new(10)));
    assert!(report.to_string().contains("the memory of 10 used ceremonies is full"), "{report}");
}

#[test]
fn rule_283_287_288_each_broken_promise_is_found() {
    for (broken, check) in [
        (Broken::Forgets, "a ceremony is used once"),
        (Broken::KnowsByOneByte, "many ceremonies are remembered"),
        (Broken::ForgetsAtExpiry, "a ceremony is remembered until it has expired"),
        (Broken::ForgetsAfterTenMinutes, "each ceremony is remembered for its own time"),
        (Broken::ForgetsAllWhenOneExpires, "each ceremony is remembered for its own time"),
        (Broken::HoldsAHundred, "many ceremonies are remembered"),
        (Broken::Races, "of several uses of one ceremony at once, one is the first"),
        (Broken::Fails, "a ceremony that was used does not use up another"),
    ] {
        assert!(failed(broken).contains(check), "{broken:?}: {:?}", failed(broken));
    }
}
