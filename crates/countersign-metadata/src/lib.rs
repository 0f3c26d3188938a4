//! The [FIDO Metadata Service](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html),
//! versions 3.0 to 3.1.1: verifies its BLOB, looks authenticator models up in it, and judges their status.
//!
//! The crate does no input or output. The caller fetches the BLOB and supplies the time.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//!
//! # #[cfg(feature = "rust-crypto")] {
//! use countersign_metadata::{BlobPolicy, Metadata, MetadataError, MetadataPolicy, Timestamp, Verifiers};
//!
//! /// Call this at start-up, and whenever a new BLOB was fetched.
//! fn update(metadata: &Metadata, file: &[u8], now: Timestamp) -> Result<u64, MetadataError> {
//!     let blob = metadata.offer(file, now, &Verifiers::default())?;
//!     for skipped in blob.skipped() {
//!         eprintln!("entry {} was skipped: {}", skipped.position(), skipped.error());
//!     }
//!     // Store this number, and pass it to `with_highest_number` after a restart.
//!     Ok(blob.number())
//! }
//!
//! let metadata = Arc::new(Metadata::new(BlobPolicy::fido(), MetadataPolicy::fido()));
//! // `metadata` is the trust anchors and the model policy of a relying party.
//! assert!(update(&metadata, b"not a BLOB", Timestamp::from_unix_seconds(1_767_225_600)).is_err());
//! # }
//! ```
//!
//! The example [`lookup`](https://github.com/countersign/countersign/blob/main/crates/countersign-metadata/examples/lookup.rs) is a
//! program that looks a model up.
//!
//! # The pieces
//!
//! - [`BlobPolicy`] decides which BLOBs are accepted, and verifies them; [`Seen`] protects from older ones.
//! - [`Blob`] is a verified BLOB; [`Entry`], [`Statement`] and [`StatusReport`] are the data about one model.
//! - [`MetadataPolicy`] decides which models are accepted, and judges a [`Model`].
//! - [`Metadata`] holds the current BLOB. It is the source of trust anchors and the model policy of a relying party.
//! - [`diff`] lists what changed between two BLOBs.
//! - [`model_name`] and [`Blob::name`] name models for display.
//!
//! # What you must do
//!
//! - Fetch the BLOB before the day of [`Blob::next_update`], and [`offer`](Metadata::offer) it. An outdated BLOB
//!   rejects every model.
//! - Store [`Metadata::highest_number`], so that an older BLOB is rejected after a restart.
//! - Fetch the revocation lists that the signer's certificates name, and pass them to [`BlobPolicy::with_revocation`].
//! - Log [`Blob::skipped`]: models of skipped entries are rejected.
//!
//! # Tasks
//!
//! | task | call |
//! | --- | --- |
//! | verify a BLOB once, without keeping it current | [`BlobPolicy::verify`] |
//! | use another metadata service | [`BlobPolicy::new`], [`roots::anchor_from_pem`] |
//! | look a model up | [`Blob::entry`], [`Blob::models`] |
//! | require a certification level | [`MetadataPolicy::with_certification`] |
//! | judge the model of a stored credential again | [`Metadata::assess`] |
//! | read a list of rogue authenticators | [`Entry::rogue_list`] |
//! | warn before a root expires | [`BlobPolicy::roots_expiring_within`] |
//!
//! # Features
//!
//! | feature | adds |
//! | --- | --- |
//! | `rust-crypto`, a default | the verifiers in plain Rust, `Verifiers::default` |
//!
//! # Limits
//!
//! [`limits`] lists the limits, each with the reason for its value. [`BlobPolicy::with_max_length`] changes the longest
//! BLOB.
//!
//! # Errors
//!
//! | error | rejects |
//! | --- | --- |
//! | [`MetadataError`] | a BLOB |
//! | [`EntryError`] | an entry, which is skipped |
//! | [`JudgementError`], [`AssessmentError`] | an authenticator model |
//! | [`RogueListError`] | a list of rogue authenticators |
//!
//! Those that reject input have a stable [`Code`].

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

mod anchors;
mod blob;
mod blob_policy;
mod contradictions;
mod current;
mod date;
mod diff;
mod entry;
mod entry_error;
mod error;
mod json;
mod jws;
mod keys;
pub mod limits;
mod metadata_policy;
mod model;
mod model_name;
mod payload;
mod rogue;
pub mod roots;
mod statement;
mod status;
#[cfg(test)]
mod tests;

pub use anchors::Root;
pub use blob::{Blob, Entry, Models};
pub use blob_policy::{BlobPolicy, Seen};
pub use contradictions::Contradiction;
pub use countersign_attestation::{
    Certificate, CertificateError, ModelPolicy, PathError, Revocation, TrustAnchor, TrustAnchors,
    TrustedPath, UnnamedModels,
};
pub use countersign_cose::{Scheme, Verifiers};
pub use countersign_types::{Aaguid, AlgorithmIdentifier, Code, Timestamp};
pub use current::{AssessmentError, Metadata};
pub use date::{Date, DateError};
pub use diff::{Change, ModelChange, diff};
pub use entry_error::EntryError;
pub use error::{MalformedBlobError, MetadataError};
pub use json::{Text, Texts};
pub use keys::{Aaid, KeyIdentifier, ModelKey, ModelKeyError};
pub use metadata_policy::{ContradictionPolicy, Judgement, JudgementError, MetadataPolicy};
pub use model::Model;
pub use model_name::{ModelName, NameSource, model_name, provider_name};
pub use payload::SkippedEntry;
pub use rogue::{RogueKey, RogueList, RogueListError, RogueListReference};
pub use statement::{CertificateTextError, Statement};
pub use status::{CertificationLevel, Status, StatusReport};

/// The example of the README, compiled as a test.
#[cfg(all(doctest, feature = "rust-crypto"))]
#[doc = include_str!("../README.md")]
struct ReadmeDoctest;
