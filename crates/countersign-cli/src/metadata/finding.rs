//! The finding of a metadata command.

/// The finding of a metadata command that did not fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// All is well.
    Fine,
    /// There is no such model, or there is a difference: exit status 1.
    Other,
}
