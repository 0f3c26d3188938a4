//! Attestation of [Web Authentication](https://www.w3.org/TR/webauthn-3/#sctn-attestation): the verification
//! procedures of the statement formats, and certificate paths to trust anchors that the caller gives.
//!
//! | what | here |
//! | --- | --- |
//! | 6.5.4: the inputs and the outcome of a verification procedure | [`Statement`], [`Attestation`] |
//! | 8.2: packed | [`format::packed`] |
//! | 8.7: none | [`format::none`] |
//! | the table of formats, open for more | [`Formats`], [`AttestationFormat`] |
//! | X.509 certificates | [`Certificate`] |
//! | trust anchors | [`TrustAnchor`], [`TrustAnchors`], [`AnchorList`] |
//! | certificate paths | [`validate_path`] |
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

pub mod anchors;
pub mod certificate;
mod der;
pub mod error;
pub mod format;
pub mod oid;
pub mod path;
pub mod statement;
mod statement_map;
#[cfg(test)]
mod test_support;

pub use anchors::{AnchorList, AnchorQuery, TrustAnchor, TrustAnchors};
pub use certificate::{Certificate, CertificateError};
pub use error::AttestationError;
pub use format::{AttestationFormat, Formats};
pub use path::{PathError, PathLimits, TrustedPath, validate_path};
pub use statement::{Attestation, AttestationType, Statement};
