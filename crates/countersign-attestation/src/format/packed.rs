//! [Section 8.2](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation): packed attestation.

use countersign_cose::Algorithm;
use countersign_types::AlgorithmIdentifier;

use crate::{
    attestation::{AaguidSource, Attestation},
    attestation_type::AttestationType,
    certificate::{Certificate, name::SubjectAttribute},
    details::Details,
    error::{
        AttestationError, certificate::AttestationCertificateError, key_mismatch::KeyMismatchError,
        statement::StatementError,
    },
    format::{
        aaguid,
        fido::{self, FidoDetails},
        signature::{self, SelfSha1},
        table::{AttestationFormat, Formats},
    },
    input::VerificationInput,
    oid,
    statement_map::StatementMap,
};

/// The format `packed`, with certificates or as self attestation.
#[derive(Debug, Clone, Copy, Default)]
pub struct PackedFormat {
    self_sha1: SelfSha1,
}

impl PackedFormat {
    /// Accepts self attestations that are signed with RS1. FIDO's conformance tests demand it of a relying party that offers RS1
    /// to credentials.
    ///
    /// Collisions of SHA-1 can be computed, so that such a signature may be one of other data too.
    pub fn with_dangerous_sha1_self_attestation(self) -> Self {
        Self { self_sha1: SelfSha1::Accept }
    }
}

impl AttestationFormat for PackedFormat {
    fn identifier(&self) -> &'static str {
        "packed"
    }

    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let algorithm = statement.algorithm()?;
        let signature = statement.bytes("sig")?;
        if statement.contains("ecdaaKeyId") {
            return Err(StatementError::Removed("ecdaaKeyId").into());
        }
        if statement.contains("x5c") {
            let trust_path = statement.certificates()?;
            let names_model = verify_certified(input, algorithm, signature, &trust_path)?;
            // The statement does not reveal whether the certificate is for a batch or for this authenticator only.
            let attestation_type = AttestationType::Uncertain;
            let details = trust_path.first().map(FidoDetails::read).unwrap_or_default();
            let source = if names_model { AaguidSource::Authenticator } else { AaguidSource::NotCertified };
            Ok(Attestation::with_certificates(self.identifier(), attestation_type, trust_path)
                .with_aaguid_source(source)
                .with_details(Details::Fido(details)))
        } else {
            verify_self(input, algorithm, self.self_sha1, signature)?;
            Ok(Attestation::without_certificates(self.identifier(), AttestationType::SelfAttestation))
        }
    }
}

/// The procedure's second step, with `x5c`. Returns whether the certificate names the model.
fn verify_certified(
    input: &VerificationInput<'_>,
    algorithm: AlgorithmIdentifier,
    signature: &[u8],
    trust_path: &[Certificate],
) -> Result<bool, AttestationError> {
    let leaf = trust_path.first().ok_or(StatementError::Empty("x5c"))?;
    signature::verify_with_certificate(input, leaf, algorithm, signature)?;
    check_requirements(leaf)?;
    aaguid::check_certified_aaguid(input, leaf)
}

/// The procedure's third step: self attestation.
fn verify_self(
    input: &VerificationInput<'_>,
    algorithm: AlgorithmIdentifier,
    sha1: SelfSha1,
    signature: &[u8],
) -> Result<(), AttestationError> {
    let credential = input.credential_key.algorithm();
    match credential {
        Some(known) if known.identifier() == algorithm => {
            signature::verify_with_credential_key(input, known, sha1, signature)
        }
        _ => {
            let credential = credential.map(Algorithm::identifier);
            Err(KeyMismatchError::Algorithm { statement: algorithm, credential }.into())
        }
    }
}

/// [Section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements) and
/// [section 8.2.2](https://www.w3.org/TR/webauthn-3/#sctn-enterprise-packed-attestation-cert-requirements).
fn check_requirements(certificate: &Certificate) -> Result<(), AttestationCertificateError> {
    if certificate.version() != 3 {
        return Err(AttestationCertificateError::Version(certificate.version()));
    }
    check_subject(certificate)?;
    match certificate.basic_constraints() {
        None => return Err(AttestationCertificateError::BasicConstraintsMissing),
        Some(constraints) if constraints.ca => return Err(AttestationCertificateError::IsCa),
        Some(_) => {}
    }
    for identifier in [oid::FIDO_AAGUID, oid::FIDO_FIRMWARE_VERSION, oid::FIDO_SERIAL_NUMBER] {
        if certificate.extension(&identifier).is_some_and(|extension| extension.critical) {
            return Err(AttestationCertificateError::Critical(identifier));
        }
    }
    if let Some(version) = certificate.extension(&oid::FIDO_FIRMWARE_VERSION) {
        fido::read_firmware_version(version.value)
            .ok_or(AttestationCertificateError::Extension(oid::FIDO_FIRMWARE_VERSION))?;
    }
    if let Some(serial_number) = certificate.extension(&oid::FIDO_SERIAL_NUMBER) {
        fido::read_serial_number(serial_number.value)
            .ok_or(AttestationCertificateError::Extension(oid::FIDO_SERIAL_NUMBER))?;
    }
    Ok(())
}

fn check_subject(certificate: &Certificate) -> Result<(), AttestationCertificateError> {
    use SubjectAttribute::{CommonName, Country, Organization, OrganizationalUnit};
    let subject = certificate.subject();
    let is_country = |text: &str| matches!(text.as_bytes(), [b'A'..=b'Z', b'A'..=b'Z']);
    let country = subject.only_value(Country).and_then(|value| value.text());
    if !country.is_some_and(is_country) {
        return Err(AttestationCertificateError::Subject(Country));
    }
    if subject.only_value(Organization).is_none_or(|value| value.as_bytes().is_empty()) {
        return Err(AttestationCertificateError::Subject(Organization));
    }
    let unit = subject.only_value(OrganizationalUnit).and_then(|value| value.text());
    if unit != Some("Authenticator Attestation") {
        return Err(AttestationCertificateError::Subject(OrganizationalUnit));
    }
    if subject.values(CommonName).next().is_none() {
        return Err(AttestationCertificateError::Subject(CommonName));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
