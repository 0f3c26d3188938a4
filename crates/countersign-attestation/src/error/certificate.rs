//! Errors in the certificates of a statement.

use countersign_cose::KeyError;

use crate::{
    certificate::{error::CertificateError, name::SubjectAttribute},
    format::android_key::error::AndroidKeyError,
    oid::Oid,
};

/// Why a certificate of a statement does not meet its format's requirements. Code `attestation-certificate-invalid`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationCertificateError {
    /// An element of `x5c` is not a certificate.
    #[error("x5c[{position}] is not a certificate")]
    Unparsable {
        /// The element's position, from 0.
        position: usize,
        /// The parser's error.
        #[source]
        error: CertificateError,
    },
    /// The public key can't be used.
    #[error("its public key can't be used")]
    Key(#[source] KeyError),
    /// The public key is not on the curve P-256, which the format requires.
    #[error("its public key is not on P-256")]
    KeyNotP256,
    /// The version is not 3; holds the version.
    #[error("its version is {0}, expected 3")]
    Version(u8),
    /// An attribute of the subject is missing, is repeated, or has another value than the format requires.
    #[error("its subject lacks a valid {0}")]
    Subject(SubjectAttribute),
    /// There is no basic constraints extension.
    #[error("it has no basic constraints")]
    BasicConstraintsMissing,
    /// The basic constraints say that the subject is a CA.
    #[error("its basic constraints mark a ca")]
    IsCa,
    /// An extension is critical that must not be.
    #[error("its extension {0} is critical")]
    Critical(Oid<'static>),
    /// An extension's value does not have its syntax.
    #[error("the value of its extension {0} is malformed")]
    Extension(Oid<'static>),
    /// An extension that the format requires is missing.
    #[error("it has no extension {0}")]
    ExtensionMissing(Oid<'static>),
    /// A certificate other than the attestation certificate has an extension that is reserved for the latter.
    #[error("x5c[{position}] has the extension {identifier}, which only the first may have")]
    ExtensionMisplaced {
        /// The extension.
        identifier: Oid<'static>,
        /// The other certificate's position in `x5c`, from 0.
        position: usize,
    },
    /// Android's description of the key rules it out as a credential key.
    #[error("its key is not a credential key")]
    AndroidKey(#[source] AndroidKeyError),
    /// The certificate was not issued to this host name.
    #[error("it was not issued to the host {0}")]
    HostName(&'static str),
    /// The subject is not empty, as the format requires.
    #[error("its subject is not empty")]
    SubjectNotEmpty,
    /// The directory name in the alternative name does not have this attribute exactly once, in its form.
    #[error("its alternative name lacks a valid attribute {0}")]
    AlternativeName(Oid<'static>),
    /// The extended key usage lacks this purpose.
    #[error("its extended key usage lacks the purpose {0}")]
    Purpose(Oid<'static>),
}
