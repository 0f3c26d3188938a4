//! The root of a signer of BLOBs for tests.

use countersign::attestation::{Certificate, CertificateError, TrustAnchor};
use countersign_authenticator::BlobSigner;

/// The root of a signer, as an anchor.
pub(crate) fn anchor_of(signer: &BlobSigner) -> Result<TrustAnchor, CertificateError> {
    Certificate::from_der(&signer.root).map(TrustAnchor::from_certificate)
}
