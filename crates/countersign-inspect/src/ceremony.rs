//! Which ceremony a part belongs to: some flags and types are right in one of them only.

/// A ceremony.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ceremony {
    Registration,
    Authentication,
}
