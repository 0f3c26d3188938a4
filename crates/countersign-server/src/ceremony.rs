//! The ceremonies on top of the database: what is stored between start and finish, and what a success stores.
//!
//! A finish first binds the ceremony to its response, in a transaction of its own, so that no other response is judged
//! against that challenge. What the response leads to, and the outcome itself, are stored in a second transaction, all
//! of it or nothing. A finish that is repeated with the same response gets the outcome of the first one, for browsers
//! and proxies send a request again if its answer was lost. While the first finish is under way, both are judged, and
//! the database decides which one counts; later the outcome is stored. An answer is always read from the database, so
//! that a repeated finish can't bring back what was removed.

pub(crate) mod ceremonies;
pub(crate) mod finish;
pub(crate) mod finishing;
pub(crate) mod judge;
pub(crate) mod new_session;
pub(crate) mod outcome;
pub(crate) mod starting;
pub(crate) mod state;
