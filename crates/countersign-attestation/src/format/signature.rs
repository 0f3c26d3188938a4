//! Verifying a statement's signature, in the same way for all formats that sign authenticator data followed by the
//! hash of client data.

use countersign_cose::{Algorithm, KeyError, KeyFault, PreparedKey};
use countersign_types::AlgorithmIdentifier;

use crate::{AttestationError, Certificate, Statement, error::CertificateFault};

/// Verifies `signature` with the certificate's key by the algorithm that the statement names.
pub(super) fn verify_with_certificate(
    input: &Statement<'_>,
    certificate: &Certificate,
    identifier: AlgorithmIdentifier,
    signature: &[u8],
) -> Result<(), AttestationError> {
    let unsupported = AttestationError::AlgorithmUnsupported(identifier);
    let Some(algorithm) = Algorithm::from_identifier(identifier).filter(|known| is_sound(*known)) else {
        return Err(unsupported);
    };
    let prepared = certificate
        .public_key()
        .and_then(|key| input.verifiers.prepare(&key, algorithm.scheme()))
        .map_err(|error| match error {
            KeyError::UnsupportedScheme(_) => unsupported,
            KeyError::UnsupportedKeyType | KeyError::Malformed(KeyFault::SchemeMismatch(_)) => {
                AttestationError::AlgorithmUnfit(identifier)
            }
            error => CertificateFault::Key(error).into(),
        })?;
    verify(&*prepared, input, signature)
}

/// Verifies `signature` with the credential's key by the algorithm that the key names.
pub(super) fn verify_with_credential_key(
    input: &Statement<'_>,
    algorithm: Algorithm,
    signature: &[u8],
) -> Result<(), AttestationError> {
    if !is_sound(algorithm) {
        return Err(AttestationError::AlgorithmUnsupported(algorithm.identifier()));
    }
    let prepared = input
        .verifiers
        .prepare(input.credential_key, algorithm.scheme())
        .map_err(AttestationError::CredentialKey)?;
    verify(&*prepared, input, signature)
}

/// Whether the algorithm may sign such a statement. SHA-1 is for what TPMs sign alone, though a table of verifiers may
/// have it.
const fn is_sound(algorithm: Algorithm) -> bool {
    !matches!(algorithm, Algorithm::Rs1)
}

fn verify(key: &dyn PreparedKey, input: &Statement<'_>, signature: &[u8]) -> Result<(), AttestationError> {
    key.verify(&input.signed_data(), signature).map_err(|_| AttestationError::SignatureInvalid)
}
