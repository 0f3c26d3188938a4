//! Named faults: one thing wrong at a time, with what a relying party must say of it.

use countersign_types::Code;

use crate::{CeremonyError, Change, Exchange, Scenario};

mod android_key;
mod android_safetynet;
mod app_attest;
mod apple;
mod attestation_object;
mod authenticator_data;
mod certificates;
mod client_data;
mod compound;
mod demands;
mod envelope;
mod extensions;
mod fido_u2f;
mod keys;
mod packed;
mod tpm;

/// One thing that is wrong with a response.
///
/// ```
/// use countersign_authenticator::Fault;
/// let fault = Fault::named("origin-other-host").unwrap();
/// assert_eq!(fault.codes()[0].as_str(), "origin-mismatch");
/// let broken = fault.exchange()?;
/// let valid = fault.scenario().run(&[], &[])?;
/// assert_ne!(broken.registration, valid.registration);
/// # Ok::<(), countersign_authenticator::CeremonyError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    scenario: Scenario,
    change: Change,
}

/// Which ceremony a fault is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ceremony {
    /// The registration.
    Registration,
    /// The authentication; the registration before it is valid.
    Authentication,
}

impl Fault {
    const fn new(
        name: &'static str,
        rules: &'static [u16],
        codes: &'static [Code],
        scenario: Scenario,
        change: Change,
    ) -> Self {
        Self { name, rules, codes, scenario, change }
    }

    /// Every fault.
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [
            envelope::FAULTS,
            client_data::FAULTS,
            authenticator_data::FAULTS,
            keys::FAULTS,
            attestation_object::FAULTS,
            packed::FAULTS,
            tpm::FAULTS,
            android_key::FAULTS,
            android_safetynet::FAULTS,
            fido_u2f::FAULTS,
            apple::FAULTS,
            app_attest::FAULTS,
            compound::FAULTS,
            certificates::FAULTS,
            extensions::FAULTS,
            demands::FAULTS,
        ]
        .into_iter()
        .flatten()
    }

    /// The fault of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().find(|fault| fault.name == name)
    }

    /// Its name, which no other has.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The numbers of the rules that it breaks, in the table of `docs/RULES.md`; none where the table is silent.
    pub fn rules(&self) -> &'static [u16] {
        self.rules
    }

    /// The codes that are right, mostly one; the first is the one that `countersign` gives.
    pub fn codes(&self) -> &'static [Code] {
        self.codes
    }

    /// The ceremonies, which succeed without it.
    pub fn scenario(&self) -> Scenario {
        self.scenario
    }

    /// What it changes.
    pub fn change(&self) -> Change {
        self.change
    }

    /// The ceremony that it is in.
    pub fn ceremony(&self) -> Ceremony {
        if self.scenario.sign_in.is_some() { Ceremony::Authentication } else { Ceremony::Registration }
    }

    /// The ceremonies with it.
    pub fn exchange(&self) -> Result<Exchange, CeremonyError> {
        match self.ceremony() {
            Ceremony::Registration => self.scenario.run(&[self.change], &[]),
            Ceremony::Authentication => self.scenario.run(&[], &[self.change]),
        }
    }
}
