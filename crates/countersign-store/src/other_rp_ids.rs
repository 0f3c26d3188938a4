//! Credentials that a relying party with another RP ID registered.

use core::fmt;

/// Credentials of a database that a relying party with this RP ID can't accept.
///
/// `Display` is one sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherRpIds {
    /// The number of unusable credentials.
    pub unusable: u64,
    /// The number of all credentials.
    pub total: u64,
    /// The RP ID of one of the unusable credentials.
    pub found: String,
    /// The RP ID of the relying party.
    pub configured: String,
}

impl fmt::Display for OtherRpIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unusable, total, found, configured } = self;
        write!(
            f,
            "{unusable} of the {total} passkeys in the database can't be used with the RP ID {configured:?}: they were \
             registered with {found:?}"
        )
    }
}
