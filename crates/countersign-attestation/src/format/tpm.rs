//! [Section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation): TPM attestation.

use std::collections::BTreeSet;

use countersign_cose::{Algorithm, Hash, Scheme};

use crate::{
    AaguidSource, Attestation, AttestationError, AttestationFormat, AttestationType, Details, Statement,
    error::{PolicyFault, StatementFault},
    format::{aaguid, signature},
    statement_map::StatementMap,
};

mod certificate;
mod certify_info;
mod details;
mod fault;
mod hash;
mod public_area;
mod reader;

use certify_info::CertifyInfo;
pub use details::{NotTpmManufacturer, ObjectAttributes, TpmDetails, TpmManufacturer};
pub use fault::TpmFault;
use public_area::PublicArea;

/// The format `tpm`: a TPM certifies that it holds the credential's key. Details come as [`Details::Tpm`].
///
/// ```
/// # use countersign_attestation::{Formats, format::tpm::{KeyBinding, TpmFormat}};
/// # use std::sync::Arc;
/// let strict = TpmFormat::default().with_key_binding(KeyBinding::Required);
/// let formats = Formats::standard().with(Arc::new(strict));
/// ```
#[derive(Debug, Clone, Default)]
pub struct TpmFormat {
    key_binding: KeyBinding,
    refused_manufacturers: BTreeSet<TpmManufacturer>,
}

/// Whether a credential's key must have been made in the TPM and stay there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyBinding {
    /// It need not, as far as the specification goes; [`TpmDetails`] tells.
    #[default]
    Unassessed,
    /// It must: `fixedTPM` and `sensitiveDataOrigin` are set, or the code is `attestation-not-accepted`.
    Required,
}

impl TpmFormat {
    /// The same, but for what is asked of the credential's key.
    pub fn with_key_binding(mut self, key_binding: KeyBinding) -> Self {
        self.key_binding = key_binding;
        self
    }

    /// The same, but refusing TPMs of these manufacturers too, with the code `attestation-not-accepted`.
    pub fn refusing_manufacturers(
        mut self,
        manufacturers: impl IntoIterator<Item = TpmManufacturer>,
    ) -> Self {
        self.refused_manufacturers.extend(manufacturers);
        self
    }
}

impl AttestationFormat for TpmFormat {
    fn identifier(&self) -> &'static str {
        "tpm"
    }

    fn verify(&self, input: &Statement<'_>) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        if statement.text("ver")? != "2.0" {
            return Err(StatementFault::WrongType { member: "ver", expected: "2.0" }.into());
        }
        let identifier = statement.algorithm()?;
        let signature = statement.bytes("sig")?;
        let signed = statement.bytes("certInfo")?;
        let public_area = statement.bytes("pubArea")?;
        if statement.contains("ecdaaKeyId") {
            return Err(StatementFault::Removed("ecdaaKeyId").into());
        }
        let trust_path = statement.certificates()?;
        let leaf = trust_path.first().ok_or(StatementFault::Empty("x5c"))?;

        let public_area = PublicArea::read(public_area).map_err(StatementFault::Tpm)?;
        public_area.check_is(input.credential_key)?;

        let subject = certificate::check_requirements(leaf)?;
        aaguid::check_certified_aaguid(input, leaf)?;
        let algorithm = Algorithm::from_identifier(identifier)
            .ok_or(AttestationError::AlgorithmUnsupported(identifier))?;
        let hash = hash_of(algorithm).ok_or(AttestationError::AlgorithmUnfit(identifier))?;
        signature::verify_message(input.verifiers, leaf, algorithm, &[signed], signature)?;

        let certified = CertifyInfo::read(signed).map_err(StatementFault::Tpm)?;
        if certified.extra_data != hash.digest(&input.signed_data()) {
            return Err(AttestationError::BindingMismatch("extraData"));
        }
        if certified.name != public_area.name() {
            return Err(AttestationError::BindingMismatch("name"));
        }
        self.assess(subject.manufacturer, public_area.attributes())?;

        let details = TpmDetails {
            manufacturer: subject.manufacturer,
            model: subject.model.to_owned(),
            version: subject.version.to_owned(),
            firmware_version: certified.firmware_version,
            key_attributes: public_area.attributes(),
        };
        Ok(Attestation::with_certificates(self.identifier(), AttestationType::AttCa, trust_path)
            .with_aaguid_source(AaguidSource::Software)
            .with_details(Details::Tpm(details)))
    }
}

impl TpmFormat {
    fn assess(&self, manufacturer: TpmManufacturer, key: ObjectAttributes) -> Result<(), PolicyFault> {
        if self.refused_manufacturers.contains(&manufacturer) {
            return Err(PolicyFault::Manufacturer(manufacturer));
        }
        match self.key_binding {
            KeyBinding::Required if !(key.is_fixed_to_tpm() && key.originated_in_tpm()) => {
                Err(PolicyFault::KeyNotBound)
            }
            _ => Ok(()),
        }
    }
}

/// The hash function that the algorithm employs; `None` where it hashes nothing before it signs, as no TPM does.
const fn hash_of(algorithm: Algorithm) -> Option<Hash> {
    match algorithm.scheme() {
        Scheme::Ecdsa { hash, .. } | Scheme::RsaPkcs1 { hash } | Scheme::RsaPss { hash } => Some(hash),
        _ => None,
    }
}

#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
