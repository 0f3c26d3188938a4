//! What can be wrong with the parts of a compound statement, taken together.

use core::fmt;

use countersign_types::Code;

use super::{PART_CERTIFICATES_MAX, PARTS_MAX};
use crate::AttestationError;

/// Why a compound statement does not have the parts that it must.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompoundFault {
    /// A part does not verify, and the policy wants it to, or another in its place. The code is the part's.
    PartFailed {
        /// Its position, from 0.
        position: usize,
        /// Why.
        error: Box<AttestationError>,
    },
    /// All parts verify, and the policy wants more. Code `attestation-not-accepted`.
    TooFewVerified {
        /// How many the policy wants.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// No part is of this format, which the policy wants. Code `attestation-not-accepted`.
    FormatMissing(String),
    /// More than [`PARTS_MAX`] parts; holds their number. Code `attestation-statement-malformed`.
    TooManyParts(usize),
    /// The parts have more than [`PART_CERTIFICATES_MAX`] certificates; holds their number. Code
    /// `attestation-statement-malformed`.
    TooManyCertificates(usize),
}

impl CompoundFault {
    /// The stable word for it.
    pub const fn code(&self) -> Code {
        match self {
            Self::PartFailed { error, .. } => error.code(),
            Self::TooFewVerified { .. } | Self::FormatMissing(_) => Code::AttestationNotAccepted,
            Self::TooManyParts(_) | Self::TooManyCertificates(_) => Code::AttestationStatementMalformed,
        }
    }
}

impl fmt::Display for CompoundFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PartFailed { position, .. } => write!(f, "part {position} does not verify"),
            Self::TooFewVerified { expected, got } => {
                write!(f, "{got} parts verify, at least {expected} expected")
            }
            Self::FormatMissing(format) => write!(f, "no part of format {format:?}"),
            Self::TooManyParts(count) => write!(f, "{count} parts, at most {PARTS_MAX} expected"),
            Self::TooManyCertificates(count) => {
                write!(f, "parts with {count} certificates, at most {PART_CERTIFICATES_MAX} expected")
            }
        }
    }
}

impl core::error::Error for CompoundFault {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::PartFailed { error, .. } => Some(&**error),
            _ => None,
        }
    }
}
