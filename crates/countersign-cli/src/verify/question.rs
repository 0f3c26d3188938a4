//! Everything that a verdict depends on.

use super::ceremony::{Asked, Ceremony};
use super::error::VerifyError;
use super::judgement::Judgement;
use super::party::{Party, SupportedFormats, Trust, verifiers};
use super::requirements::Requirements;

/// Everything that a verdict depends on: the ceremony, and the relying party before the options are taken into account.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) rp_id: String,
    /// The accepted origins; `None` for those of the RP ID itself.
    pub(crate) origins: Option<Vec<String>>,
    pub(crate) requirements: Requirements,
    pub(crate) trust: Trust,
    pub(crate) formats: SupportedFormats,
    pub(crate) ceremony: Ceremony,
}

impl Question {
    /// The relying party, with the policy for the options of the ceremony.
    pub(crate) fn party(&self) -> Result<Party, VerifyError> {
        let policy = match &self.ceremony.asked {
            Asked::Registration(asked) => {
                let is_attested = self.requirements.policy().attestation_policy().is_some();
                if is_attested && matches!(self.trust, Trust::Nothing) {
                    return Err(VerifyError::AnchorsMissing);
                }
                self.requirements.of_registration(&asked.options, &verifiers())?
            }
            Asked::Authentication(asked) => {
                self.requirements.of_authentication(&asked.options, &asked.account)
            }
        };
        Ok(Party {
            rp_id: self.rp_id.clone(),
            origins: self.origins.clone(),
            policy,
            trust: self.trust.clone(),
            formats: self.formats,
        })
    }

    /// The verdict.
    pub(crate) fn judge(&self) -> Result<Judgement, VerifyError> {
        self.ceremony.judge(&self.party()?)
    }
}
