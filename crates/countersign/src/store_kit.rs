//! The conformance kit for stores: tests a store for the promises of [`CredentialStore`](crate::record::store::CredentialStore) and [`CeremonyStore`](crate::record::store::CeremonyStore)
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).
//!
//! For the tests of a program that has a store: implement the traits for it, or for a small wrapper around it, say with
//! [`StoreHarness`] how an empty one is made and how it is opened again after a crash, and run it:
//!
//! ```
//! use countersign::{record::store::MemoryStore, store_kit::{StoreHarness, self}};
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
//!         store // memory can't do better
//!     }
//! }
//!
//! store_kit::run(&mut InMemory).assert_passed();
//! ```
//!
//! Each check begins with an empty store. Checks of what happens at once run threads against one store in rounds; what
//! they find is a defect; finding nothing is no proof. A store that only one process can open is tested in one.
//!
//! A store of used ceremonies, [`SingleUse`](crate::ceremony::SingleUse), has checks of its own: [`run_single_use`].

pub(crate) mod ceremonies;
pub(crate) mod concurrency;
pub(crate) mod crashes;
pub(crate) mod credentials;
pub(crate) mod harness;
pub(crate) mod samples;
pub(crate) mod single_use;
pub(crate) mod updates;

use harness::Check;
pub use harness::{KitOutcome, KitReport, StoreHarness};
pub use single_use::run_single_use;

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

#[cfg(test)]
mod tests;
