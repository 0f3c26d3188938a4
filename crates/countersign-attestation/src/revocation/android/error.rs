//! Errors of status lists.

use core::fmt;

use crate::limits::STATUS_LIST_MAX;

/// Why bytes are not a status list. The list is the caller's own data, so the error has no code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatusListError {
    /// More than [`STATUS_LIST_MAX`] bytes.
    TooLong {
        /// The number of bytes in the list.
        length: usize,
    },
    /// Not the JSON of an object with the member `entries`, which is an object.
    NotList,
    /// An entry's name is not a serial number, or the entry is not an object with a status; holds the start of the name.
    Entry(String),
}

impl fmt::Display for StatusListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => {
                write!(f, "a status list of {length} bytes, at most {STATUS_LIST_MAX} expected")
            }
            Self::NotList => f.write_str("not a json object with the member entries"),
            Self::Entry(name) => {
                write!(f, "entry {name:?} of the status list has no serial number or no status")
            }
        }
    }
}

impl core::error::Error for StatusListError {}
