//! The verdicts of the metadata in use on stored credentials. They are cached, since each takes the verification of a
//! signature and a certificate path, and a list has many credentials.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use countersign::{Timestamp, types::CredentialId};

/// The most cached verdicts, some 200 bytes each.
const CACHED_MAX: usize = 20_000;

/// Seconds of a day: statuses take effect by days, and certificates expire no faster.
const DAY: i64 = 24 * 60 * 60;

/// The basis of a verdict: the BLOB's number and the time.
type Basis = (Option<u64>, Timestamp);

/// The verdicts for the newest BLOB and day that one was asked for.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    basis: (Option<u64>, i64),
    verdicts: HashMap<CredentialId, Option<String>>,
}

impl Verdicts {
    /// The verdict on a credential, from `judge` unless one is cached for the same BLOB and day.
    pub(super) fn of(
        &self,
        id: &CredentialId,
        (number, now): Basis,
        judge: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        let basis = (number, now.unix_seconds().div_euclid(DAY));
        if let Some(known) = self.lock(basis).verdicts.get(id) {
            return known.clone();
        }
        // Without the lock, so that others need not wait.
        let verdict = judge();
        let mut cached = self.lock(basis);
        if cached.verdicts.len() >= CACHED_MAX
            && let Some(any) = cached.verdicts.keys().next().cloned()
        {
            cached.verdicts.remove(&any);
        }
        cached.verdicts.insert(id.clone(), verdict.clone());
        verdict
    }

    /// The cached verdicts on these credentials.
    pub(super) fn known(
        &self,
        ids: &[&CredentialId],
        (number, now): Basis,
    ) -> HashMap<CredentialId, Option<String>> {
        let cached = self.lock((number, now.unix_seconds().div_euclid(DAY)));
        let known = |id: &&CredentialId| Some(((*id).clone(), cached.verdicts.get(*id)?.clone()));
        ids.iter().filter_map(known).collect()
    }

    /// The verdicts for this BLOB and day, without those for others.
    fn lock(&self, basis: (Option<u64>, i64)) -> std::sync::MutexGuard<'_, Cached> {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.basis != basis {
            *cached = Cached { basis, verdicts: HashMap::new() };
        }
        cached
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_cache_drops_any_verdict_for_a_new_one() {
        let verdicts = Verdicts::default();
        let by = (Some(7), Timestamp::from_unix_seconds(0));
        let id = |number: usize| CredentialId::new((number as u128).to_be_bytes()).unwrap();
        for number in 0..CACHED_MAX {
            verdicts.of(&id(number), by, || None);
        }
        let newest = id(CACHED_MAX);
        assert_eq!(verdicts.of(&newest, by, || Some("x".into())), Some("x".into()));
        assert_eq!(verdicts.of(&newest, by, || panic!("it is cached")), Some("x".into()));
        assert_eq!(verdicts.lock((Some(7), 0)).verdicts.len(), CACHED_MAX);
    }

    #[test]
    fn an_attestation_is_judged_once_for_each_blob_and_day() {
        let (verdicts, id) = (Verdicts::default(), CredentialId::new([1; 16]).unwrap());
        let mut judged = 0;
        let mut ask = |number, seconds| {
            let before = judged;
            let at = Timestamp::from_unix_seconds(seconds);
            let verdict = verdicts.of(&id, (Some(number), at), || {
                judged += 1;
                Some(number.to_string())
            });
            assert_eq!(verdict, Some(number.to_string()));
            judged - before
        };
        let asked = [ask(7, 0), ask(7, 0), ask(7, DAY - 1), ask(7, DAY), ask(8, DAY), ask(8, DAY)];
        assert_eq!(asked, [1, 0, 0, 1, 1, 0]);
    }
}
