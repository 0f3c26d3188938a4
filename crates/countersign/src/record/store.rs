//! What a relying party's storage must do, as traits: the operations on
//! [credential records](https://www.w3.org/TR/webauthn-3/#credential-record) and open ceremonies that are atomic.
//!
//! Nothing in this crate calls a store; a program may use whatever interface it likes. These traits say what the interface
//! has to promise, for a program that wants that said, and for the conformance kit (module `store_kit`, feature
//! `store-kit`), which anyone can run against a store of their own.

pub(crate) mod memory;
pub(crate) mod traits;

pub use memory::MemoryStore;
pub use traits::{CeremonyStore, CredentialStore, Inserted, Removed, Updated};
