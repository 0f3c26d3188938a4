//! [Section 8.3](https://www.w3.org/TR/webauthn-3/#sctn-tpm-attestation): TPM attestation.

use countersign_cose::{Algorithm, Hash, Scheme};

use crate::{
    attestation::{AaguidSource, Attestation},
    attestation_type::AttestationType,
    details::Details,
    error::{AttestationError, statement::StatementError},
    format::{
        aaguid, signature,
        table::{AttestationFormat, Formats},
    },
    input::VerificationInput,
    statement_map::StatementMap,
};

mod certificate;
mod certify_info;
pub(crate) mod details;
pub(crate) mod error;
mod hash;
mod public_area;
mod reader;

use certify_info::CertifyInfo;
pub use details::{ObjectAttributes, TpmDetails, TpmManufacturer, TpmManufacturerError};
pub use error::TpmError;
use public_area::PublicArea;

/// The format `tpm`: a TPM certifies that it holds the credential's key. Details come as [`Details::Tpm`].
///
/// Whether the key originated in the TPM and stays there is reported in [`TpmDetails::key_attributes`].
#[derive(Debug, Clone, Copy, Default)]
pub struct TpmFormat;

impl AttestationFormat for TpmFormat {
    fn identifier(&self) -> &'static str {
        "tpm"
    }

    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        if statement.text("ver")? != "2.0" {
            return Err(StatementError::WrongType { member: "ver", expected: "2.0" }.into());
        }
        let identifier = statement.algorithm()?;
        let signature = statement.bytes("sig")?;
        let signed = statement.bytes("certInfo")?;
        let public_area = statement.bytes("pubArea")?;
        if statement.contains("ecdaaKeyId") {
            return Err(StatementError::Removed("ecdaaKeyId").into());
        }
        let trust_path = statement.certificates()?;
        let leaf = trust_path.first().ok_or(StatementError::Empty("x5c"))?;

        let public_area = PublicArea::read(public_area).map_err(StatementError::Tpm)?;
        public_area.check_is(input.credential_key)?;

        let subject = certificate::check_requirements(leaf)?;
        aaguid::check_certified_aaguid(input, leaf)?;
        let algorithm = Algorithm::from_identifier(identifier)
            .ok_or(AttestationError::AlgorithmUnsupported(identifier))?;
        let hash = hash_of(algorithm).ok_or(AttestationError::AlgorithmUnfit(identifier))?;
        signature::verify_message(input.verifiers, leaf, algorithm, &[signed], signature)?;

        let certified = CertifyInfo::read(signed).map_err(StatementError::Tpm)?;
        if certified.extra_data != hash.digest(&input.signed_data()) {
            return Err(AttestationError::BindingMismatch("extraData"));
        }
        if certified.name != public_area.name() {
            return Err(AttestationError::BindingMismatch("name"));
        }

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

/// The hash function of the algorithm; `None` if it does not hash before it signs, which no TPM supports.
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
