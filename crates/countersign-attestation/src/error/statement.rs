//! Errors in the syntax of `attStmt`.

use core::fmt;

use crate::{format::tpm::error::TpmError, limits::X5C_MAX};

/// How `attStmt` breaks its format's syntax. Code `attestation-statement-malformed`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementError {
    /// Not a decodable CBOR item.
    NotCbor,
    /// Not a CBOR map.
    NotMap,
    /// Not a CBOR array, which the format requires.
    NotArray,
    /// The map is not empty, as the format requires.
    NotEmpty,
    /// A member is missing; holds its name.
    Missing(&'static str),
    /// A member has another type, or a value out of its range.
    WrongType {
        /// The name of the member.
        member: &'static str,
        /// What the member must be.
        expected: &'static str,
    },
    /// A member that must not be empty is empty; holds its name.
    Empty(&'static str),
    /// A member that earlier levels of the specification had and this one removed; holds its name.
    Removed(&'static str),
    /// A structure of a `tpm` statement breaks its definition.
    Tpm(TpmError),
    /// The response of `android-safetynet` is not a compact JWS; holds the faulty part.
    NotJws(&'static str),
    /// `x5c` has more certificates than [`X5C_MAX`]; holds their number.
    TooManyCertificates(usize),
    /// `x5c` does not have the number of certificates that the format requires.
    CertificateCount {
        /// The number that the format requires.
        expected: usize,
        /// The number in the statement.
        got: usize,
    },
    /// A compound statement has fewer than two parts; holds their number.
    TooFewParts(usize),
    /// A part of a compound statement does not have the syntax that all parts have.
    Part {
        /// The part's position, from 0.
        position: usize,
        /// The error in the part.
        error: Box<StatementError>,
    },
    /// A compound statement in a compound statement.
    Nested,
}

impl fmt::Display for StatementError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCbor => f.write_str("not one cbor item"),
            Self::NotMap => f.write_str("not a map"),
            Self::NotArray => f.write_str("not an array"),
            Self::NotEmpty => f.write_str("the map is not empty"),
            Self::Missing(member) => write!(f, "{member} is missing"),
            Self::WrongType { member, expected } => write!(f, "{member} is not {expected}"),
            Self::Empty(member) => write!(f, "{member} is empty or has an empty element"),
            Self::Removed(member) => write!(f, "{member} is no longer part of the format"),
            Self::Tpm(_) => f.write_str("malformed tpm structure"),
            Self::NotJws(part) => write!(f, "response is not a compact jws: {part}"),
            Self::TooManyCertificates(count) => {
                write!(f, "x5c has {count} certificates, at most {X5C_MAX} expected")
            }
            Self::CertificateCount { expected, got } => {
                write!(f, "x5c has {got} certificates, {expected} expected")
            }
            Self::TooFewParts(count) => write!(f, "{count} parts, at least 2 expected"),
            Self::Part { position, .. } => write!(f, "part {position} is malformed"),
            Self::Nested => f.write_str("a compound statement in a compound statement"),
        }
    }
}

impl core::error::Error for StatementError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Tpm(error) => Some(error),
            Self::Part { error, .. } => Some(&**error),
            _ => None,
        }
    }
}
