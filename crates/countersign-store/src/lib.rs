//! Stores for applications with passkeys.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) mod database;
pub mod names;
pub(crate) mod other_rp_ids;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod text;

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use database::{Database, DatabaseError, OpenDatabaseError};
pub use other_rp_ids::OtherRpIds;
