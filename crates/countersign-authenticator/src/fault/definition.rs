//! A named fault, and how faults in one scenario are written.

use countersign_types::Code;

use crate::{
    attestation::draft::AttestationDraft,
    cbor::Cbor,
    change::Change,
    client::CeremonyError,
    scenario::{Exchange, Scenario},
};

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
    pub(super) const fn new(
        name: &'static str,
        rules: &'static [u16],
        codes: &'static [Code],
        scenario: Scenario,
        change: Change,
    ) -> Self {
        Self { name, rules, codes, scenario, change }
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
