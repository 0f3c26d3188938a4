//! The errors of single entries.

use core::fmt;

use countersign_types::Aaguid;

use crate::{
    json::JsonError,
    limits::{KEYS_MAX, REPORTS_MAX},
};

/// Why an entry was skipped. The rest of the BLOB is not affected. A policy rejects the model of a skipped entry if at
/// least the entry's key could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryError {
    /// A value does not have the expected type, which this holds.
    Type(&'static str),
    /// A required member is absent.
    Missing(&'static str),
    /// A member occurs twice.
    Twice(&'static str),
    /// An AAGUID, AAID or key identifier does not have its form; holds the member.
    Identifier(&'static str),
    /// A date does not have the form `YYYY-MM-DD`; holds the member.
    Date(&'static str),
    /// The entry has none of the three kinds of key.
    NoKey,
    /// The entry has more than [`KEYS_MAX`] keys.
    TooManyKeys,
    /// The entry's key is not the one in its statement; holds the member.
    KeyDiffers(&'static str),
    /// The entry has no status report.
    NoStatus,
    /// The entry has more than [`REPORTS_MAX`] status reports.
    TooManyReports,
    /// The entry names a list of rogue authenticators, but not the hash of the list.
    RogueListWithoutHash,
    /// Another entry has the same AAGUID, so that neither says what the model is.
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

impl fmt::Display for EntryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Type(expected) => write!(f, "a value is not {expected}"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Twice(name) => write!(f, "{name} occurs twice"),
            Self::Identifier(name) => write!(f, "{name} does not have its form"),
            Self::Date(name) => write!(f, "{name} is not a date"),
            Self::NoKey => f.write_str("neither aaguid nor aaid nor key identifiers"),
            Self::TooManyKeys => write!(f, "more than {KEYS_MAX} key identifiers"),
            Self::KeyDiffers(name) => write!(f, "{name} is not the one in the statement"),
            Self::NoStatus => f.write_str("no status report"),
            Self::TooManyReports => write!(f, "more than {REPORTS_MAX} status reports"),
            Self::RogueListWithoutHash => f.write_str("rogueListURL without rogueListHash"),
            Self::SharedKey(aaguid) => write!(f, "another entry also has the aaguid {aaguid}"),
        }
    }
}

impl core::error::Error for EntryError {}
