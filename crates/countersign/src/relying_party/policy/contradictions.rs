//! Requirements that can't all be met, found before the first ceremony fails on them.

use countersign_attestation::Formats;
use countersign_cose::Verifiers;
use countersign_types::enumerations::{
    AttestationConveyance, AuthenticatorAttachment, ResidentKeyRequirement, UserVerificationRequirement,
};

use crate::relying_party::policy::limits::{CREDENTIAL_ID_BYTES_MAX, TIMEOUT_SECONDS_MAX};
use crate::relying_party::policy::{Policy, attestation::AttestationPolicy, choices::CrossOrigin};
use crate::relying_party::{configuration_error::ConfigurationError as Error, origin::is_web_origin};

/// The format that signs no AAGUID, so that its authenticators are on no list of models.
const WITHOUT_AAGUID: &str = "fido-u2f";

/// The format that is checked by the formats of its parts.
const COMPOUND: &str = "compound";

impl Policy {
    /// Checks that no two requirements of the policy conflict.
    pub(crate) fn without_contradiction(&self) -> Result<(), Error> {
        self.known_keywords()?;
        if let CrossOrigin::Accept { top_origins } = &self.cross_origin
            && let Some(bad) = top_origins.listed().into_iter().flatten().find(|it| !is_web_origin(it))
        {
            return Err(Error::Origin(bad.clone()));
        }
        if self.algorithms.is_empty() {
            return Err(Error::NoAlgorithm);
        }
        if let Some(lost) = self.algorithms.iter().find(|it| !self.stored_algorithms.accepts(**it)) {
            return Err(Error::OfferedAlgorithmNotAccepted(*lost));
        }
        if !(1..=CREDENTIAL_ID_BYTES_MAX).contains(&self.credential_id_bytes) {
            return Err(Error::CredentialIdBytes(self.credential_id_bytes));
        }
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&self.timeout_seconds) {
            return Err(Error::Timeout(self.timeout_seconds));
        }
        self.extensions.without_contradiction(&self.user_verification).map_err(Error::Extensions)?;
        match &self.attestation_policy {
            Some(_) if self.attestation_conveyance == AttestationConveyance::None => {
                Err(Error::TrustWithoutAttestation)
            }
            Some(demands) => demands.without_contradiction(),
            None => Ok(()),
        }
    }

    /// Checks that every offered algorithm has a verifier and every listed format is supported.
    pub(crate) fn is_supported(&self, verifiers: &Verifiers, formats: &Formats) -> Result<(), Error> {
        if let Some(lost) = self.algorithms.iter().find(|it| !verifiers.supports(it.scheme())) {
            return Err(Error::AlgorithmUnsupported(*lost));
        }
        let demanded = self.attestation_policy.iter().flat_map(|demands| demands.formats.iter().flatten());
        match demanded.into_iter().find(|format| !formats.identifiers().any(|known| known == *format)) {
            Some(unknown) => Err(Error::FormatUnsupported(unknown.clone())),
            None => Ok(()),
        }
    }

    /// Clients ignore unknown keywords, so that a mistyped requirement would be none.
    fn known_keywords(&self) -> Result<(), Error> {
        let unknown = |member, value: &str| Err(Error::UnknownKeyword { member, value: value.to_owned() });
        if let UserVerificationRequirement::Unknown(value) = &self.user_verification {
            return unknown("user verification", value);
        }
        if let ResidentKeyRequirement::Unknown(value) = &self.resident_key {
            return unknown("resident key", value);
        }
        if let Some(AuthenticatorAttachment::Unknown(value)) = &self.attachment {
            return unknown("attachment", value);
        }
        if let AttestationConveyance::Unknown(value) = &self.attestation_conveyance {
            return unknown("attestation conveyance", value);
        }
        Ok(())
    }
}

impl AttestationPolicy {
    fn without_contradiction(&self) -> Result<(), Error> {
        let accepted = self.accepted_models.as_ref();
        if accepted.is_some_and(std::collections::BTreeSet::is_empty) {
            return Err(Error::NoModel);
        }
        if let Some(both) = accepted.iter().flat_map(|it| it.intersection(&self.rejected_models)).next() {
            return Err(Error::ModelAcceptedAndRejected(*both));
        }
        if accepted.into_iter().flatten().chain(&self.rejected_models).any(countersign_types::Aaguid::is_zero)
        {
            return Err(Error::ZeroAaguidListed);
        }
        let Some(formats) = &self.formats else { return Ok(()) };
        if formats.is_empty() {
            return Err(Error::NoFormat);
        }
        if formats.contains("none") {
            return Err(Error::FormatNoneListed);
        }
        if formats.contains(COMPOUND) {
            return Err(Error::FormatCompoundListed);
        }
        let has_list = accepted.is_some() || !self.rejected_models.is_empty();
        if has_list && formats.iter().all(|format| format == WITHOUT_AAGUID) {
            return Err(Error::ModelsOfFormatWithoutAaguid);
        }
        Ok(())
    }
}
