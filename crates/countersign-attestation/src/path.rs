//! Certificate paths: from an attestation certificate to a trust anchor, after
//! [RFC 5280, section 6](https://www.rfc-editor.org/rfc/rfc5280#section-6).
//!
//! A path is built, not assumed: certificates in `x5c` may be out of order, superfluous or incomplete. Nothing that comes
//! with a response is ever an anchor.
//!
//! The contents of a trust anchor's certificate are applied, though RFC 5280 takes only name and key from an anchor: its
//! validity period, basic constraints, path length, key usage and critical extensions are what its owner intended, and
//! lists of anchors also contain attestation certificates, whose keys must not issue others. One exception: an anchor that
//! is self-issued, or of version 1 or 2, counts as a CA even if its basic constraints don't say so, because such roots are
//! in the FIDO metadata. An anchor's own signature is not checked. An attestation certificate that is itself the anchor
//! only needs to be valid now.

use countersign_cose::Verifiers;
use countersign_types::Timestamp;

use crate::{
    anchors::TrustAnchor,
    certificate::Certificate,
    revocation::{Revocation, check::Check},
};

pub(crate) mod error;
mod factory;
pub(crate) mod limits;
mod links;
pub(crate) mod profile;
mod recent;
pub(crate) mod rules;
pub(crate) mod search;
pub(crate) mod trusted;

pub use error::{PathError, UntrustedError};
pub use limits::PathLimits;
pub use links::VerifiedLinks;
use profile::Profile;
use search::Candidates;
pub use trusted::TrustedPath;

/// Looks for a path from the first certificate of `path` to one of `anchors`.
///
/// The other certificates of `path` may be in any order; the path may go through them. The checks are: names (byte by
/// byte), signatures, validity at `now`, basic constraints, path length, key usage and critical extensions. Understood
/// extensions are basic constraints, key usage, extended key usage, subject alternative name and certificate policies; no
/// particular purpose, name or policy is required. Name constraints are rejected, critical or not.
///
/// `revocation` must not revoke a certificate of the path, and must know as much about it as it requires; otherwise the
/// search goes on. If paths fail only because of revocation, the error is [`PathError::Revoked`], or
/// [`PathError::Untrusted`] if the lists say too little; if only because of time, [`PathError::Expired`]. The verdict does
/// not depend on the order of certificates or anchors. Every signature is verified; a source of anchors can have
/// [`VerifiedLinks`], which spare that.
pub fn validate_path(
    path: &[Certificate],
    anchors: &[TrustAnchor],
    revocation: &Revocation,
    now: Timestamp,
    verifiers: &Verifiers,
    limits: &PathLimits,
) -> Result<TrustedPath, PathError> {
    let candidates = Candidates { sent: path, intermediates: &[], anchors };
    search::run(candidates, Profile::Plain, Check::all(revocation), now, verifiers, None, *limits)
}

#[cfg(test)]
mod tests;
