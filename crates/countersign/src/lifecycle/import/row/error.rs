//! Why a row can't be read.

/// The most bytes of a row: a record with the longest evidence, in arrays of numbers.
pub(super) const ROW_MAX: usize = 1024 * 1024;

/// Why JSON is not a row that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// The row is too long.
    #[error("a row of {length} bytes, at most {ROW_MAX} expected")]
    TooLong {
        /// Its number of bytes.
        length: usize,
    },
    /// The row is not an object in JSON.
    #[error("not an object in JSON")]
    NotAnObject,
    /// The row does not have the members of any library.
    #[error(
        "not the row of a library that is known: it lacks the credential id, the public key or the counter"
    )]
    UnknownForm,
    /// A member is missing.
    #[error("the member {0} is missing")]
    Missing(&'static str),
    /// A member is not what it should be.
    #[error("the member {member} is not {expected}")]
    Member {
        /// The name of the member.
        member: &'static str,
        /// What is expected.
        expected: &'static str,
    },
}
