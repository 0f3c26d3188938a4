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

use countersign_types::Timestamp;

use crate::anchors::{
    TrustAnchor,
    scoped::{AnchorScope, ScopedAnchors},
};

mod table;
mod vendor_root;

pub use table::VENDOR_ROOTS;
pub use vendor_root::{Purpose, Standing, VendorRoot};

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
