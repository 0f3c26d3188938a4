//! Verification of statements' signatures, shared by the formats.

use countersign_cose::{Algorithm, KeyError, MalformedKeyError, PreparedKey, Verifiers};
use countersign_types::AlgorithmIdentifier;

use crate::{
    certificate::Certificate,
    error::{AttestationError, certificate::AttestationCertificateError},
    input::VerificationInput,
};

/// The decision on self attestations that are signed with RS1, which is with SHA-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum SelfSha1 {
    #[default]
    Reject,
    Accept,
}

/// Verifies `signature` over authenticator data followed by the hash of client data, with the certificate's key and
/// the statement's algorithm.
pub(super) fn verify_with_certificate(
    input: &VerificationInput<'_>,
    certificate: &Certificate,
    identifier: AlgorithmIdentifier,
    signature: &[u8],
) -> Result<(), AttestationError> {
    match Algorithm::from_identifier(identifier) {
        Some(algorithm) if is_sound(algorithm) => {
            verify_message(input.verifiers, certificate, algorithm, &input.signed_data(), signature)
        }
        _ => Err(AttestationError::AlgorithmUnsupported(identifier)),
    }
}

/// Verifies `signature` over `message` with the certificate's key.
pub(super) fn verify_message(
    verifiers: &Verifiers,
    certificate: &Certificate,
    algorithm: Algorithm,
    message: &[&[u8]],
    signature: &[u8],
) -> Result<(), AttestationError> {
    let identifier = algorithm.identifier();
    let prepared = certificate
        .public_key()
        .and_then(|key| verifiers.prepare(&key, algorithm.scheme()))
        .map_err(|error| match error {
            KeyError::VerifierMissing(scheme) => AttestationError::VerifierMissing(scheme),
            KeyError::UnsupportedKeyType | KeyError::Malformed(MalformedKeyError::SchemeMismatch(_)) => {
                AttestationError::AlgorithmUnfit(identifier)
            }
            error => AttestationCertificateError::Key(error).into(),
        })?;
    verify(&*prepared, message, signature)
}

/// Verifies `signature` over authenticator data followed by the hash of client data, with the credential's key
/// and the algorithm that the key names.
pub(super) fn verify_with_credential_key(
    input: &VerificationInput<'_>,
    algorithm: Algorithm,
    sha1: SelfSha1,
    signature: &[u8],
) -> Result<(), AttestationError> {
    if !is_sound(algorithm) && sha1 == SelfSha1::Reject {
        return Err(AttestationError::AlgorithmUnsupported(algorithm.identifier()));
    }
    if let Some(prepared) = input.prepared_credential_key {
        return verify(prepared, &input.signed_data(), signature);
    }
    let prepared = input
        .verifiers
        .prepare(input.credential_key, algorithm.scheme())
        .map_err(AttestationError::CredentialKey)?;
    verify(&*prepared, &input.signed_data(), signature)
}

/// Whether the algorithm may sign such a statement. RS1, with SHA-1, is only for TPMs, even if the table of verifiers has
/// it.
const fn is_sound(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::Rs1)
}

fn verify(key: &dyn PreparedKey, message: &[&[u8]], signature: &[u8]) -> Result<(), AttestationError> {
    key.verify(message, signature).map_err(|_| AttestationError::SignatureInvalid)
}
