//! The conformance kit for stores: tests a store for the promises of [`countersign::store`](crate::store)
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).
//!
//! For the tests of a program that has a store: implement the traits for it, or for a small wrapper around it, say with
//! [`StoreHarness`] how an empty one is made, how it is opened again after a crash and which runtime its futures need, and
//! run the checks:
//!
//! ```
//! use countersign::{store::MemoryStore, store_kit::{StoreHarness, self}};
//!
//! struct OfTheProgram;
//!
//! impl StoreHarness for OfTheProgram {
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
//! store_kit::run(&mut OfTheProgram).assert_passed();
//! ```
//!
//! Each check begins with an empty store. Checks of what happens at once run threads against one store in rounds; what
//! they find is a defect; finding nothing is no proof.

pub(crate) mod application;
pub(crate) mod at_once;
pub(crate) mod ceremonies;
pub(crate) mod concurrency;
pub(crate) mod crashes;
pub(crate) mod credentials;
pub(crate) mod harness;
pub(crate) mod on_accounts;
pub(crate) mod rows;
pub(crate) mod samples;
pub(crate) mod single_use;
pub(crate) mod updates;
pub mod workload;

use crate::ceremony::single_use::unspent::SingleUse;
use crate::store::{application::ApplicationStore, ceremonies::CeremonyStore, credentials::CredentialStore};

use crate::store_kit::harness::Check;
use crate::store_kit::on_accounts::OnAccounts;

pub use harness::{InMemory, KitOutcome, KitReport, StoreHarness};

/// Runs every check of a [`CredentialStore`] and
/// [`CeremonyStore`].
pub fn run<H: StoreHarness<Store: CredentialStore + CeremonyStore>>(harness: &mut H) -> KitReport {
    report(
        harness,
        [
            credentials::checks(),
            updates::checks(),
            concurrency::checks(),
            crashes::checks(),
            ceremonies::checks(),
        ],
    )
}

/// Runs every check of an [`ApplicationStore`], those of credential records included.
///
/// ```
/// use countersign::{store::MemoryStore, store_kit::{self, InMemory}};
/// store_kit::run_application(&mut InMemory(MemoryStore::new)).assert_passed();
/// ```
pub fn run_application<H: StoreHarness<Store: ApplicationStore>>(harness: &mut H) -> KitReport {
    let records = [credentials::checks(), updates::checks(), concurrency::checks(), crashes::checks()];
    let mut outcomes = report(&mut OnAccounts(harness), records).outcomes;
    outcomes.extend(report(harness, application_checks()).outcomes);
    KitReport { outcomes }
}

fn application_checks<H: StoreHarness<Store: ApplicationStore>>() -> [Vec<Check<H>>; 12] {
    [
        application::accounts::checks(),
        application::credentials::checks(),
        application::sessions::checks(),
        application::confirmations::checks(),
        application::recovery::checks(),
        application::invitations::checks(),
        application::operators::checks(),
        application::finishes::checks(),
        application::audit::checks(),
        application::transactions::checks(),
        application::concurrency::checks(),
        application::crashes::checks(),
    ]
}

/// Runs every check of a [`SingleUse`] store.
///
/// ```
/// use countersign::{ceremony::OneProcessSingleUse, store_kit::{self, InMemory}};
/// store_kit::run_single_use(&mut InMemory(|| OneProcessSingleUse::new(1000))).assert_passed();
/// ```
pub fn run_single_use<H: StoreHarness<Store: SingleUse>>(harness: &mut H) -> KitReport {
    report(harness, [single_use::checks()])
}

fn report<H>(harness: &mut H, checks: impl IntoIterator<Item = Vec<Check<H>>>) -> KitReport {
    let run = |check: Check<H>| KitOutcome { check: check.name, result: (check.run)(harness) };
    KitReport { outcomes: checks.into_iter().flatten().map(run).collect() }
}

#[cfg(test)]
mod tests;
