//! [Section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-attestation-formats): the outcome of a verification procedure.

use countersign_types::Aaguid;

use crate::{
    anchors::AnchorQuery, attestation_type::AttestationType, certificate::Certificate, details::Details,
    error::AttestationError, format::compound::configuration::CompoundConfiguration,
};

/// The outcome of a successful verification procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    format: String,
    conveyed: AttestationType,
    trust_path: Vec<Certificate>,
    details: Details,
    covers_authenticator_data: bool,
    aaguid_source: AaguidSource,
    compound: Option<Compound>,
}

impl Attestation {
    /// Creates an attestation without certificates: of type none or self.
    pub fn without_certificates(format: impl Into<String>, attestation_type: AttestationType) -> Self {
        Self::with_certificates(format, attestation_type, Vec::new())
    }

    /// Creates an attestation with a trust path: the attestation certificate first, then the others in the order of
    /// the statement.
    pub fn with_certificates(
        format: impl Into<String>,
        attestation_type: AttestationType,
        trust_path: Vec<Certificate>,
    ) -> Self {
        Self {
            format: format.into(),
            conveyed: attestation_type,
            trust_path,
            details: Details::None,
            covers_authenticator_data: attestation_type != AttestationType::None,
            aaguid_source: AaguidSource::Authenticator,
            compound: None,
        }
    }

    /// Creates a compound attestation.
    pub(crate) fn compound(format: &str, attestation_type: AttestationType, compound: Compound) -> Self {
        let covers = |part: &Part| part.result().is_ok_and(Self::covers_authenticator_data);
        Self {
            covers_authenticator_data: compound.parts.iter().any(covers),
            compound: Some(compound),
            ..Self::without_certificates(format, attestation_type)
        }
    }

    /// Notes that the format signs the credential's ID and key, but not the authenticator data as a whole.
    pub fn without_authenticator_data_coverage(self) -> Self {
        Self { covers_authenticator_data: false, ..self }
    }

    /// Sets the source of the AAGUID; by default [`AaguidSource::Authenticator`].
    pub fn with_aaguid_source(self, aaguid_source: AaguidSource) -> Self {
        Self { aaguid_source, ..self }
    }

    /// Sets what the format reports about the authenticator.
    pub fn with_details(self, details: Details) -> Self {
        Self { details, ..self }
    }

    /// The attestation statement format identifier.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The attestation type, as far as the statement reveals it.
    pub const fn attestation_type(&self) -> AttestationType {
        self.conveyed
    }

    /// Whether the signature covers the authenticator data as a whole, with AAGUID, flags and signature counter. If it
    /// does not, as in `fido-u2f`, these are claims even with a trust path.
    pub const fn covers_authenticator_data(&self) -> bool {
        self.covers_authenticator_data
    }

    /// The source of the AAGUID in the authenticator data.
    pub const fn aaguid_source(&self) -> AaguidSource {
        self.aaguid_source
    }

    /// The parts of a compound attestation with their results; empty for any other format.
    pub fn parts(&self) -> &[Part] {
        self.compound.as_ref().map_or(&[], |compound| &compound.parts)
    }

    pub(crate) const fn as_compound(&self) -> Option<&Compound> {
        self.compound.as_ref()
    }

    /// The attestation trust path, the attestation certificate first; empty for none and self attestation, and for a
    /// compound attestation, whose parts have their own paths.
    ///
    /// The certificates are as received and not yet trusted: see [`assess_trust`](Self::assess_trust).
    pub fn trust_path(&self) -> &[Certificate] {
        &self.trust_path
    }

    /// What the format reports about the authenticator. These are claims of the statement until a path to an anchor is
    /// found.
    pub const fn details(&self) -> &Details {
        &self.details
    }

    /// The query that finds this attestation's trust anchors; `aaguid` is that of the authenticator data.
    pub fn anchor_query(&self, aaguid: Aaguid) -> AnchorQuery<'_> {
        AnchorQuery {
            format: &self.format,
            attestation_type: self.conveyed,
            aaguid,
            signed_aaguid: self.covers_authenticator_data.then_some(aaguid),
            trust_path: &self.trust_path,
            details: &self.details,
        }
    }
}

/// The source of a signed AAGUID. It decides whether a trust path makes the AAGUID an attested one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AaguidSource {
    /// The authenticator wrote the AAGUID, and the attestation certificate names it or can belong to no other model.
    #[default]
    Authenticator,
    /// The authenticator wrote the AAGUID, and the attestation certificate of the format `packed` does not name it. The
    /// AAGUID is attested unless the trust anchor is known to be that of several models.
    NotCertified,
    /// Software wrote the AAGUID: `tpm`, `android-key` and `android-safetynet` attest keys or the state of a device to
    /// any caller, and the caller composes the authenticator data. The AAGUID is attested only if the trust anchor is
    /// known to be that of the model.
    Software,
}

/// A part of a compound attestation, with the result of its verification procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    pub(crate) format: String,
    pub(crate) result: Result<Attestation, AttestationError>,
}

impl Part {
    /// The part's `fmt`, as received.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The part's attestation, or why it does not verify. A part may fail if the quorum is met by the others.
    pub const fn result(&self) -> Result<&Attestation, &AttestationError> {
        self.result.as_ref()
    }
}

/// What a compound attestation has in place of a trust path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Compound {
    pub(crate) parts: Vec<Part>,
    pub(crate) configuration: CompoundConfiguration,
}
