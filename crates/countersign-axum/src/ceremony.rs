//! The ceremonies on top of the store: what is sealed between start and finish, and what a success stores.
//!
//! A start stores nothing: the client keeps the state as a sealed token. A finish is one transaction, which remembers the
//! ceremony with its response and stores what follows, all of it or nothing. A finish that is repeated with the same
//! response gets the outcome of the first one, for browsers and proxies send a request again if its answer was lost. If
//! two run at once, the store decides which one counts. An answer is always read from the store, so that a repeated
//! finish can't bring back what was removed.

pub(crate) mod accepted;
pub(crate) mod attached;
pub(crate) mod finish;
pub(crate) mod finishing;
pub(crate) mod judge;
pub(crate) mod opened;
pub(crate) mod outcome;
pub(crate) mod signing_in;
pub(crate) mod starting;
