//! The errors of single entries.

use countersign_types::Aaguid;

use crate::{
    json::JsonError,
    limits::{KEYS_MAX, REPORTS_MAX},
};

/// Why an entry was skipped. The rest of the BLOB is not affected. A policy rejects the model of a skipped entry if at
/// least the entry's key could be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// A value does not have the expected type, which this holds.
    #[error("a value is not {0}")]
    Type(&'static str),
    /// A required member is absent.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A member occurs twice.
    #[error("{0} occurs twice")]
    Twice(&'static str),
    /// An AAGUID, AAID or key identifier does not have its form; holds the member.
    #[error("{0} does not have its form")]
    Identifier(&'static str),
    /// A date does not have the form `YYYY-MM-DD`; holds the member.
    #[error("{0} is not a date")]
    Date(&'static str),
    /// The entry has none of the three kinds of key.
    #[error("neither aaguid nor aaid nor key identifiers")]
    NoKey,
    /// The entry has more than [`KEYS_MAX`] keys.
    #[error("more than {KEYS_MAX} key identifiers")]
    TooManyKeys,
    /// The entry's key is not the one in its statement; holds the member.
    #[error("{0} is not the one in the statement")]
    KeyDiffers(&'static str),
    /// The entry has no status report.
    #[error("no status report")]
    NoStatus,
    /// The entry has more than [`REPORTS_MAX`] status reports.
    #[error("more than {REPORTS_MAX} status reports")]
    TooManyReports,
    /// The entry names a list of rogue authenticators, but not the hash of the list.
    #[error("rogueListURL without rogueListHash")]
    RogueListWithoutHash,
    /// Another entry has the same AAGUID, so that neither says what the model is.
    #[error("another entry also has the aaguid {0}")]
    SharedKey(Aaguid),
}

impl From<JsonError> for EntryError {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Missing(name) => Self::Missing(name),
            JsonError::Twice(name) => Self::Twice(name),
            JsonError::Type(expected) => Self::Type(expected),
            // Such a BLOB is rejected as a whole before this value is returned to a caller.
            JsonError::Syntax(_) => Self::Type("json"),
        }
    }
}
