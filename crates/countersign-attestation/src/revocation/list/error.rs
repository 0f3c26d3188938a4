//! Errors of parsing revocation lists.

use core::fmt;

use crate::{der::NotDer, limits::CRL_MAX, oid::Oid};

/// Why bytes are not a usable certificate revocation list. The list is the caller's own data, so the error has no code.
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
    /// Not DER, or not the parts of a list.
    NotDer,
    /// The version is neither 1 nor 2, or the list has parts of another version.
    Version,
    /// The signature algorithm is not the one that the issuer signed.
    SignatureAlgorithmsDiffer,
    /// A time is malformed, or the time of the next update is missing.
    Time,
    /// An extension occurs more than once.
    DuplicateExtension(Oid<'static>),
    /// Too many extensions of the list or of an entry.
    TooManyExtensions,
    /// A critical extension of the list or of an entry is unknown.
    UnknownCritical(Oid<'static>),
    /// A delta list: the changes to another list.
    Delta,
    /// An indirect list: certificates of other issuers.
    Indirect,
    /// A partial list: for some reasons only, for attribute certificates, or of a distribution point with a name relative to
    /// the issuer's.
    Partial,
    /// An entry removes a certificate from another list.
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
                f.write_str("the revocation list's version is unknown or does not fit its parts")
            }
            Self::SignatureAlgorithmsDiffer => {
                f.write_str("the revocation list's signature algorithm is not the one that was signed")
            }
            Self::Time => f.write_str("a time of the revocation list is malformed or missing"),
            Self::DuplicateExtension(identifier) => {
                write!(f, "extension {identifier} of the revocation list occurs more than once")
            }
            Self::TooManyExtensions => f.write_str("the revocation list has too many extensions"),
            Self::UnknownCritical(identifier) => {
                write!(f, "critical extension {identifier} of the revocation list is unknown")
            }
            Self::Delta => f.write_str("a delta revocation list"),
            Self::Indirect => f.write_str("an indirect revocation list"),
            Self::Partial => f.write_str("a revocation list for some reasons or kinds only"),
            Self::RemoveFromList => {
                f.write_str("an entry removes a certificate from another revocation list")
            }
        }
    }
}

impl core::error::Error for RevocationListError {}
