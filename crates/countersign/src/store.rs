//! The promises of a relying party's storage, as traits: which operations are atomic, and what each of them rejects.
//!
//! | trait | stores | for |
//! | --- | --- | --- |
//! | [`CredentialStore`] | [credential records](https://www.w3.org/TR/webauthn-3/#credential-record) | programs that have accounts and sessions of their own |
//! | [`CeremonyStore`] | the states of open ceremonies | programs that don't seal them |
//! | [`SingleUse`] | which ceremonies were finished | programs that seal states |
//! | [`ApplicationStore`] | all that an application with passkeys needs: accounts, credentials, finishes, sessions, confirmations, sealing keys | `countersign-axum` |
//!
//! All methods are asynchronous and return futures that can be sent between threads. A store that never waits returns
//! [`core::future::ready`]. No runtime is needed, and none is chosen.
//!
//! Domain rejections (a name is taken) and failures (no connection) are two types: a rejection is an answer, and nothing
//! was changed; after a failure it is unknown whether the operation happened.
//!
//! Nothing in this crate calls a store. [`MemoryStore`] implements all traits, for tests and to read; the crate
//! `countersign-store` implements [`ApplicationStore`] on `SQLite` and `PostgreSQL`. The module `store_kit` (feature
//! `store-kit`) tests an implementation of your own.

pub(crate) mod application;
pub(crate) mod ceremonies;
pub(crate) mod credentials;
pub(crate) mod memory;
pub(crate) mod operation;
pub(crate) mod rows;

pub use crate::ceremony::single_use::ceremony_id::CeremonyId;
pub use crate::ceremony::single_use::unspent::{Consumption, SingleUse};
pub use application::{ApplicationStore, Evidence};
pub use ceremonies::CeremonyStore;
pub use credentials::{CredentialStore, Inserted, Removed, Updated};
pub use memory::MemoryStore;
pub use operation::{Operation, Rejection};
pub use rows::{
    AHEAD_SECONDS, Account, CREDENTIALS_PER_ACCOUNT_MAX, Confirmation, ConfirmationKey,
    FORMER_ACCOUNT_SECONDS, Finish, SESSIONS_PER_ACCOUNT_MAX, Session, SessionTimes, StoredCredential,
    StoredSealingKey, TEXT_BYTES_MAX, TokenHash,
};
