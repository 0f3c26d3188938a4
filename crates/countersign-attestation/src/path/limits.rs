//! Limits on the search for a path.

use crate::limits::X5C_MAX;

/// The limits on the work of a search for a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathLimits {
    pub(super) certificates: usize,
    pub(super) signature_checks: usize,
}

impl PathLimits {
    /// The upper bound of [`with_certificates`](Self::with_certificates), because the search recurses once for each
    /// certificate of a path.
    pub const CERTIFICATES_MAX: usize = 32;

    /// The most signature checks in a search.
    pub const fn signature_checks(self) -> usize {
        self.signature_checks
    }

    /// Sets the most certificates in a path, attestation certificate and anchor included; at most
    /// [`CERTIFICATES_MAX`](Self::CERTIFICATES_MAX).
    pub const fn with_certificates(mut self, certificates: usize) -> Self {
        self.certificates =
            if certificates > Self::CERTIFICATES_MAX { Self::CERTIFICATES_MAX } else { certificates };
        self
    }

    /// Sets the most signature checks in a search.
    pub const fn with_signature_checks(mut self, signature_checks: usize) -> Self {
        self.signature_checks = signature_checks;
        self
    }
}

impl Default for PathLimits {
    /// One certificate more than `x5c` may have, for an anchor that isn't among them, and 64 signature checks.
    ///
    /// A path takes as many checks as it has links, one for each issuer with revocation lists, however many lists, and one
    /// more for each other certificate with the same name as an issuer. No metadata statement has as many anchors of one
    /// name. A factory chain of an Android device takes three more.
    fn default() -> Self {
        Self { certificates: X5C_MAX.saturating_add(1), signature_checks: 64 }
    }
}
