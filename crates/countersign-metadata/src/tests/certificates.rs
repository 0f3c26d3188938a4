//! Certificates with known keys, and the signer of BLOBs.

use countersign_attestation::{Certificate, TrustAnchor};
use countersign_authenticator::{Algorithm, BlobSigner, CertificateDraft, PrivateKey};
use countersign_types::Timestamp;

/// 2026-01-01T00:00:00Z, within the validity period of the certificates.
pub(crate) const NOW: Timestamp = Timestamp::from_unix_seconds(countersign_authenticator::NOW);

/// The private key whose bytes are all `number`.
pub(crate) fn key(number: u8) -> PrivateKey {
    PrivateKey::from_bytes(Algorithm::Es256, &[number; 32]).unwrap()
}

/// A self-issued certificate of a CA with key `number`.
pub(crate) fn ca(name: &str, number: u8) -> CertificateDraft {
    CertificateDraft::ca(name, &key(number).spki())
}

/// A certificate for key `number`, to be issued by the CA with this name.
pub(crate) fn leaf(name: &str, number: u8, issuer: &str) -> CertificateDraft {
    CertificateDraft::new(name, &key(number).spki()).with_issuer(issuer)
}

/// The certificate, signed with key `number`.
pub(crate) fn signed(draft: &CertificateDraft, number: u8) -> Certificate {
    Certificate::from_der(&draft.sign(&key(number))).unwrap()
}

/// The certificate of a root with key `number`.
pub(crate) fn root(name: &str, number: u8) -> Certificate {
    signed(&ca(name, number), number)
}

pub(crate) fn anchor(der: &[u8]) -> TrustAnchor {
    TrustAnchor::from_certificate(Certificate::from_der(der).unwrap())
}

/// The certificates in the signer's header.
pub(crate) fn chain(signer: &BlobSigner) -> Vec<Certificate> {
    signer.x5c.iter().map(|der| Certificate::from_der(der).unwrap()).collect()
}
