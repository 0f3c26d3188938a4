//! Why bytes are not a list that can be used.

use core::fmt;

use crate::{der::NotDer, limits::CRL_MAX, oid::Oid};

/// Why bytes are not a certificate revocation list that can be used. It is the caller's own data that is at fault, so
/// that there is no code for it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationListError {
    /// More than [`CRL_MAX`] bytes.
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// Bytes follow the list.
    TrailingData {
        /// The number of bytes that follow.
        length: usize,
    },
    /// Not DER, or not of the parts of a list.
    NotDer,
    /// The version is neither 1 nor 2, or the list has what its version has not.
    Version,
    /// The signature algorithm is not the one that the issuer signed.
    SignatureAlgorithmsDiffer,
    /// A time can't be read, or the list does not say when the next one is due.
    Time,
    /// An extension occurs more than once.
    DuplicateExtension(Oid<'static>),
    /// More extensions than any list has.
    TooManyExtensions,
    /// A critical extension of the list, or of an entry, is not known.
    UnknownCritical(Oid<'static>),
    /// A list of the changes to another.
    Delta,
    /// A list of certificates of other issuers.
    Indirect,
    /// A list for some reasons only, or for attribute certificates, or of a distribution point whose name is relative to
    /// its issuer's.
    Partial,
    /// An entry takes a certificate off another list.
    RemoveFromList,
}

impl From<NotDer> for RevocationListError {
    fn from(_: NotDer) -> Self {
        Self::NotDer
    }
}

impl fmt::Display for RevocationListError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => {
                write!(f, "a revocation list of {length} bytes, at most {CRL_MAX} expected")
            }
            Self::TrailingData { length } => write!(f, "{length} bytes follow the revocation list"),
            Self::NotDer => f.write_str("not the der of a revocation list"),
            Self::Version => {
                f.write_str("the revocation list has another version than it says, or than 1 and 2")
            }
            Self::SignatureAlgorithmsDiffer => {
                f.write_str("the revocation list's signature algorithm is not the one that was signed")
            }
            Self::Time => f.write_str("a time of the revocation list can't be read, or is missing"),
            Self::DuplicateExtension(identifier) => {
                write!(f, "extension {identifier} of the revocation list occurs more than once")
            }
            Self::TooManyExtensions => f.write_str("the revocation list has too many extensions"),
            Self::UnknownCritical(identifier) => {
                write!(f, "critical extension {identifier} of the revocation list is not known")
            }
            Self::Delta => f.write_str("a delta revocation list"),
            Self::Indirect => f.write_str("an indirect revocation list"),
            Self::Partial => f.write_str("a revocation list for some reasons or kinds only"),
            Self::RemoveFromList => f.write_str("an entry takes a certificate off another revocation list"),
        }
    }
}

impl core::error::Error for RevocationListError {}
