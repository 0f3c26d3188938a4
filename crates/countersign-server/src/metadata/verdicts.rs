//! What was made of stored credentials by the metadata in use: a verdict takes a signature and a certificate path to
//! verify, and a list has many.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use countersign::{Timestamp, types::CredentialId};

/// The most verdicts that are remembered, some 200 bytes each.
const REMEMBERED_MAX: usize = 20_000;

/// Seconds of a day: statuses come into effect by days, and what certificates are worth changes no faster.
const DAY: i64 = 24 * 60 * 60;

/// By what a verdict was found: the BLOB's number and the time.
type By = (Option<u64>, Timestamp);

/// Verdicts by the newest BLOB and day that any was asked for.
#[derive(Debug, Default)]
pub(super) struct Verdicts(Mutex<Remembered>);

#[derive(Debug, Default)]
struct Remembered {
    by: (Option<u64>, i64),
    verdicts: HashMap<CredentialId, Option<String>>,
}

impl Verdicts {
    /// The verdict on a credential, found by `judge` unless it was found before by the same BLOB on the same day.
    pub(super) fn of(
        &self,
        id: &CredentialId,
        (number, now): By,
        judge: impl FnOnce() -> Option<String>,
    ) -> Option<String> {
        let by = (number, now.unix_seconds().div_euclid(DAY));
        if let Some(known) = self.lock(by).verdicts.get(id) {
            return known.clone();
        }
        // Without the lock: others need not wait.
        let verdict = judge();
        let mut remembered = self.lock(by);
        if remembered.verdicts.len() >= REMEMBERED_MAX
            && let Some(any) = remembered.verdicts.keys().next().cloned()
        {
            remembered.verdicts.remove(&any);
        }
        remembered.verdicts.insert(id.clone(), verdict.clone());
        verdict
    }

    /// The verdicts on these credentials that are remembered.
    pub(super) fn remembered(
        &self,
        ids: &[&CredentialId],
        (number, now): By,
    ) -> HashMap<CredentialId, Option<String>> {
        let remembered = self.lock((number, now.unix_seconds().div_euclid(DAY)));
        let known = |id: &&CredentialId| Some(((*id).clone(), remembered.verdicts.get(*id)?.clone()));
        ids.iter().filter_map(known).collect()
    }

    /// What is remembered by these, without what was found by others.
    fn lock(&self, by: (Option<u64>, i64)) -> std::sync::MutexGuard<'_, Remembered> {
        let mut remembered = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.by != by {
            *remembered = Remembered { by, verdicts: HashMap::new() };
        }
        remembered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_more_than_are_remembered_takes_the_place_of_any() {
        let verdicts = Verdicts::default();
        let by = (Some(7), Timestamp::from_unix_seconds(0));
        let id = |number: usize| CredentialId::new((number as u128).to_be_bytes()).unwrap();
        for number in 0..REMEMBERED_MAX {
            verdicts.of(&id(number), by, || None);
        }
        let newest = id(REMEMBERED_MAX);
        assert_eq!(verdicts.of(&newest, by, || Some("x".into())), Some("x".into()));
        assert_eq!(verdicts.of(&newest, by, || panic!("it is remembered")), Some("x".into()));
        assert_eq!(verdicts.lock((Some(7), 0)).verdicts.len(), REMEMBERED_MAX);
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
