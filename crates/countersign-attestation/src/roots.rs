//! Trust anchors as data: the roots that vendors publish, for those who want them without the FIDO metadata.
//!
//! Having a root here is no reason to believe it. Whoever takes [`VENDOR_ROOTS`] as they are believes each vendor that
//! ever had a root; pick the vendors that the relying party wants.
//!
//! ```
//! use countersign_attestation::roots::{VENDOR_ROOTS, anchors};
//!
//! let apple = anchors(VENDOR_ROOTS.iter().filter(|root| root.vendor == "Apple"));
//! # assert!(format!("{apple:?}").contains("Apple"));
//! ```
//!
//! A root is for some formats, and [`anchors`] scopes it to them: Apple's root for passkeys is none for its App Attest.
//! Roots run out: ask [`expiring_within`] from time to time, such as when the program starts.

use core::time::Duration;

use countersign_types::{Timestamp, base64url};

use crate::{
    anchors::{
        TrustAnchor,
        scoped::{AnchorScope, ScopedAnchors},
    },
    certificate::{Certificate, error::CertificateError},
};

mod table;

pub use table::VENDOR_ROOTS;

/// A vendor's root certificate, and what is known of it.
///
/// Each one's SHA-256 is the same in two places or more, and its own signature verifies where it is not of SHA-1.
/// `docs/attestation/roots.md` names the places, and says which of them may have one from the other.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct VendorRoot {
    /// Whose it is.
    pub vendor: &'static str,
    /// What the vendor calls it.
    pub name: &'static str,
    /// What it vouches for.
    pub purposes: &'static [Purpose],
    /// SHA-256 of its DER, in lower-case hexadecimal.
    pub sha256: &'static str,
    /// The first second of its validity period.
    pub not_before: Timestamp,
    /// The last second of its validity period.
    pub not_after: Timestamp,
    /// Where it is published, if the address is known.
    pub source: Option<&'static str>,
    /// Whether it is still needed.
    pub standing: Standing,
    pem: &'static str,
}

/// What a root vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Attestation statements of the format with this identifier.
    Format(&'static str),
    /// The BLOB of the FIDO Metadata Service, and no attestation.
    Metadata,
}

/// Whether a root is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// New certificates lead to it.
    Current,
    /// The root with this SHA-256 has taken over; older certificates lead to this one.
    SupersededBy(&'static str),
    /// Nothing new is issued below it; it is here to judge what there is.
    Retired,
}

impl VendorRoot {
    /// The certificate.
    pub fn certificate(&self) -> Result<Certificate, CertificateError> {
        let base64: String = self.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let unpadded = base64.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let der = base64url::decode(&unpadded).map_err(|_| CertificateError::NotDer)?;
        Certificate::from_der(&der)
    }

    /// Whether it vouches for statements of this format.
    pub fn is_for_format(&self, format: &str) -> bool {
        self.formats().any(|own| own == format)
    }

    fn formats(&self) -> impl Iterator<Item = &'static str> {
        self.purposes.iter().filter_map(|purpose| match purpose {
            Purpose::Format(format) => Some(*format),
            Purpose::Metadata => None,
        })
    }
}

/// These roots as anchors, each for its own formats alone.
pub fn anchors(roots: impl IntoIterator<Item = &'static VendorRoot>) -> ScopedAnchors {
    let scoped = roots.into_iter().filter_map(|root| {
        let anchor = TrustAnchor::from_certificate(root.certificate().ok()?);
        Some((AnchorScope::any().with_formats(root.formats()), anchor))
    });
    scoped.fold(ScopedAnchors::default(), |anchors, (scope, anchor)| anchors.with_anchor(scope, anchor))
}

/// The roots that are valid at `now` and no longer so after `period`.
pub fn expiring_within(now: Timestamp, period: Duration) -> impl Iterator<Item = &'static VendorRoot> {
    let end = now.plus_seconds(i64::try_from(period.as_secs()).unwrap_or(i64::MAX));
    VENDOR_ROOTS
        .iter()
        .filter(move |root| (root.not_before..=root.not_after).contains(&now) && root.not_after < end)
}

#[cfg(test)]
mod tests;
