//! How the kit accesses a store, and how its checks report what they found.

use core::fmt;

use crate::record::store::traits::{CeremonyStore, CredentialStore};

/// Gives the kit access to a store.
pub trait StoreHarness {
    /// The store under test. The checks of what happens at once share it between threads.
    type Store: CredentialStore + CeremonyStore + Sync;

    /// Creates an empty store, separate from earlier ones.
    fn empty(&mut self) -> Self::Store;

    /// Ends this store as a crash would, without an orderly close, and opens it again with what it had written.
    fn crash(&mut self, store: Self::Store) -> Self::Store;
}

/// The results of all checks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitReport {
    pub(super) outcomes: Vec<KitOutcome>,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KitOutcome {
    /// What was checked, as a sentence. Stable within a version of this crate.
    pub check: &'static str,
    /// What was wrong, if anything.
    pub result: Result<(), String>,
}

impl KitReport {
    /// Every check's outcome, in the kit's order.
    pub fn outcomes(&self) -> &[KitOutcome] {
        &self.outcomes
    }

    /// The outcomes of failed checks.
    pub fn failures(&self) -> impl Iterator<Item = &KitOutcome> {
        self.outcomes.iter().filter(|outcome| outcome.result.is_err())
    }

    /// Panics if a check failed: the last line of a test.
    ///
    /// # Panics
    ///
    /// If a check failed, with what was wrong.
    #[track_caller]
    pub fn assert_passed(&self) {
        assert!(self.failures().next().is_none(), "the store breaks its promises:\n{self}");
    }
}

/// One line for each check that found something wrong, and one for how many there were.
impl fmt::Display for KitReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for KitOutcome { check, result } in self.failures() {
            writeln!(f, "{check}: {}", result.as_ref().err().map_or("", String::as_str))?;
        }
        write!(f, "{} of {} checks failed", self.failures().count(), self.outcomes.len())
    }
}

pub(super) struct Check<H> {
    pub(super) name: &'static str,
    pub(super) run: fn(&mut H) -> Outcome,
}

/// The defect that was found, if any.
pub(super) type Outcome = Result<(), String>;

/// A list of checks: each a sentence, and a function of the harness or, after `empty:`, of an empty store.
macro_rules! checks {
    (empty: $($name:literal => $check:ident,)+) => {
        crate::store_kit::harness::checks! { $($name => (|harness| $check(&crate::store_kit::harness::StoreHarness::empty(harness))),)+ }
    };
    ($($name:literal => $check:tt,)+) => {
        pub(in crate::store_kit) fn checks<H: crate::store_kit::harness::StoreHarness>() -> Vec<crate::store_kit::harness::Check<H>> {
            vec![$(crate::store_kit::harness::Check { name: $name, run: $check },)+]
        }
    };
}
pub(super) use checks;

/// The answer of an operation; a failing store has a defect.
pub(super) fn answer<T, E: fmt::Display>(operation: &str, answer: Result<T, E>) -> Result<T, String> {
    answer.map_err(|error| format!("{operation} failed: {error}"))
}

pub(super) fn expect<T: PartialEq + fmt::Debug>(what: &str, got: &T, expected: &T) -> Outcome {
    if got == expected {
        return Ok(());
    }
    Err(format!("{what}: {} expected, {} found", Shortened(expected), Shortened(got)))
}

/// The beginning of a value: samples may have 64 KiB.
struct Shortened<'a, T>(&'a T);

impl<T: fmt::Debug> fmt::Display for Shortened<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAX: usize = 160;
        let text = format!("{:?}", self.0);
        match text.char_indices().nth(MAX).and_then(|(end, _)| text.get(..end)) {
            Some(start) => write!(f, "{start}…"),
            None => f.write_str(&text),
        }
    }
}
