//! The [FIDO Metadata Service](https://fidoalliance.org/specs/mds/fido-metadata-service-v3.0-ps-20210518.html), versions
//! 3.0 to 3.1.1: which authenticator it is, and whether it can still be trusted. Bytes in, verdicts out: fetching the
//! BLOB is the caller's business.
//!
//! | what | here |
//! | --- | --- |
//! | verify a BLOB, and refuse an older one | [`BlobPolicy`], [`Seen`] |
//! | look a model up | [`Blob`], [`Entry`], [`Statement`] |
//! | what happened to it, and when | [`StatusReport`], [`Status`] |
//! | which models are accepted | [`MetadataPolicy`], [`Model`] |
//! | single authenticators that are rogue | [`RogueList`] |
//! | what differs between two BLOBs | [`changes`] |
//! | what a model is called | [`names`] |
//! | trust anchors and policy for the relying party, replaced while it runs | [`Metadata`] |
//!
//! ```
//! use countersign_metadata::{Blob, BlobPolicy, MetadataError, Seen};
//! # use countersign_cose::Verifiers;
//! # use countersign_types::{Aaguid, Timestamp};
//!
//! # fn example(file: &[u8], highest: u64, aaguid: Aaguid, now: Timestamp, verifiers: &Verifiers) -> Result<(), MetadataError> {
//! let blob: Blob = BlobPolicy::fido().verify(file, Seen::NewerThan(highest), now, verifiers)?;
//! for skipped in blob.skipped() {
//!     eprintln!("entry {} was left out: {}", skipped.position(), skipped.fault());
//! }
//! if let Some(entry) = blob.entry(aaguid) {
//!     let name = entry.statement().map(|statement| statement.description.decode().into_owned());
//!     println!("{name:?}: {:?}", entry.current_report(now).map(|report| report.status));
//! }
//! # Ok(())
//! # }
//! # assert!(example(b"", 0, Aaguid::ZERO, Timestamp::from_unix_seconds(0), &Verifiers::none()).is_err());
//! ```

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
pub mod blob;
mod changes;
mod claims;
mod date;
pub mod entry;
pub mod error;
mod json;
pub mod judge;
mod jws;
mod keys;
pub mod live;
pub mod names;
mod payload;
pub mod policy;
pub mod rogue;
pub mod roots;
mod statement;
mod status;
#[cfg(test)]
mod tests;

pub use anchors::Root;
pub use blob::{Blob, Entry, Models, SkippedEntry};
pub use changes::{Change, ModelChange, changes};
pub use date::{Date, NotADate};
pub use entry::EntryFault;
pub use error::{BlobFault, MetadataError};
pub use json::{Text, Texts};
pub use judge::{Contradiction, Judgement, MetadataPolicy, Model, Refusal};
pub use keys::{Aaid, KeyIdentifier, ModelKey, NotAModelKey};
pub use live::{Metadata, Unfit};
pub use policy::{BlobPolicy, Seen};
pub use rogue::{RogueList, RogueListError, RogueListReference};
pub use statement::{NotACertificate, Statement};
pub use status::{CertificationLevel, Status, StatusReport};
