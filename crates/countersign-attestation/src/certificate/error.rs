//! Errors of parsing certificates.

use countersign_types::Code;

use crate::{
    limits::{CERTIFICATE_MAX, EXTENSIONS_MAX},
    oid::Oid,
};

/// Why bytes are not a certificate. The code of each is `attestation-certificate-invalid`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// More than [`CERTIFICATE_MAX`] bytes.
    #[error("certificate of {length} bytes, at most {CERTIFICATE_MAX} expected")]
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// Bytes follow the certificate.
    #[error("{length} bytes follow the certificate")]
    TrailingData {
        /// The number of bytes that follow.
        length: usize,
    },
    /// Not DER, or not the three parts of a certificate.
    #[error("not one certificate in der")]
    NotDer,
    /// A part does not have its syntax; holds its name.
    #[error("the certificate's {0} is malformed")]
    Malformed(&'static str),
    /// `version` is unknown; holds its encoded value, one less than the version's number.
    #[error("the certificate's version is encoded as {0}, at most 2 expected")]
    Version(u32),
    /// The signature algorithm is not the one that the issuer signed.
    #[error("the certificate's two signature algorithms differ")]
    SignatureAlgorithmsDiffer,
    /// More than [`EXTENSIONS_MAX`] extensions; holds their number.
    #[error("certificate with {0} extensions, at most {EXTENSIONS_MAX} expected")]
    TooManyExtensions(usize),
    /// An extension occurs more than once.
    #[error("extension {0} occurs more than once")]
    DuplicateExtension(Oid<'static>),
    /// The value of an extension does not have its syntax.
    #[error("the value of extension {0} is malformed")]
    Extension(Oid<'static>),
}

impl CertificateError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        Code::AttestationCertificateInvalid
    }
}
