//! Vendors' root certificates as data, for use without the FIDO metadata.
//!
//! A root in this table is not a recommendation to trust it. Using all of [`VENDOR_ROOTS`] trusts every vendor that ever
//! had a root; select the vendors that the relying party trusts.
//!
//! ```
//! use countersign_attestation::roots::{VENDOR_ROOTS, anchors};
//!
//! let apple = anchors(VENDOR_ROOTS.iter().filter(|root| root.vendor == "Apple"));
//! # assert!(format!("{apple:?}").contains("Apple"));
//! ```
//!
//! A root serves some formats only, and [`anchors`] limits its scope to them: Apple's root for passkeys does not serve App
//! Attest. Roots expire: call [`expiring_within`] regularly, for example when the program starts.

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

/// A vendor's root certificate and its description.
///
/// The SHA-256 of each root was compared with at least one further source, and its own signature verifies unless it uses
/// SHA-1. `docs/attestation/roots.md` names the sources, and which of them may depend on each other.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct VendorRoot {
    /// The vendor.
    pub vendor: &'static str,
    /// The vendor's name for the root.
    pub name: &'static str,
    /// The purposes of the root.
    pub purposes: &'static [Purpose],
    /// SHA-256 of its DER, in lower-case hexadecimal.
    pub sha256: &'static str,
    /// The first second of its validity period.
    pub not_before: Timestamp,
    /// The last second of its validity period.
    pub not_after: Timestamp,
    /// The address of publication, if known.
    pub source: Option<&'static str>,
    /// Whether the root is still needed.
    pub standing: Standing,
    pem: &'static str,
}

/// A purpose of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Purpose {
    /// Attestation statements of the format with this identifier.
    Format(&'static str),
    /// The BLOB of the FIDO Metadata Service, but no attestation.
    Metadata,
}

/// Whether a root is still needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Standing {
    /// New certificates lead to it.
    Current,
    /// The root with this SHA-256 replaces it; only older certificates lead to this root.
    SupersededBy(&'static str),
    /// No new certificates lead to it; it serves existing ones.
    Retired,
}

impl VendorRoot {
    /// Parses the certificate.
    pub fn certificate(&self) -> Result<Certificate, CertificateError> {
        let base64: String = self.pem.lines().filter(|line| !line.starts_with("-----")).collect();
        let unpadded = base64.trim_end_matches('=').replace('+', "-").replace('/', "_");
        let der = base64url::decode(&unpadded).map_err(|_| CertificateError::NotDer)?;
        Certificate::from_der(&der)
    }

    /// Whether the root serves statements of this format.
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

/// Converts roots to trust anchors, each limited to its own formats.
pub fn anchors(roots: impl IntoIterator<Item = &'static VendorRoot>) -> ScopedAnchors {
    let scoped = roots.into_iter().filter_map(|root| {
        let anchor = TrustAnchor::from_certificate(root.certificate().ok()?);
        Some((AnchorScope::any().with_formats(root.formats()), anchor))
    });
    scoped.fold(ScopedAnchors::default(), |anchors, (scope, anchor)| anchors.with_anchor(scope, anchor))
}

/// The roots that are valid at `now` and expire within `period`.
pub fn expiring_within(now: Timestamp, period: Duration) -> impl Iterator<Item = &'static VendorRoot> {
    let end = now.plus_seconds(i64::try_from(period.as_secs()).unwrap_or(i64::MAX));
    VENDOR_ROOTS
        .iter()
        .filter(move |root| (root.not_before..=root.not_after).contains(&now) && root.not_after < end)
}

#[cfg(test)]
mod tests;
