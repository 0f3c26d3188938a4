//! Attestation of [Web Authentication](https://www.w3.org/TR/webauthn-3/#sctn-attestation): the verification
//! procedures of the statement formats, and certificate paths to trust anchors that the caller gives.
//!
//! | what | here |
//! | --- | --- |
//! | 6.5.4: the inputs and the outcome of a verification procedure | [`VerificationInput`], [`Attestation`] |
//! | 8.2: packed | [`format::packed`] |
//! | 8.3: TPM | [`format::tpm`] |
//! | 8.4: Android key | [`format::android_key`] |
//! | 8.5: Android `SafetyNet` | [`format::android_safetynet`] |
//! | 8.6: FIDO U2F | [`format::fido_u2f`] |
//! | 8.7: none | [`format::none`] |
//! | 8.8: Apple anonymous | [`format::apple`] |
//! | 8.9: compound | [`format::compound`] |
//! | Apple's App Attest | [`format::apple_appattest`] |
//! | the table of formats, open for more | [`Formats`], [`AttestationFormat`] |
//! | X.509 certificates | [`Certificate`] |
//! | trust anchors | [`TrustAnchor`], [`TrustAnchors`], [`AnchorList`], [`ScopedAnchors`] |
//! | certificate paths | [`validate_path`] |
//! | revoked certificates | [`Revocation`], [`CertificateRevocationList`], [`AttestationStatusList`] |
//! | who vouches for an attestation | [`Attestation::assess_trust`], [`Trust`] |
//! | which models are accepted | [`ModelPolicy`], [`ModelList`] |
//!
//! The feature `vendor-roots` adds the module `roots`: root certificates that vendors publish.
//!
//! ```
//! # use countersign_attestation::{AnchorList, Certificate, TrustAnchor};
//! # fn anchors(files: &[Vec<u8>]) -> Result<AnchorList, Box<dyn core::error::Error>> {
//! let mut anchors = Vec::new();
//! for der in files {
//!     anchors.push(TrustAnchor::from_certificate(Certificate::from_der(der)?));
//! }
//! Ok(AnchorList::new(anchors))
//! # }
//! # anchors(&[]).unwrap();
//! ```
//!
//! The crate knows nothing of relying-party policy. A statement that verifies says what the authenticator
//! claims; only a path to an anchor says who vouches for it.

#![cfg_attr(
    not(test),
    warn(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::string_slice,
        clippy::as_conversions,
        clippy::arithmetic_side_effects
    )
)]

mod anchors;
mod attestation;
mod attestation_type;
pub mod certificate;
mod der;
mod details;
pub mod error;
pub mod format;
mod input;
pub mod limits;
mod model;
pub mod oid;
pub mod path;
pub mod revocation;
#[cfg(any(test, feature = "vendor-roots"))]
pub mod roots;
mod statement_map;
#[cfg(test)]
mod test_support;
mod trust;

pub use anchors::{
    AnchorList, AnchorQuery, AnchorScope, ScopedAnchors, TrustAnchor, TrustAnchors, UnnamedModels,
};
pub use attestation::{AaguidSource, Attestation, Part};
pub use attestation_type::AttestationType;
pub use certificate::{Certificate, CertificateError};
pub use details::Details;
pub use error::AttestationError;
pub use format::table::{AttestationFormat, Formats};
pub use input::VerificationInput;
pub use model::{ModelList, ModelPolicy, ModelQuery, ModelRejectedError, ModelRemark};
pub use path::{PathError, PathLimits, TrustedPath, validate_path};
pub use revocation::{AttestationStatusList, CertificateRevocationList, Revocation};
pub use trust::{AttestedAaguid, Trust};

/// The document's example, compiled as a test.
#[cfg(all(doctest, feature = "vendor-roots"))]
#[doc = include_str!("../../../docs/attestation/roots.md")]
struct Roots;
