//! Why a BLOB is refused.

use core::fmt;

use countersign_attestation::{CertificateError, PathError};
use countersign_cose::Scheme;
use countersign_types::{Code, Timestamp};

use crate::{Date, json::Fault};

/// Why a BLOB is refused. Whatever was held before stays what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetadataError {
    /// It does not have its form. Code `metadata-malformed`.
    Malformed(BlobFault),
    /// The header's algorithm, which this holds, is none that signs a BLOB, or is not one of the signer's key. Code
    /// `metadata-signature-invalid`.
    Algorithm(Box<str>),
    /// The signature does not verify. Code `metadata-signature-invalid`.
    SignatureInvalid,
    /// There is no verifier for the BLOB's signature, or for one on its signer's certificates. Code `verifier-missing`.
    VerifierMissing(Scheme),
    /// The signer's certificate leads to none of the accepted roots. Code `metadata-untrusted`.
    Untrusted(PathError),
    /// The certificates are elsewhere (`x5u`), or nowhere, and the caller did not hand them in. Code
    /// `metadata-untrusted`.
    ChainElsewhere,
    /// The signer's certificate was not issued to the host, which this holds. Code `metadata-untrusted`.
    HostName(Box<str>),
    /// The signer's key must not sign such things. Code `metadata-untrusted`.
    KeyUsage,
    /// The next BLOB should have been there long ago. Code `metadata-outdated`.
    Outdated {
        /// The day by which it was announced.
        next_update: Date,
        /// The time at which this one was judged.
        now: Timestamp,
    },
    /// A BLOB with a higher number was seen. Code `metadata-rollback`.
    Rollback {
        /// The highest number seen.
        seen: u64,
        /// This one's.
        got: u64,
    },
    /// It is the one that was seen already; holds its number. Code `metadata-rollback`.
    NotNewer(u64),
    /// The legal header is not the one that the operator accepted. Code `metadata-malformed`.
    LegalHeader,
}

/// What is wrong with a BLOB's form.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlobFault {
    /// More bytes than the policy allows; holds how many that is.
    TooLong(usize),
    /// Not a JWS in compact serialisation; holds which part is not as it should be.
    NotJws(&'static str),
    /// A certificate of `x5c` can't be read.
    Certificate {
        /// Its position, from 0.
        position: usize,
        /// Why, if it was base64 at all.
        error: Option<CertificateError>,
    },
    /// The payload is not JSON.
    NotJson {
        /// The byte of the decoded payload at which that shows.
        at: usize,
    },
    /// A member of the payload is missing.
    Missing(&'static str),
    /// A member of the payload is there twice.
    Twice(&'static str),
    /// A member of the payload is not of the type that it should be; holds the type.
    Type(&'static str),
    /// `nextUpdate` is not a date.
    NextUpdate,
    /// More entries than [`ENTRIES_MAX`](crate::blob::ENTRIES_MAX).
    TooManyEntries,
}

impl MetadataError {
    /// The stable word for it.
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

impl From<BlobFault> for MetadataError {
    fn from(fault: BlobFault) -> Self {
        Self::Malformed(fault)
    }
}

impl From<Fault> for BlobFault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Syntax(at) => Self::NotJson { at },
            Fault::Type(expected) => Self::Type(expected),
            Fault::Twice(name) => Self::Twice(name),
            Fault::Missing(name) => Self::Missing(name),
        }
    }
}

impl fmt::Display for MetadataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(fault) => write!(f, "the metadata blob is malformed: {fault}"),
            Self::Algorithm(algorithm) => {
                write!(f, "the metadata blob's algorithm {algorithm:?} is not one of its signer's key")
            }
            Self::SignatureInvalid => f.write_str("the metadata blob's signature does not verify"),
            Self::VerifierMissing(scheme) => {
                write!(f, "no verifier for {scheme}, with which the metadata blob or its signer is signed")
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
            Self::Malformed(BlobFault::Certificate { error: Some(error), .. }) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for BlobFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(limit) => write!(f, "more than {limit} bytes"),
            Self::NotJws(part) => write!(f, "not a compact jws: {part}"),
            Self::Certificate { position, .. } => write!(f, "certificate {position} of x5c can't be read"),
            Self::NotJson { at } => write!(f, "not json at byte {at}"),
            Self::Missing(name) => write!(f, "{name} is missing"),
            Self::Twice(name) => write!(f, "{name} is there twice"),
            Self::Type(expected) => write!(f, "something is not {expected}"),
            Self::NextUpdate => f.write_str("nextUpdate is no date"),
            Self::TooManyEntries => f.write_str("too many entries"),
        }
    }
}
