//! Stores for applications with passkeys, on `SQLite` and `PostgreSQL`: accounts with their credentials, the finishes of
//! ceremonies, sessions and confirmations.
//!
//! The crate implements [`ApplicationStore`](countersign::store::ApplicationStore), whose documentation says what each
//! operation promises. It knows no HTTP, and no clock: the caller supplies the time.
//!
//! # Example
//!
//! ```
//! # #[cfg(feature = "sqlite")] {
//! use countersign::store::{Account, ApplicationStore as _, Operation, StoredCredential};
//! use countersign::{CredentialRecord, types::Timestamp};
//! use countersign_store::{names, sqlite::{SqliteStore, StoreError}};
//!
//! /// Stores an account with its first credential, and returns whether its name was free.
//! async fn sign_up(
//!     store: &SqliteStore,
//!     name: String,
//!     record: CredentialRecord,
//!     now: Timestamp,
//! ) -> Result<bool, StoreError> {
//!     let handle = record.user_handle().clone();
//!     let name_key = names::key(&name);
//!     let credential = StoredCredential {
//!         record,
//!         attestation: None,
//!         label: "Passkey".into(),
//!         label_key: names::key("Passkey"),
//!         created_at: now,
//!         last_used_at: None,
//!     };
//!     let operations = vec![
//!         Operation::InsertAccount(Account { handle, name, name_key, created_at: now }),
//!         Operation::InsertCredential(Box::new(credential)),
//!     ];
//!     Ok(store.transact(operations, now).await?.is_ok())
//! }
//! # }
//! ```
//!
//! # The pieces
//!
//! - `sqlite` (feature `sqlite`): `SqliteStore`, a database in a file, compiled in.
//! - `postgres` (feature `postgres`): `PostgresStore`, for several instances of an application.
//! - `Database` (either feature): the one or the other, by a setting of the program.
//! - [`listing`]: what an operator lists, in pages.
//! - [`names`]: which names and labels are accepted, and which are equal.
//! - [`text`]: printable text, for terminals and logs.
//!
//! # What you must do
//!
//! - Put an `SQLite` file on a local disk, not on a network file system: its locks must work.
//! - Back the database up, with `SqliteStore::copy` or the tools of its engine. An `SQLite` file that is copied while it is open is not a backup.
//! - Store names and labels that [`names::clean`] returned, with the key that [`names::key`] returns.
//! - Check the health of the store for a load balancer: a file may be deleted, a server may be away.
//!
//! # Limits
//!
//! | of | limit |
//! | --- | --- |
//! | credentials of an account | [`CREDENTIALS_PER_ACCOUNT_MAX`](countersign::store::CREDENTIALS_PER_ACCOUNT_MAX) |
//! | sessions of an account | [`SESSIONS_PER_ACCOUNT_MAX`](countersign::store::SESSIONS_PER_ACCOUNT_MAX) |
//! | names, labels, acts | [`TEXT_BYTES_MAX`](countersign::store::TEXT_BYTES_MAX); [`names::MAX_CHARACTERS`] after [`names::clean`] |
//! | wait for the lock of another process, `SQLite` | 5 s; at a start 2 s, for a migration 60 s |
//! | wait of a transaction for its turn, `SQLite` | 10 s |
//! | connection, statement and answer, `PostgreSQL` | see `PostgresOptions`; by default 5 s, 10 s and 12 s |
//! | repetitions after a conflict or a cut connection, `PostgreSQL` | 7, none of which begins after the time for an answer |
//!
//! A call that a limit ends fails, and changed nothing, unless the error says that this is unknown. A disk that does not answer has
//! no limit: drop the future.
//!
//! # Errors
//!
//! An error of opening is one sentence for the operator. A failure of an open store is logged where it happens, as an event of
//! `tracing`, if it concerns more than one transaction. A rejection is no failure: see
//! [`Rejection`](countersign::store::Rejection).
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `sqlite` | no | `sqlite`; it needs a C compiler |
//! | `postgres` | no | `postgres`, with TLS |

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(not(test), warn(clippy::indexing_slicing, clippy::string_slice))]
#![cfg_attr(not(test), warn(clippy::as_conversions, clippy::arithmetic_side_effects))]

#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) mod database;
pub mod listing;
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

/// The example of the README, compiled as a test.
#[cfg(all(doctest, feature = "sqlite"))]
#[doc = include_str!("../README.md")]
struct Readme;
