//! Who may create an account.

use serde::Serialize;

/// Who may create an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignUp {
    /// Everyone.
    #[default]
    Open,
    /// Those who have an invitation, which [`invite`](crate::invite) makes.
    Invited,
    /// No one: accounts come from elsewhere.
    Closed,
}
