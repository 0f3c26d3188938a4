//! The promises of a relying party's storage, as traits: which operations are atomic, and what each of them rejects.
//!
//! | trait | stores | for |
//! | --- | --- | --- |
//! | [`CredentialStore`] | [credential records](https://www.w3.org/TR/webauthn-3/#credential-record) | programs that have accounts and sessions of their own |
//! | [`CeremonyStore`] | the states of open ceremonies | programs that don't seal them |
//! | [`SingleUse`] | which ceremonies were finished | programs that seal states |
//! | [`ApplicationStore`] | all that an application with passkeys needs: accounts, credentials, recovery codes, finishes, sessions, confirmations, invitations, operators, sealing keys, the audit log | `countersign-axum` |
//!
//! All methods are asynchronous and return futures that can be sent between threads. An implementation writes
//! `async fn`; one that never waits needs nothing else. No runtime is needed, and none is chosen.
//!
//! Domain rejections (a name is taken) and failures (no connection) are two types: a rejection is an answer, and nothing
//! was changed; after a failure it is unknown whether the operation happened.
//!
//! Nothing in this crate calls a store. [`MemoryStore`] implements all traits, for tests and to read; the crate
//! `countersign-store` implements [`ApplicationStore`] on `SQLite` and `PostgreSQL`. The module `store_kit` (feature
//! `store-kit`) tests an implementation of your own.
//!
//! # Use a store
//!
//! What belongs together is one transaction: here the finish of a sign-in, by which its ceremony works once, the new
//! counter, and the session.
//!
//! ```
//! use countersign::store::{ApplicationStore, Finish, Operation, Rejection, Session};
//! use countersign::{Authenticated, Timestamp};
//!
//! /// Returns the outcome to answer from: that of an earlier finish if the answer to it was lost.
//! async fn store_sign_in<S: ApplicationStore>(
//!     store: &S,
//!     authenticated: &Authenticated,
//!     finish: Finish,
//!     session: Session,
//!     now: Timestamp,
//! ) -> Result<Result<String, Rejection>, S::Error> {
//!     let (owner, update) = authenticated.user_and_update();
//!     let (response, outcome) = (finish.response, finish.outcome.clone());
//!     let operations = vec![
//!         Operation::Remember(finish),
//!         Operation::UpdateCredential { owner: owner.clone(), update: Box::new(update.clone()), used_at: Some(now) },
//!         Operation::InsertSession(session),
//!     ];
//!     Ok(match store.transact(operations, now).await? {
//!         Ok(()) => Ok(outcome),
//!         Err(Rejection::Finished(earlier)) if earlier.response == response => Ok(earlier.outcome),
//!         // With `RecordChanged`, read the record again and decide with `authenticated.update_for`.
//!         Err(rejection) => Err(rejection),
//!     })
//! }
//! ```
//!
//! # Write a store
//!
//! ```
//! use std::{collections::BTreeMap, convert::Infallible, sync::Mutex};
//! use countersign::store::{CeremonyId, Consumption, SingleUse};
//! use countersign::Timestamp;
//!
//! #[derive(Default)]
//! struct Used(Mutex<BTreeMap<CeremonyId, Timestamp>>);
//!
//! impl SingleUse for Used {
//!     type Error = Infallible;
//!
//!     async fn consume(&self, id: &CeremonyId, until: Timestamp, _: Timestamp) -> Result<Consumption, Infallible> {
//!         // One step decides. In SQL: `INSERT … ON CONFLICT DO NOTHING`, and how many rows that inserted.
//!         let earlier = self.0.lock().unwrap().insert(*id, until);
//!         Ok(earlier.map_or(Consumption::First, |_| Consumption::Repeated))
//!     }
//! }
//!
//! # #[cfg(feature = "store-kit")] {
//! use countersign::store_kit::{self, InMemory};
//! store_kit::run_single_use(&mut InMemory(Used::default)).assert_passed();
//! # }
//! ```
//!
//! - Let the database decide: unique columns for the key of a name, a credential ID, a label in its account, a ceremony.
//!   A read before the write decides nothing.
//! - Compare and write in one statement, with the whole dynamic part of a record: see [`CredentialUpdate`].
//! - Lock the row of the account in transactions that count its credentials, codes or sessions, remove the account, or add
//!   to it: of two removals at once, each would see the other's credential.
//! - Lock the row of a required session until the transaction is committed.
//! - Retry a transaction that the database ended because of another one. It is safe: nothing was changed.
//! - Let the database undo all when an operation is rejected.
//! - Take each time from the argument `now`. The clocks of servers differ by up to [`AHEAD_SECONDS`].
//! - Remove expired rows in batches and not with each write. No method may need them gone.
//! - Append to the audit log without a row or a lock that all transactions share: one chain for each writer. A rejected
//!   transaction uses up no number of its chain; after one whose outcome is unknown, begin another chain.
//!
//! [`CredentialUpdate`]: crate::CredentialUpdate

pub(crate) mod application;
pub mod audit;
pub(crate) mod ceremonies;
pub(crate) mod credentials;
pub(crate) mod memory;
pub(crate) mod operation;
pub(crate) mod rows;

pub use crate::ceremony::single_use::ceremony_id::CeremonyId;
pub use crate::ceremony::single_use::unspent::{Consumption, SingleUse};
pub use application::{ApplicationStore, Evidence};
pub use audit::entry::{AuditActor, AuditEntry, AuditKind, AuditSource};
pub use audit::row::{
    AUDIT_ANCHOR_SECONDS, AUDIT_KEPT_SECONDS_MIN, AUDIT_PRUNED_MAX, AuditQuery, AuditRow, ChainEnd,
    ChainHead, ChainHeadError, ChainId, Pseudonym,
};
pub use audit::verifier::{AuditExtent, AuditFault, AuditFaultKind, AuditSummary, AuditVerifier};
pub use ceremonies::CeremonyStore;
pub use credentials::{CredentialStore, Inserted, Removed, Updated};
pub use memory::MemoryStore;
pub use operation::{Operation, Rejection};
pub use rows::{
    AHEAD_SECONDS, Account, CREDENTIALS_PER_ACCOUNT_MAX, Confirmation, ConfirmationKey,
    FORMER_ACCOUNT_SECONDS, Finish, Invitation, Operator, OperatorLink, OperatorLinkKind, RECOVERY_CODES,
    Recovery, RecoveryStatus, SESSIONS_PER_ACCOUNT_MAX, Session, SessionTimes, StoredCredential,
    StoredSealingKey, TEXT_BYTES_MAX, TokenHash,
};
