//! [Section 8.6](https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation): FIDO U2F attestation.

use countersign_cose::{Algorithm, Curve, EcPoint, KeyError, KeyMaterial};
use countersign_types::AlgorithmIdentifier;

use crate::{
    attestation::Attestation,
    attestation_type::AttestationType,
    certificate::Certificate,
    details::Details,
    error::{AttestationError, certificate::AttestationCertificateError, key_mismatch::KeyMismatchError},
    format::{
        fido::FidoDetails,
        signature,
        table::{AttestationFormat, Formats},
    },
    input::VerificationInput,
    statement_map::StatementMap,
};

/// The only algorithm that U2F has.
const ALGORITHM: Algorithm = Algorithm::Es256;

/// The format `fido-u2f` of authenticators of U2F, the protocol before FIDO2. Details come as [`Details::Fido`].
///
/// The authenticator signs the RP ID hash, the client data's hash, the credential ID and its key. The client adds flags,
/// signature counter, AAGUID and extensions, which are not signed: see
/// [`Attestation::covers_authenticator_data`].
#[derive(Debug, Clone, Copy, Default)]
pub struct FidoU2fFormat;

impl AttestationFormat for FidoU2fFormat {
    fn identifier(&self) -> &'static str {
        "fido-u2f"
    }

    fn verify(&self, input: &VerificationInput<'_>, _: &Formats) -> Result<Attestation, AttestationError> {
        let statement = StatementMap::read(input.statement)?;
        let signature = statement.bytes("sig")?;
        // Step 2.
        let trust_path = statement.certificates_exactly(1)?;
        let certificate = trust_path.first().ok_or(AttestationError::SignatureInvalid)?;
        p256_key(certificate)?;
        // Step 3.
        let attested = input
            .authenticator_data
            .attested_credential_data
            .ok_or(AttestationError::AttestedCredentialDataMissing)?;
        // Steps 4 to 6.
        let public_key = raw_credential_key(input)?;
        let message = [
            &[0][..],
            input.authenticator_data.rp_id_hash,
            input.client_data_hash,
            attested.credential_id,
            public_key,
        ];
        signature::verify_message(input.verifiers, certificate, ALGORITHM, &message, signature)?;
        // Steps 7 and 8: the statement does not reveal whether the certificate is for a batch or for this authenticator.
        let details = Details::Fido(FidoDetails::read(certificate));
        let attestation =
            Attestation::with_certificates(self.identifier(), AttestationType::Uncertain, trust_path);
        Ok(attestation.with_details(details).without_authenticator_data_coverage())
    }
}

/// The point of the certificate's key, which must be on P-256, in the uncompressed form of
/// [SEC 1, section 2.3.3](https://www.secg.org/sec1-v2.pdf).
pub(super) fn p256_key(certificate: &Certificate) -> Result<Vec<u8>, AttestationCertificateError> {
    let key = certificate.public_key().map_err(|error| match error {
        KeyError::UnsupportedKeyType => AttestationCertificateError::KeyNotP256,
        error => AttestationCertificateError::Key(error),
    })?;
    Ok(p256_point(key.material()).ok_or(AttestationCertificateError::KeyNotP256)?.as_uncompressed().to_vec())
}

/// Step 4: the credential's key as `ALG_KEY_ECC_X962_RAW`. The type of the key ensures coordinates of 32 bytes.
fn raw_credential_key<'a>(input: &VerificationInput<'a>) -> Result<&'a [u8], KeyMismatchError> {
    let credential = input.credential_key.algorithm().map(Algorithm::identifier);
    let statement: AlgorithmIdentifier = ALGORITHM.identifier();
    let mismatch = KeyMismatchError::Algorithm { statement, credential };
    if credential != Some(statement) {
        return Err(mismatch);
    }
    Ok(p256_point(input.credential_key.material()).ok_or(mismatch)?.as_uncompressed())
}

fn p256_point(key: &KeyMaterial) -> Option<&EcPoint> {
    match key {
        KeyMaterial::Ec { curve: Curve::P256, point } => Some(point),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
