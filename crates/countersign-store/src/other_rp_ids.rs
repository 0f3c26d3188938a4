//! Credentials that a relying party with another RP ID registered.

use core::fmt;

/// The most credentials that a check looks at: enough to find that a server has another RP ID, and read in
/// milliseconds.
pub(crate) const LOOKED_AT_MAX: u32 = 10_000;

/// Credentials of a database that a relying party with this RP ID can't accept.
///
/// `Display` is one sentence for the operator.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherRpIds {
    /// The number of unusable credentials.
    pub unusable: u64,
    /// The number of credentials that the check looked at: all, but at most 10 000.
    pub total: u64,
    /// The RP ID of one of the unusable credentials.
    pub found: String,
    /// The RP ID of the relying party.
    pub configured: String,
}

impl fmt::Display for OtherRpIds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { unusable, total, found, configured } = self;
        let which = if *total < u64::from(LOOKED_AT_MAX) { "in the database" } else { "looked at" };
        write!(
            f,
            "{unusable} of the {total} passkeys {which} can't be used with the RP ID {configured:?}: they were registered \
             with {found:?}"
        )
    }
}
