//! The conformance kit for stores: runs the promises of [`CredentialStore`] and [`CeremonyStore`] against anyone's own
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).
//!
//! For the tests of a program that has a store: implement the traits for it, or for a small wrapper around it, say with
//! [`StoreHarness`] how an empty one is made and how it is opened again after a crash, and run it:
//!
//! ```
//! use countersign::{store::MemoryStore, store_kit::{self, StoreHarness}};
//!
//! struct InMemory;
//!
//! impl StoreHarness for InMemory {
//!     type Store = MemoryStore;
//!
//!     fn empty(&mut self) -> MemoryStore {
//!         MemoryStore::new()
//!     }
//!
//!     fn crash(&mut self, store: MemoryStore) -> MemoryStore {
//!         store // the nearest that memory comes to it
//!     }
//! }
//!
//! store_kit::run(&mut InMemory).assert_passed();
//! ```
//!
//! Each check begins with an empty store. Checks of what happens at once run threads against one store in rounds; what
//! they find is a fault, what they don't find is no proof. A store that only one process can open is tried in one.
//!
//! A memory of used ceremonies, [`SingleUse`](crate::SingleUse), has checks of its own: [`run_single_use`].

use core::fmt;

use crate::store::{CeremonyStore, CredentialStore};

mod ceremonies;
mod concurrency;
mod crashes;
mod credentials;
mod samples;
mod single_use;
mod updates;

pub use single_use::run_single_use;

/// How the kit gets at a store.
pub trait StoreHarness {
    /// The store under test. The checks of what happens at once share it between threads.
    type Store: CredentialStore + CeremonyStore + Sync;

    /// An empty store, apart from any that was made before.
    fn empty(&mut self) -> Self::Store;

    /// Ends this store as a crash would, without an orderly close, and opens it again with what it had written.
    fn crash(&mut self, store: Self::Store) -> Self::Store;
}

/// What the checks found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KitReport {
    outcomes: Vec<KitOutcome>,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KitOutcome {
    /// What was checked, as a sentence. Stable within a version of this crate.
    pub check: &'static str,
    /// What was wrong, if anything was.
    pub result: Result<(), String>,
}

impl KitReport {
    /// Every check's outcome, in the kit's order.
    pub fn outcomes(&self) -> &[KitOutcome] {
        &self.outcomes
    }

    /// Those that found something wrong.
    pub fn failures(&self) -> impl Iterator<Item = &KitOutcome> {
        self.outcomes.iter().filter(|outcome| outcome.result.is_err())
    }

    /// The last line of a test.
    ///
    /// # Panics
    ///
    /// With what was wrong, where something was.
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

/// Runs every check.
pub fn run<H: StoreHarness>(harness: &mut H) -> KitReport {
    let checks = [
        credentials::checks(),
        updates::checks(),
        ceremonies::checks(),
        concurrency::checks(),
        crashes::checks(),
    ];
    let run = |check: Check<H>| KitOutcome { check: check.name, result: (check.run)(harness) };
    KitReport { outcomes: checks.into_iter().flatten().map(run).collect() }
}

struct Check<H> {
    name: &'static str,
    run: fn(&mut H) -> Outcome,
}

/// The fault that was found, if one was.
type Outcome = Result<(), String>;

/// A list of checks: each a sentence, and a function of the harness.
macro_rules! checks {
    ($($name:literal => $check:ident,)+) => {
        pub(super) fn checks<H: super::StoreHarness>() -> Vec<super::Check<H>> {
            vec![$(super::Check { name: $name, run: $check },)+]
        }
    };
}
use checks;

/// What an operation answered; a store that fails has a fault.
fn answer<T, E: fmt::Display>(operation: &str, answer: Result<T, E>) -> Result<T, String> {
    answer.map_err(|error| format!("{operation} failed: {error}"))
}

fn expect<T: PartialEq + fmt::Debug>(what: &str, got: &T, expected: &T) -> Outcome {
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

#[cfg(test)]
mod tests;
