//! Errors of status lists.

use crate::limits::STATUS_LIST_MAX;

/// Why bytes are not a status list. The list is the caller's own data, so the error has no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatusListError {
    /// More than [`STATUS_LIST_MAX`] bytes.
    #[error("a status list of {length} bytes, at most {STATUS_LIST_MAX} expected")]
    TooLong {
        /// The number of bytes in the list.
        length: usize,
    },
    /// Not the JSON of an object with the member `entries`, which is an object.
    #[error("not a json object with the member entries")]
    NotList,
    /// An entry's name is not a serial number, or the entry is not an object with a status; holds the start of the name.
    #[error("entry {0:?} of the status list has no serial number or no status")]
    Entry(String),
}
