//! The handlers of the routes, and their answers.

pub(crate) mod accounts;
pub(crate) mod body;
pub(crate) mod credentials;
pub(crate) mod data;
pub(crate) mod device;
pub(crate) mod edge;
pub(crate) mod error;
pub(crate) mod json;
pub(crate) mod recovery;
pub(crate) mod responses;
pub(crate) mod sender;
pub(crate) mod sessions;
pub(crate) mod signals;
pub(crate) mod step_up;
pub(crate) mod well_known;

/// The most bytes of a request's body: what the library accepts as a response. Its envelope fits in easily, since no
/// real response comes near the limit.
pub(crate) const BODY_MAX: usize = 256 * 1024;
