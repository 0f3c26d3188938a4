//! Certificate paths: from an attestation certificate to a trust anchor, after
//! [RFC 5280, section 6](https://www.rfc-editor.org/rfc/rfc5280#section-6).
//!
//! A path is built, not taken as it comes: certificates in `x5c` may be out of order, superfluous or incomplete.
//! Nothing that comes with a response is ever an anchor.
//!
//! What a trust anchor's certificate says of itself is applied, though RFC 5280 takes only name and key from an
//! anchor: its validity period, basic constraints, path length, key usage and critical extensions are what its owner
//! meant it for, and lists of anchors hold attestation certificates as well, whose keys must not issue others. One
//! exception: an anchor that is self-issued, or of version 1 or 2, is taken for a CA's even where its basic
//! constraints don't say so, for such roots are in the FIDO metadata. An anchor's own signature is not looked at.
//! An attestation certificate that is itself the anchor needs to be valid now, and nothing else.

use countersign_cose::Verifiers;
use countersign_types::Timestamp;

use crate::{Certificate, Revocation, TrustAnchor, format::X5C_MAX, revocation::Check};

mod error;
mod factory;
mod profile;
mod rules;
mod search;

pub use error::{Obstacle, PathError};
pub(crate) use profile::Profile;
pub(crate) use rules::verify_signature;

/// Looks for a path from the first certificate of `path` to one of `anchors`.
///
/// The other certificates of `path`, in any order, are what it may go through: those of `x5c`, and intermediates that
/// the caller knows. Checked are names (byte by byte), signatures, validity at `now`, basic constraints, path length,
/// key usage and critical extensions; extensions understood are basic constraints, key usage, extended key usage,
/// subject alternative name and certificate policies, of which no purpose, name or policy is demanded. Name
/// constraints are refused, critical or not.
///
/// Of a path in which all of that holds, `revocation` must not name a certificate, nor leave out what it demands; another
/// path may be taken then. Where paths fail because of revocation alone it is [`PathError::Revoked`], or
/// [`PathError::Untrusted`] if the lists say too little; because of time alone, [`PathError::Expired`]. The verdict does not depend on the
/// order of certificates or anchors.
pub fn validate_path(
    path: &[Certificate],
    anchors: &[TrustAnchor],
    revocation: &Revocation,
    now: Timestamp,
    verifiers: &Verifiers,
    limits: &PathLimits,
) -> Result<TrustedPath, PathError> {
    validate(path, anchors, Profile::Plain, Check::all(revocation), now, verifiers, limits)
}

pub(crate) fn validate(
    path: &[Certificate],
    anchors: &[TrustAnchor],
    profile: Profile,
    revocation: Check<'_>,
    now: Timestamp,
    verifiers: &Verifiers,
    limits: &PathLimits,
) -> Result<TrustedPath, PathError> {
    let (leaf, others) = path.split_first().ok_or(PathError::Untrusted(Obstacle::NoCertificate))?;
    if anchors.is_empty() {
        return Err(PathError::Untrusted(Obstacle::NoAnchor));
    }
    search::Search::new(others, anchors, profile, revocation, now, verifiers, *limits).run(leaf)
}

/// How much work a path may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PathLimits {
    certificates: usize,
    signature_checks: usize,
}

impl PathLimits {
    /// The most signature checks in a search.
    pub const fn signature_checks(self) -> usize {
        self.signature_checks
    }

    /// The most certificates of a path that [`with_certificates`](Self::with_certificates) takes: what the search
    /// may nest.
    pub const CERTIFICATES_MAX: usize = 32;

    /// At most this many certificates in a path, attestation certificate and anchor included;
    /// [`CERTIFICATES_MAX`](Self::CERTIFICATES_MAX) if it is more.
    pub const fn with_certificates(mut self, certificates: usize) -> Self {
        self.certificates =
            if certificates > Self::CERTIFICATES_MAX { Self::CERTIFICATES_MAX } else { certificates };
        self
    }

    /// At most this many signature checks in a search.
    pub const fn with_signature_checks(mut self, signature_checks: usize) -> Self {
        self.signature_checks = signature_checks;
        self
    }
}

impl Default for PathLimits {
    /// One more certificate than `x5c` may have, for an anchor that isn't among them, and 64 signature checks. A path
    /// takes as many checks as it has links, one for each of its issuers with revocation lists, however many lists, and
    /// one more for each other certificate with the same name as an issuer; no metadata statement has as many anchors of
    /// one name. A factory chain of an Android device takes three more.
    fn default() -> Self {
        Self { certificates: X5C_MAX.saturating_add(1), signature_checks: 64 }
    }
}

/// A path in which everything was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrustedPath {
    certificates: Vec<Certificate>,
    anchor: TrustAnchor,
}

impl TrustedPath {
    /// The certificates, the attestation certificate first and the anchor last; one where they are the same.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// The anchor that it leads to.
    pub const fn anchor(&self) -> &TrustAnchor {
        &self.anchor
    }
}

#[cfg(test)]
mod tests;
