//! The answer of a peer.

/// A peer's answer to a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It accepts the response.
    Accepted,
    /// It rejects the response, with this error.
    Rejected(String),
    /// It does not support the step, for this reason.
    NotAsked(String),
}
