//! A named fault, and how faults in one scenario are written.

use countersign_types::Code;

use crate::{
    attestation::draft::AttestationDraft,
    cbor::Cbor,
    change::Change,
    client::CeremonyError,
    scenario::{Exchange, Scenario},
};

/// A named fault: a response that differs from a valid one in one thing.
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

/// The ceremony that contains a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Ceremony {
    /// The registration.
    Registration,
    /// The authentication; the registration before it is valid.
    Authentication,
}

impl Fault {
    pub(super) const fn new(
        name: &'static str,
        rules: &'static [u16],
        codes: &'static [Code],
        scenario: Scenario,
        change: Change,
    ) -> Self {
        Self { name, rules, codes, scenario, change }
    }

    /// The unique name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The numbers of the broken rules in `docs/RULES.md`; empty if no rule covers the fault.
    pub fn rules(&self) -> &'static [u16] {
        self.rules
    }

    /// The right codes, mostly one. The first is the code of `countersign`.
    pub fn codes(&self) -> &'static [Code] {
        self.codes
    }

    /// The scenario, which succeeds without the fault.
    pub fn scenario(&self) -> Scenario {
        self.scenario
    }

    /// The change that makes the fault.
    pub fn change(&self) -> Change {
        self.change
    }

    /// The ceremony that contains the fault.
    pub fn ceremony(&self) -> Ceremony {
        if self.scenario.sign_in.is_some() { Ceremony::Authentication } else { Ceremony::Registration }
    }

    /// Runs the scenario with the fault.
    pub fn exchange(&self) -> Result<Exchange, CeremonyError> {
        match self.ceremony() {
            Ceremony::Registration => self.scenario.run(&[self.change], &[]),
            Ceremony::Authentication => self.scenario.run(&[], &[self.change]),
        }
    }
}

/// Makes the faults of one scenario.
#[derive(Clone, Copy)]
pub(super) struct Faults(Scenario);

impl Faults {
    pub(super) const fn of(scenario: Scenario) -> Self {
        Self(scenario)
    }

    /// A fault with any change.
    pub(super) const fn change(
        self,
        name: &'static str,
        rules: &'static [u16],
        codes: &'static [Code],
        change: Change,
    ) -> Fault {
        Fault::new(name, rules, codes, self.0, change)
    }

    /// A malformed attestation statement.
    pub(super) const fn statement(
        self,
        name: &'static str,
        rules: &'static [u16],
        change: fn(&mut Cbor),
    ) -> Fault {
        self.change(name, rules, &[Code::AttestationStatementMalformed], Change::Statement(change))
    }

    /// An attestation statement that is made from a changed draft.
    pub(super) const fn draft(
        self,
        name: &'static str,
        rules: &'static [u16],
        codes: &'static [Code],
        change: fn(&mut AttestationDraft),
    ) -> Fault {
        self.change(name, rules, codes, Change::Attestation(change))
    }
}
