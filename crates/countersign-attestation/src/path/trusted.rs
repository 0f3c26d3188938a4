//! The result of a search for a path.

use crate::{anchors::TrustAnchor, certificate::Certificate};

/// A certificate path to a trust anchor, completely checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedPath {
    pub(super) certificates: Vec<Certificate>,
    pub(super) anchor: TrustAnchor,
}

impl TrustedPath {
    /// The certificates, the attestation certificate first and the anchor last; only one if they are the same.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The anchor of the path.
    pub const fn anchor(&self) -> &TrustAnchor {
        &self.anchor
    }
}
