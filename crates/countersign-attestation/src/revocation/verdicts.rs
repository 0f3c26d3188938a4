//! Kept results of verifying a list's signature, by key: hashing a list of some megabytes takes longer than everything
//! else in a path check.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use countersign_cose::Verifiers;

/// The most verdicts kept for a list. An issuer has one key, and two during a key change.
const VERDICTS_MAX: usize = 16;

/// The verdicts on one list's signature. A verdict depends only on the list, the key and the table of verifiers, so
/// keeping it changes no outcome.
#[derive(Default)]
pub(super) struct Verdicts(Mutex<Vec<Arc<Verdict>>>);

struct Verdict {
    /// The DER of the key's `SubjectPublicKeyInfo`.
    key: Box<[u8]>,
    /// The table that gave the verdict. Keeping it alive ensures that no other table gets its address.
    verifiers: Verifiers,
    verifies: OnceLock<bool>,
}

impl Verdicts {
    /// Whether the signature verifies with this key. Calls `verify` only if there is no verdict yet; concurrent callers
    /// wait for the first.
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
    fn each_key_and_table_is_verified_once() {
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
