//! [Section 8.8](https://www.w3.org/TR/webauthn-3/#sctn-apple-anonymous-attestation): Apple anonymous attestation.

use countersign_cose::{KeyError, hash::sha256};

use crate::{
    attestation::Attestation,
    attestation_type::AttestationType,
    certificate::Certificate,
    der::{self, NotDer},
    error::{
        AttestationError, certificate::AttestationCertificateError, key_mismatch::KeyMismatchError,
        statement::StatementError,
    },
    format::table::{AttestationFormat, Formats},
    input::VerificationInput,
    oid,
    statement_map::StatementMap,
};

/// The tag of the extension's one member: `[1]`, explicit.
const NONCE_TAG: u8 = 0xa1;

/// The format `apple`: a certificate that Apple issues for one credential, with a nonce that is bound to the ceremony.
/// The statement has no signature.
#[derive(Debug, Clone, Copy, Default)]
pub struct AppleFormat;

impl AttestationFormat for AppleFormat {
    fn identifier(&self) -> &'static str {
        "apple"
    }

    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        let trust_path = StatementMap::read(input.statement)?.certificates()?;
        let certificate = trust_path.first().ok_or(StatementError::Empty("x5c"))?;
        check_nonce(input, certificate)?;
        check_key(input, certificate)?;
        Ok(Attestation::with_certificates(self.identifier(), AttestationType::AnonCa, trust_path))
    }
}

/// Steps 2 to 4, shared with App Attest: the certificate's nonce is the hash of the attested data.
pub(super) fn check_nonce(
    input: &VerificationInput<'_>,
    certificate: &Certificate,
) -> Result<(), AttestationError> {
    let extension = certificate
        .extension(&oid::APPLE_NONCE)
        .ok_or(AttestationCertificateError::ExtensionMissing(oid::APPLE_NONCE))?;
    let nonce =
        read_nonce(extension.value).map_err(|_| AttestationCertificateError::Extension(oid::APPLE_NONCE))?;
    if nonce == sha256(&input.signed_data()) {
        Ok(())
    } else {
        Err(AttestationError::BindingMismatch("nonce"))
    }
}

/// `SEQUENCE { [1] EXPLICIT OCTET STRING }`. The specification calls the nonce the value of the extension; this is the
/// form in Apple's certificates.
fn read_nonce(value: &[u8]) -> Result<[u8; 32], NotDer> {
    let member = der::only(der::only(value, der::SEQUENCE)?, NONCE_TAG)?;
    der::only(member, der::OCTET_STRING)?.try_into().map_err(|_| NotDer)
}

/// Step 5: the certificate is for the credential's key.
pub(super) fn check_key(
    input: &VerificationInput<'_>,
    certificate: &Certificate,
) -> Result<(), AttestationError> {
    match certificate.public_key() {
        Ok(key) if key.material() == input.credential_key.material() => Ok(()),
        // A key of an unknown kind can't be the credential's.
        Ok(_) | Err(KeyError::UnsupportedKeyType) => Err(KeyMismatchError::Key.into()),
        Err(error) => Err(AttestationCertificateError::Key(error).into()),
    }
}

#[cfg(test)]
mod tests;
