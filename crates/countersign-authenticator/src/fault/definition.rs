//! A named fault, and how faults in one scenario are written.

use countersign_types::Code;

use crate::{
    attestation::draft::AttestationDraft,
    cbor::Cbor,
    certificate::draft::CertificateDraft,
    change::Change,
    client::CeremonyError,
    members::Members,
    private_key::PrivateKey,
    response::{AuthenticatorDataDraft, Envelope},
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

/// Makes the faults of one scenario that have the same right codes.
#[derive(Clone, Copy)]
pub(super) struct Faults {
    scenario: Scenario,
    codes: &'static [Code],
}

impl Faults {
    pub(super) const fn of(scenario: Scenario, codes: &'static [Code]) -> Self {
        Self { scenario, codes }
    }

    /// Replaces the right codes.
    pub(super) const fn codes(self, codes: &'static [Code]) -> Self {
        Self { codes, ..self }
    }
}

/// A function for each variant of [`Change`] with its name, its broken rules and the change.
macro_rules! faults_by {
    ($($name:ident: $variant:ident($change:ty);)*) => {
        impl Faults {
            $(pub(super) const fn $name(
                self,
                name: &'static str,
                rules: &'static [u16],
                change: $change,
            ) -> Fault {
                let Self { scenario, codes } = self;
                Fault { name, rules, codes, scenario, change: Change::$variant(change) }
            })*
        }
    };
}

faults_by! {
    client_data: ClientData(fn(&mut Members));
    client_data_bytes: ClientDataBytes(fn(&mut Vec<u8>));
    key: CredentialKey(fn(&mut Cbor));
    data: AuthenticatorData(fn(&mut AuthenticatorDataDraft));
    data_bytes: AuthenticatorDataBytes(fn(&mut Vec<u8>));
    draft: Attestation(fn(&mut AttestationDraft));
    leaf: AttestationCertificate(fn(&mut CertificateDraft));
    intermediate: IntermediateCertificate(fn(&mut CertificateDraft));
    statement: Statement(fn(&mut Cbor));
    object: AttestationObject(fn(&mut Cbor));
    object_bytes: AttestationObjectBytes(fn(&mut Vec<u8>));
    signing: Signing(fn(&PrivateKey, &[u8]) -> Vec<u8>);
    signature: Signature(fn(&mut Vec<u8>));
    envelope: Envelope(fn(&mut Envelope));
    text: Text(fn(&mut String));
}
