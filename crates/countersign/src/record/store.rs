//! The promises of a relying party's storage, as traits: the operations on
//! [credential records](https://www.w3.org/TR/webauthn-3/#credential-record) and open ceremonies that are atomic.
//!
//! Nothing in this crate calls a store; a program may use whatever interface it likes. These traits state what the
//! interface must promise, for the conformance kit (module `store_kit`, feature `store-kit`) and for programs that use
//! them.

pub(crate) mod memory;
pub(crate) mod traits;

pub use memory::MemoryStore;
pub use traits::{CeremonyStore, CredentialStore, Inserted, Removed, Updated};
