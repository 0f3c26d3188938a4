//! Attestation of [Web Authentication Level 3](https://www.w3.org/TR/webauthn-3/#sctn-attestation): verification
//! procedures of the statement formats, and certificate paths to the trust anchors that the caller configures.
//!
//! ```
//! use countersign_attestation::{
//!     AnchorList, Details, Formats, PathLimits, VerificationInput,
//!     cose::{PublicKey, Verifiers, hash::sha256},
//!     types::{AttestationObject, AuthenticatorData, Timestamp},
//! };
//!
//! fn judge(
//!     attestation_object: &[u8],
//!     client_data_json: &[u8],
//!     anchors: &AnchorList,
//!     now: Timestamp,
//! ) -> Result<(), Box<dyn std::error::Error>> {
//!     let object = AttestationObject::parse(attestation_object)?;
//!     let data = AuthenticatorData::parse(object.authenticator_data)?;
//!     let attested = data.attested_credential_data.ok_or("no credential")?;
//!     let (verifiers, limits) = (Verifiers::default(), PathLimits::default());
//!
//!     // What the authenticator claims.
//!     let (hash, key) = (sha256(&[client_data_json]), PublicKey::from_cose(attested.public_key)?);
//!     let input = VerificationInput::new(&object, &data, &hash, &key, &verifiers);
//!     let attestation = Formats::standard().verify(&input)?;
//!
//!     // Whether a trust anchor vouches for it, and for which model.
//!     let trust = attestation.assess_trust(attested.aaguid, anchors, now, &verifiers, &limits)?;
//!     println!("model: {:?}", trust.attested_aaguid());
//!     if let Details::Tpm(tpm) = attestation.details() {
//!         println!("a TPM by {}", tpm.manufacturer);
//!     }
//!     Ok(())
//! }
//! # assert!(judge(b"", b"{}", &AnchorList::new([]), Timestamp::from_unix_seconds(0)).is_err());
//! ```
//!
//! The crate knows nothing of relying-party policy: formats report what a statement says, and the relying party decides.
//! To verify whole registrations, use the crate `countersign`, which re-exports this one as `countersign::attestation`.
//!
//! The example [`statement`](https://github.com/countersign/countersign/blob/main/crates/countersign-attestation/examples/statement.rs)
//! is a program that does this.
//!
//! # The pieces
//!
//! | piece | here |
//! | --- | --- |
//! | the inputs and the outcome of a verification procedure (6.5.4) | [`VerificationInput`], [`Attestation`], [`Details`] |
//! | the table of formats, open for further ones | [`Formats`], [`AttestationFormat`] |
//! | X.509 certificates | [`Certificate`] |
//! | trust anchors | [`TrustAnchor`], [`TrustAnchors`], [`AnchorList`], [`ScopedAnchors`], [`CachingAnchors`] |
//! | certificate paths | [`Attestation::assess_trust`], [`Trust`], [`validate_path`], [`VerifiedLinks`] |
//! | revoked certificates | [`Revocation`], [`CertificateRevocationList`], [`AttestationStatusList`] |
//! | decisions on authenticator models | [`ModelPolicy`], [`ModelList`] |
//!
//! | section | format |
//! | --- | --- |
//! | 8.2: packed | [`format::packed`] |
//! | 8.3: TPM | [`format::tpm`] |
//! | 8.4: Android key | [`format::android_key`] |
//! | 8.5: Android SafetyNet | [`format::android_safetynet`] |
//! | 8.6: FIDO U2F | [`format::fido_u2f`] |
//! | 8.7: none | [`format::none`] |
//! | 8.8: Apple anonymous | [`format::apple`] |
//! | 8.9: compound | [`format::compound`] |
//! | Apple's App Attest | [`format::apple_appattest`] |
//!
//! # What you must do
//!
//! - Configure the trust anchors. Nothing that comes with a response is ever an anchor, and without anchors a statement
//!   that verifies is only a claim.
//! - Fetch revocation lists and keep them up to date. Nothing is fetched here.
//! - Check [`Details`] for what your policy requires: security level, boot state, binding to the TPM, or age.
//! - Use [`Trust::attested_aaguid`] for decisions on models, and not the AAGUID of the authenticator data.
//!
//! # Limits
//!
//! The module [`limits`] has the limits on untrusted input, [`PathLimits`] those on the work of a path.
//!
//! # Errors
//!
//! [`AttestationError`] is the error of a statement, [`PathError`] that of a path. Both have a stable `code()` and a
//! `source()` with the details. Errors of the caller's own lists have no code.
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `rust-crypto` | yes | the verifiers in plain Rust of `countersign-cose` |
//! | `vendor-roots` | no | the module `roots`: root certificates that vendors publish, some 50 KiB |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

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
#[cfg_attr(docsrs, doc(cfg(feature = "vendor-roots")))]
pub mod roots;
mod statement_map;
#[cfg(test)]
mod test_support;
mod trust;

pub use anchors::{
    AnchorList, AnchorQuery, AnchorScope, CachingAnchors, ScopedAnchors, TrustAnchor, TrustAnchors,
    UnnamedModels,
};
pub use attestation::{AaguidSource, Attestation, Part};
pub use attestation_type::AttestationType;
pub use certificate::{Certificate, CertificateError};
pub use details::Details;
pub use error::AttestationError;
pub use format::table::{AttestationFormat, Formats};
pub use input::VerificationInput;
pub use model::{ModelList, ModelPolicy, ModelQuery, ModelRejectedError, ModelRemark};
pub use path::{PathError, PathLimits, TrustedPath, VerifiedLinks, validate_path};
pub use revocation::{AttestationStatusList, CertificateRevocationList, Revocation};
pub use trust::{AttestedAaguid, Trust};

pub use countersign_cose as cose;
pub use countersign_types as types;

/// The example of the README, compiled as a test.
#[cfg(all(doctest, feature = "rust-crypto"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
