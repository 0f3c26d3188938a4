//! Errors in the certificates of a statement.

use core::fmt;

use countersign_cose::KeyError;

use crate::{
    certificate::{error::CertificateError, name::SubjectAttribute},
    format::android_key::error::AndroidKeyError,
    oid::Oid,
};

/// Why a certificate of a statement does not meet its format's requirements. Code `attestation-certificate-invalid`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationCertificateError {
    /// An element of `x5c` is not a certificate.
    Unparsable {
        /// The element's position, from 0.
        position: usize,
        /// The parser's error.
        error: CertificateError,
    },
    /// The public key can't be used.
    Key(KeyError),
    /// The public key is not on the curve P-256, which the format requires.
    KeyNotP256,
    /// The version is not 3; holds the version.
    Version(u8),
    /// An attribute of the subject is missing, is repeated, or has another value than the format requires.
    Subject(SubjectAttribute),
    /// There is no basic constraints extension.
    BasicConstraintsMissing,
    /// The basic constraints say that the subject is a CA.
    IsCa,
    /// An extension is critical that must not be.
    Critical(Oid<'static>),
    /// An extension's value does not have its syntax.
    Extension(Oid<'static>),
    /// An extension that the format requires is missing.
    ExtensionMissing(Oid<'static>),
    /// A certificate other than the attestation certificate has an extension that is reserved for the latter.
    ExtensionMisplaced {
        /// The extension.
        identifier: Oid<'static>,
        /// The other certificate's position in `x5c`, from 0.
        position: usize,
    },
    /// Android's description of the key rules it out as a credential key.
    AndroidKey(AndroidKeyError),
    /// The certificate was not issued to this host name.
    HostName(&'static str),
    /// The subject is not empty, as the format requires.
    SubjectNotEmpty,
    /// The directory name in the alternative name does not have this attribute exactly once, in its form.
    AlternativeName(Oid<'static>),
    /// The extended key usage lacks this purpose.
    Purpose(Oid<'static>),
}

impl fmt::Display for AttestationCertificateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unparsable { position, .. } => write!(f, "x5c[{position}] is not a certificate"),
            Self::Key(_) => f.write_str("its public key can't be used"),
            Self::KeyNotP256 => f.write_str("its public key is not on P-256"),
            Self::Version(version) => write!(f, "its version is {version}, expected 3"),
            Self::Subject(attribute) => write!(f, "its subject lacks a valid {attribute}"),
            Self::BasicConstraintsMissing => f.write_str("it has no basic constraints"),
            Self::IsCa => f.write_str("its basic constraints mark a ca"),
            Self::Critical(identifier) => write!(f, "its extension {identifier} is critical"),
            Self::Extension(identifier) => write!(f, "the value of its extension {identifier} is malformed"),
            Self::ExtensionMissing(identifier) => write!(f, "it has no extension {identifier}"),
            Self::ExtensionMisplaced { identifier, position } => {
                write!(f, "x5c[{position}] has the extension {identifier}, which only the first may have")
            }
            Self::AndroidKey(_) => f.write_str("its key is not a credential key"),
            Self::HostName(name) => write!(f, "it was not issued to the host {name}"),
            Self::SubjectNotEmpty => f.write_str("its subject is not empty"),
            Self::AlternativeName(attribute) => {
                write!(f, "its alternative name lacks a valid attribute {attribute}")
            }
            Self::Purpose(purpose) => write!(f, "its extended key usage lacks the purpose {purpose}"),
        }
    }
}

impl core::error::Error for AttestationCertificateError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Unparsable { error, .. } => Some(error),
            Self::Key(error) => Some(error),
            Self::AndroidKey(error) => Some(error),
            _ => None,
        }
    }
}
