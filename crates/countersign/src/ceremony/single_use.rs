//! A challenge works once
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)): if the state is not removed
//! from storage by the act of reading it, something else must remember that it was used.

pub(crate) mod ceremony_id;
pub(crate) mod memory;
pub(crate) mod unspent;

pub use ceremony_id::CeremonyId;
pub use memory::{OneProcessSingleUse, OneProcessSingleUseFullError};
pub use unspent::{AlreadyUsedError, Consumption, SingleUse, SpendError, Unspent};
