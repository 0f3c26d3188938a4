//! The errors of reading and verifying a BLOB.

use countersign_attestation::{CertificateError, PathError};
use countersign_cose::Scheme;
use countersign_types::{Code, Timestamp};

use crate::{date::Date, json::JsonError};

/// Why a BLOB is rejected. [`Metadata`](crate::Metadata) then keeps the BLOB that it has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// The BLOB is malformed. Code `metadata-malformed`.
    #[error("the metadata blob is malformed")]
    Malformed(#[from] MalformedBlobError),
    /// The algorithm in the header, which this holds, never signs a BLOB, or does not match the signer's key. Code
    /// `metadata-signature-invalid`.
    #[error("the metadata blob's algorithm {0:?} does not match its signer's key")]
    Algorithm(Box<str>),
    /// The signature does not verify. Code `metadata-signature-invalid`.
    #[error("the metadata blob's signature does not verify")]
    SignatureInvalid,
    /// There is no verifier for the signature of the BLOB or of one of its signer's certificates. Code
    /// `verifier-missing`.
    #[error("no verifier for {0}, which signs the metadata blob or its signer")]
    VerifierMissing(Scheme),
    /// The signer's certificate does not lead to an accepted root. Code `metadata-untrusted`.
    #[error("the metadata blob's signer is not trusted")]
    Untrusted(#[source] PathError),
    /// The BLOB has no certificates, or they are at another address (`x5u`), and the caller did not supply them. Code
    /// `metadata-untrusted`.
    #[error("the metadata blob comes without its signer's certificates")]
    ChainElsewhere,
    /// The signer's certificate was not issued to the required host, which this holds. Code `metadata-untrusted`.
    #[error("the metadata blob's signer is not {0}")]
    HostName(Box<str>),
    /// The usage of the signer's key does not include signatures. Code `metadata-untrusted`.
    #[error("the metadata blob's signer has a key for other purposes")]
    KeyUsage,
    /// The next BLOB is overdue. Code `metadata-outdated`.
    #[error("the metadata blob is outdated: the next one was due on {next_update}")]
    Outdated {
        /// The day by which the next BLOB was announced.
        next_update: Date,
        /// The time of the verification.
        now: Timestamp,
    },
    /// A BLOB with a higher number was seen before. Code `metadata-rollback`.
    #[error("the metadata blob has number {got}, and number {seen} was seen before")]
    Rollback {
        /// The highest number seen.
        seen: u64,
        /// The number of this BLOB.
        got: u64,
    },
    /// The BLOB with this number was seen before. Code `metadata-rollback`.
    #[error("the metadata blob of number {0} was seen before")]
    NotNewer(u64),
    /// The legal header is not the accepted one. Code `metadata-malformed`.
    #[error("the metadata blob's legal header is not the accepted one")]
    LegalHeader,
}

/// How a BLOB is malformed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedBlobError {
    /// The BLOB has more bytes than the policy allows; holds the limit.
    #[error("more than {0} bytes")]
    TooLong(usize),
    /// The BLOB is not a JWS in compact serialisation; holds the part that is wrong.
    #[error("not a compact jws: {0}")]
    NotJws(&'static str),
    /// A certificate of `x5c` cannot be read.
    #[error("certificate {position} of x5c cannot be read")]
    Certificate {
        /// The position of the certificate, from 0.
        position: usize,
        /// The error of the certificate, unless it is not even base64.
        #[source]
        error: Option<CertificateError>,
    },
    /// The payload is not JSON.
    #[error("not json at byte {at}")]
    NotJson {
        /// The position of the syntax error in the decoded payload, in bytes.
        at: usize,
    },
    /// A member of the payload is missing.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A member of the payload occurs twice.
    #[error("{0} occurs twice")]
    Twice(&'static str),
    /// A member of the payload does not have the expected type, which this holds.
    #[error("a value is not {0}")]
    Type(&'static str),
    /// `nextUpdate` is not a date.
    #[error("nextUpdate is not a date")]
    NextUpdate,
    /// The BLOB has more than [`ENTRIES_MAX`](crate::limits::ENTRIES_MAX) entries.
    #[error("too many entries")]
    TooManyEntries,
}

impl MetadataError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::Malformed(_) | Self::LegalHeader => Code::MetadataMalformed,
            Self::Algorithm(_) | Self::SignatureInvalid => Code::MetadataSignatureInvalid,
            Self::VerifierMissing(_) => Code::VerifierMissing,
            Self::Untrusted(_) | Self::ChainElsewhere | Self::HostName(_) | Self::KeyUsage => {
                Code::MetadataUntrusted
            }
            Self::Outdated { .. } => Code::MetadataOutdated,
            Self::Rollback { .. } | Self::NotNewer(_) => Code::MetadataRollback,
        }
    }
}

impl From<JsonError> for MalformedBlobError {
    fn from(error: JsonError) -> Self {
        match error {
            JsonError::Syntax(at) => Self::NotJson { at },
            JsonError::Type(expected) => Self::Type(expected),
            JsonError::Twice(name) => Self::Twice(name),
            JsonError::Missing(name) => Self::Missing(name),
        }
    }
}
