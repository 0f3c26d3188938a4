//! A fault or a profile, as far as one ceremony has to do with it.

use countersign::Code;
use countersign_authenticator::{Ceremony, Change, Fault, Profile, Scenario, Verdict};

use super::error::SimulateError;

/// What is unusual about a response.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quirk {
    pub(super) name: &'static str,
    pub(super) scenario: Scenario,
    /// The change of the response; a profile may only be about the authenticator.
    pub(super) change: Option<Change>,
    /// The code of countersign's rejection; `None` if it accepts the response by default.
    pub(super) code: Option<Code>,
}

impl Quirk {
    /// The fault, if it is one of this ceremony.
    pub(super) fn of_fault(fault: &'static Fault, ceremony: Ceremony) -> Result<Self, SimulateError> {
        if fault.ceremony() != ceremony {
            let other = name(fault.ceremony());
            return Err(SimulateError::FaultOfOtherCeremony(fault.name(), other));
        }
        let (name, scenario, change) = (fault.name(), fault.scenario(), Some(fault.change()));
        Ok(Self { name, scenario, change, code: fault.codes().first().copied() })
    }

    /// The profile in this ceremony.
    pub(super) fn of_profile(profile: &'static Profile, ceremony: Ceremony) -> Self {
        let code = match profile.verdict() {
            Verdict::Refused(code) => Some(code),
            _ => None,
        };
        let (name, scenario, change) = (profile.name(), profile.scenario(), profile.change(ceremony));
        Self { name, scenario, change, code }
    }

    /// What the response must have so that the change has an effect.
    pub(super) fn needs(&self) -> String {
        format!(
            "a challenge of 32 bytes, a credential of {} and attestation {}, if the options ask for them",
            self.scenario.algorithm.name(),
            self.scenario.format.name()
        )
    }
}

/// The name of a ceremony, for sentences.
pub(super) const fn name(ceremony: Ceremony) -> &'static str {
    match ceremony {
        Ceremony::Registration => "a registration",
        _ => "an authentication",
    }
}
