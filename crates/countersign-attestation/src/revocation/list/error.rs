//! Errors of parsing revocation lists.

use crate::{der::NotDer, limits::CRL_MAX, oid::Oid};

/// Why bytes are not a usable certificate revocation list. The list is the caller's own data, so the error has no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevocationListError {
    /// More than [`CRL_MAX`] bytes.
    #[error("a revocation list of {length} bytes, at most {CRL_MAX} expected")]
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// Bytes follow the list.
    #[error("{length} bytes follow the revocation list")]
    TrailingData {
        /// The number of bytes that follow.
        length: usize,
    },
    /// Not DER, or not the parts of a list.
    #[error("not the der of a revocation list")]
    NotDer,
    /// The version is neither 1 nor 2, or the list has parts of another version.
    #[error("the revocation list's version is unknown or does not fit its parts")]
    Version,
    /// The signature algorithm is not the one that the issuer signed.
    #[error("the revocation list's signature algorithm is not the one that was signed")]
    SignatureAlgorithmsDiffer,
    /// A time is malformed, or the time of the next update is missing.
    #[error("a time of the revocation list is malformed or missing")]
    Time,
    /// An extension occurs more than once.
    #[error("extension {0} of the revocation list occurs more than once")]
    DuplicateExtension(Oid<'static>),
    /// Too many extensions of the list or of an entry.
    #[error("the revocation list has too many extensions")]
    TooManyExtensions,
    /// A critical extension of the list or of an entry is unknown.
    #[error("critical extension {0} of the revocation list is unknown")]
    UnknownCritical(Oid<'static>),
    /// A delta list: the changes to another list.
    #[error("a delta revocation list")]
    Delta,
    /// An indirect list: certificates of other issuers.
    #[error("an indirect revocation list")]
    Indirect,
    /// A partial list: for some reasons only, for attribute certificates, or of a distribution point with a name relative to
    /// the issuer's.
    #[error("a revocation list for some reasons or kinds only")]
    Partial,
    /// An entry removes a certificate from another list.
    #[error("an entry removes a certificate from another revocation list")]
    RemoveFromList,
}

impl From<NotDer> for RevocationListError {
    fn from(_: NotDer) -> Self {
        Self::NotDer
    }
}
