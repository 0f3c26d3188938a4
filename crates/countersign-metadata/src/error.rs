//! The errors of reading and verifying a BLOB.

use core::fmt;

use countersign_attestation::{CertificateError, PathError};
use countersign_cose::Scheme;
use countersign_types::{Code, Timestamp};

use crate::{date::Date, json::JsonError};

/// Why a BLOB is rejected. [`Metadata`](crate::Metadata) then keeps the BLOB that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataError {
    /// The BLOB is malformed. Code `metadata-malformed`.
    Malformed(MalformedBlobError),
    /// The algorithm in the header, which this holds, never signs a BLOB, or does not match the signer's key. Code
    /// `metadata-signature-invalid`.
    Algorithm(Box<str>),
    /// The signature does not verify. Code `metadata-signature-invalid`.
    SignatureInvalid,
    /// There is no verifier for the signature of the BLOB or of one of its signer's certificates. Code
    /// `verifier-missing`.
    VerifierMissing(Scheme),
    /// The signer's certificate does not lead to an accepted root. Code `metadata-untrusted`.
    Untrusted(PathError),
    /// The BLOB has no certificates, or they are at another address (`x5u`), and the caller did not supply them. Code
    /// `metadata-untrusted`.
    ChainElsewhere,
    /// The signer's certificate was not issued to the required host, which this holds. Code `metadata-untrusted`.
    HostName(Box<str>),
    /// The usage of the signer's key does not include signatures. Code `metadata-untrusted`.
    KeyUsage,
    /// The next BLOB is overdue. Code `metadata-outdated`.
    Outdated {
        /// The day by which the next BLOB was announced.
        next_update: Date,
        /// The time of the verification.
        now: Timestamp,
    },
    /// A BLOB with a higher number was seen before. Code `metadata-rollback`.
    Rollback {
        /// The highest number seen.
        seen: u64,
        /// The number of this BLOB.
        got: u64,
    },
    /// The BLOB with this number was seen before. Code `metadata-rollback`.
    NotNewer(u64),
    /// The legal header is not the accepted one. Code `metadata-malformed`.
    LegalHeader,
}

/// How a BLOB is malformed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedBlobError {
    /// The BLOB has more bytes than the policy allows; holds the limit.
    TooLong(usize),
    /// The BLOB is not a JWS in compact serialisation; holds the part that is wrong.
    NotJws(&'static str),
    /// A certificate of `x5c` cannot be read.
    Certificate {
        /// The position of the certificate, from 0.
        position: usize,
        /// The error of the certificate, unless it is not even base64.
        error: Option<CertificateError>,
    },
    /// The payload is not JSON.
    NotJson {
        /// The position of the syntax error in the decoded payload, in bytes.
        at: usize,
    },
    /// A member of the payload is missing.
    Missing(&'static str),
    /// A member of the payload occurs twice.
    Twice(&'static str),
    /// A member of the payload does not have the expected type, which this holds.
    Type(&'static str),
    /// `nextUpdate` is not a date.
    NextUpdate,
    /// The BLOB has more than [`ENTRIES_MAX`](crate::limits::ENTRIES_MAX) entries.
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

impl From<MalformedBlobError> for MetadataError {
    fn from(error: MalformedBlobError) -> Self {
        Self::Malformed(error)
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

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(_) => f.write_str("the metadata blob is malformed"),
            Self::Algorithm(algorithm) => {
                write!(f, "the metadata blob's algorithm {algorithm:?} does not match its signer's key")
            }
            Self::SignatureInvalid => f.write_str("the metadata blob's signature does not verify"),
            Self::VerifierMissing(scheme) => {
                write!(f, "no verifier for {scheme}, which signs the metadata blob or its signer")
            }
            Self::Untrusted(_) => f.write_str("the metadata blob's signer is not trusted"),
            Self::ChainElsewhere => f.write_str("the metadata blob comes without its signer's certificates"),
            Self::HostName(host) => write!(f, "the metadata blob's signer is not {host}"),
            Self::KeyUsage => f.write_str("the metadata blob's signer has a key for other purposes"),
            Self::Outdated { next_update, .. } => {
                write!(f, "the metadata blob is outdated: the next one was due on {next_update}")
            }
            Self::Rollback { seen, got } => {
                write!(f, "the metadata blob has number {got}, and number {seen} was seen before")
            }
            Self::NotNewer(number) => write!(f, "the metadata blob of number {number} was seen before"),
            Self::LegalHeader => f.write_str("the metadata blob's legal header is not the accepted one"),
        }
    }
}

impl core::error::Error for MetadataError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Untrusted(error) => Some(error),
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for MalformedBlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(limit) => write!(f, "more than {limit} bytes"),
            Self::NotJws(part) => write!(f, "not a compact jws: {part}"),
            Self::Certificate { position, .. } => write!(f, "certificate {position} of x5c cannot be read"),
            Self::NotJson { at } => write!(f, "not json at byte {at}"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Twice(name) => write!(f, "{name} occurs twice"),
            Self::Type(expected) => write!(f, "a value is not {expected}"),
            Self::NextUpdate => f.write_str("nextUpdate is not a date"),
            Self::TooManyEntries => f.write_str("too many entries"),
        }
    }
}

impl core::error::Error for MalformedBlobError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Certificate { error: Some(error), .. } => Some(error),
            _ => None,
        }
    }
}
