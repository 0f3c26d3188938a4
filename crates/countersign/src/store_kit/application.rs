//! Checks of the store of an application
//! ([section 7](https://www.w3.org/TR/webauthn-3/#sctn-rp-operations)).

pub(crate) mod accounts;
pub(crate) mod audit;
pub(crate) mod concurrency;
pub(crate) mod confirmations;
pub(crate) mod crashes;
pub(crate) mod credentials;
pub(crate) mod finishes;
pub(crate) mod invitations;
pub(crate) mod operators;
pub(crate) mod recovery;
pub(crate) mod sessions;
pub(crate) mod transactions;
