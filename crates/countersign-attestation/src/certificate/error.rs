//! Errors of parsing certificates.

use core::fmt;

use countersign_types::Code;

use crate::{
    limits::{CERTIFICATE_MAX, EXTENSIONS_MAX},
    oid::Oid,
};

/// Why bytes are not a certificate. The code of each is `attestation-certificate-invalid`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateError {
    /// More than [`CERTIFICATE_MAX`] bytes.
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// Bytes follow the certificate.
    TrailingData {
        /// The number of bytes that follow.
        length: usize,
    },
    /// Not DER, or not the three parts of a certificate.
    NotDer,
    /// A part does not have its syntax; holds its name.
    Malformed(&'static str),
    /// `version` is unknown; holds its encoded value, one less than the version's number.
    Version(u32),
    /// The signature algorithm is not the one that the issuer signed.
    SignatureAlgorithmsDiffer,
    /// More than [`EXTENSIONS_MAX`] extensions; holds their number.
    TooManyExtensions(usize),
    /// An extension occurs more than once.
    DuplicateExtension(Oid<'static>),
    /// The value of an extension does not have its syntax.
    Extension(Oid<'static>),
}

impl CertificateError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        Code::AttestationCertificateInvalid
    }
}

impl fmt::Display for CertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { length } => {
                write!(f, "certificate of {length} bytes, at most {CERTIFICATE_MAX} expected")
            }
            Self::TrailingData { length } => write!(f, "{length} bytes follow the certificate"),
            Self::NotDer => f.write_str("not one certificate in der"),
            Self::Malformed(part) => write!(f, "the certificate's {part} is malformed"),
            Self::Version(encoded) => {
                write!(f, "the certificate's version is encoded as {encoded}, at most 2 expected")
            }
            Self::SignatureAlgorithmsDiffer => {
                f.write_str("the certificate's two signature algorithms differ")
            }
            Self::TooManyExtensions(count) => {
                write!(f, "certificate with {count} extensions, at most {EXTENSIONS_MAX} expected")
            }
            Self::DuplicateExtension(identifier) => write!(f, "extension {identifier} occurs more than once"),
            Self::Extension(identifier) => write!(f, "the value of extension {identifier} is malformed"),
        }
    }
}

impl core::error::Error for CertificateError {}
