//! The extension id-fido-gen-ce-aaguid:
//! [section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements).

use countersign_types::Aaguid;

use crate::{
    certificate::Certificate,
    der,
    error::{AttestationError, certificate::AttestationCertificateError},
    input::VerificationInput,
    oid::{self, Oid},
};

/// Checks that the AAGUID in the certificate, if any, is the authenticator's. Returns whether there is one.
pub(super) fn check_certified_aaguid(
    input: &VerificationInput<'_>,
    certificate: &Certificate,
) -> Result<bool, AttestationError> {
    let Some(certificate) = certified_aaguid(certificate)? else { return Ok(false) };
    let authenticator = input.aaguid()?;
    if certificate == authenticator {
        Ok(true)
    } else {
        Err(AttestationError::AaguidMismatch { certificate, authenticator })
    }
}

/// The AAGUID in the certificate, if any: an OCTET STRING of 16 bytes, inside the OCTET STRING of the extension's value.
fn certified_aaguid(certificate: &Certificate) -> Result<Option<Aaguid>, AttestationCertificateError> {
    const IDENTIFIER: Oid<'_> = oid::FIDO_AAGUID;
    let Some(extension) = certificate.extension(&IDENTIFIER) else { return Ok(None) };
    let bytes = der::only(extension.value, der::OCTET_STRING).ok().and_then(|bytes| bytes.try_into().ok());
    bytes
        .map(|bytes| Some(Aaguid::from_bytes(bytes)))
        .ok_or(AttestationCertificateError::Extension(IDENTIFIER))
}
