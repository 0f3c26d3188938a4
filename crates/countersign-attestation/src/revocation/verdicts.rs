//! Which keys a list's signature verifies with, as far as that was asked: hashing a list of some megabytes takes longer
//! than all else of a path.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use countersign_cose::Verifiers;

/// The most verdicts that a list keeps. An issuer has one key, and another one for some time when it changes keys.
const VERDICTS_MAX: usize = 16;

/// The verdicts on one list. What is kept is the outcome of a pure function: the list, the key and the table of verifiers
/// decide it.
#[derive(Default)]
pub(super) struct Verdicts(Mutex<Vec<Arc<Verdict>>>);

struct Verdict {
    /// The DER of the key's `SubjectPublicKeyInfo`.
    key: Box<[u8]>,
    /// The table that decided. Held so that no later table takes its place in memory and is mistaken for it.
    verifiers: Verifiers,
    verifies: OnceLock<bool>,
}

impl Verdicts {
    /// Whether the signature verifies with this key. `verify` is called unless that is known; requests that ask at the
    /// same time wait for one of them.
    pub(super) fn verifies(&self, key: &[u8], verifiers: &Verifiers, verify: impl FnOnce() -> bool) -> bool {
        let verdict = self.verdict(key, verifiers);
        *verdict.verifies.get_or_init(verify)
    }

    fn verdict(&self, key: &[u8], verifiers: &Verifiers) -> Arc<Verdict> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |it: &&Arc<Verdict>| *it.key == *key && it.verifiers.is_same_table(verifiers);
        if let Some(known) = kept.iter().find(is_it) {
            return Arc::clone(known);
        }
        if kept.len() >= VERDICTS_MAX {
            kept.remove(0);
        }
        let verifiers = verifiers.clone();
        let verdict = Arc::new(Verdict { key: key.into(), verifiers, verifies: OnceLock::new() });
        kept.push(Arc::clone(&verdict));
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_asked_for_once_for_each_key_and_table() {
        let (verdicts, verifiers) = (Verdicts::default(), Verifiers::none());
        let mut asked = 0;
        let mut ask = |key: &[u8], verifiers: &Verifiers, answer| {
            verdicts.verifies(key, verifiers, || {
                asked += 1;
                answer
            })
        };
        assert!(ask(b"a", &verifiers, true));
        assert!(ask(b"a", &verifiers.clone(), false));
        assert!(!ask(b"b", &verifiers, false));
        assert!(!ask(b"b", &verifiers, true));
        assert!(!ask(b"a", &Verifiers::none(), false));
        assert_eq!(asked, 3);
    }

    #[test]
    fn the_oldest_verdicts_are_forgotten() {
        let (verdicts, verifiers) = (Verdicts::default(), Verifiers::none());
        for key in 0..=u8::try_from(VERDICTS_MAX).unwrap() {
            assert!(verdicts.verifies(&[key], &verifiers, || true));
        }
        assert!(verdicts.verifies(&[1], &verifiers, || false));
        assert!(!verdicts.verifies(&[0], &verifiers, || false));
    }
}
