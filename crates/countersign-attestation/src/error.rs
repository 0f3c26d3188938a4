//! Errors of verification procedures. Each has a stable [`Code`] and a cause.

use core::fmt;

use countersign_cose::{KeyError, Scheme};
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};

use crate::{
    format::android_key::error::AndroidKeyError,
    limits::{PART_CERTIFICATES_MAX, PARTS_MAX},
};

pub(crate) mod certificate;
pub(crate) mod configuration;
pub(crate) mod key_mismatch;
pub(crate) mod statement;

pub use certificate::AttestationCertificateError;
pub use configuration::FormatConfigurationError;
pub use key_mismatch::KeyMismatchError;
pub use statement::StatementError;

/// Why a verification procedure rejects a statement.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AttestationError {
    /// The format is not supported; holds `fmt`. Code `attestation-format-unsupported`.
    #[error("attestation statement format {0:?} is not supported")]
    FormatUnsupported(String),
    /// `fmt` is not a format identifier. Code `attestation-format-unsupported`.
    #[error("{length} bytes that are no identifier of an attestation statement format")]
    FormatIdentifier {
        /// The number of bytes in `fmt`.
        length: usize,
    },
    /// `attStmt` does not have its format's syntax. Code `attestation-statement-malformed`.
    #[error("malformed attestation statement")]
    StatementMalformed(#[from] StatementError),
    /// The authenticator data has no attested credential data. Code `attested-credential-data-missing`.
    #[error("no attested credential data")]
    AttestedCredentialDataMissing,
    /// `alg` is unknown, or may not sign such a statement. Code `algorithm-unsupported`.
    #[error("the attestation statement's algorithm {0} is not supported")]
    AlgorithmUnsupported(AlgorithmIdentifier),
    /// `alg` is known, but has no verifier. Code `verifier-missing`.
    #[error("no verifier for the attestation statement's algorithm, {0}")]
    VerifierMissing(Scheme),
    /// The attestation certificate's key does not fit `alg`. Code `attestation-signature-invalid`.
    #[error("the attestation certificate's key does not fit algorithm {0}")]
    AlgorithmUnfit(AlgorithmIdentifier),
    /// The credential's public key can't be used. Code `public-key-malformed`, `algorithm-unsupported` or
    /// `verifier-missing`.
    #[error("the credential's public key can't be used")]
    CredentialKey(#[source] KeyError),
    /// The signature does not verify. Code `attestation-signature-invalid`.
    #[error("the attestation signature does not verify")]
    SignatureInvalid,
    /// The attested key, or its algorithm, is not the credential's. Code `attestation-key-mismatch`.
    #[error("the attested key is not the credential's")]
    KeyMismatch(#[from] KeyMismatchError),
    /// A certificate is malformed, or breaks its format's requirements. Code `attestation-certificate-invalid`.
    #[error("invalid attestation certificate")]
    CertificateInvalid(#[from] AttestationCertificateError),
    /// The certificate names another AAGUID than the authenticator data. Code `attestation-aaguid-mismatch`.
    #[error(
        "the attestation certificate is for aaguid {certificate}, the authenticator data has {authenticator}"
    )]
    AaguidMismatch {
        /// The certificate's AAGUID.
        certificate: Aaguid,
        /// The authenticator data's AAGUID.
        authenticator: Aaguid,
    },
    /// A member that binds the statement to this ceremony's data has another value; holds its name. Code
    /// `attestation-binding-mismatch`.
    #[error("the attestation statement's {0} is not bound to this ceremony")]
    BindingMismatch(&'static str),
    /// The format's configuration does not accept the statement. Code `attestation-not-accepted`.
    #[error("the attestation statement is not accepted")]
    NotAccepted(#[from] FormatConfigurationError),
    /// Too few parts of a compound statement verify, or there are too many. The code is [`CompoundError::code`].
    #[error("the compound attestation does not have the required parts")]
    Compound(#[from] CompoundError),
}

/// Why a compound statement does not have the required parts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CompoundError {
    /// A part that the quorum needs does not verify. The code is the part's.
    PartFailed {
        /// The part's position, from 0.
        position: usize,
        /// The part's error.
        error: Box<AttestationError>,
    },
    /// All parts verify, but they are fewer than the quorum. Code `attestation-not-accepted`.
    TooFewVerified {
        /// The number of parts that the configuration requires.
        expected: usize,
        /// The number of parts that verify.
        got: usize,
    },
    /// No part has this format, which the configuration requires. Code `attestation-not-accepted`.
    FormatMissing(String),
    /// More than [`PARTS_MAX`] parts; holds their number. Code `attestation-statement-malformed`.
    TooManyParts(usize),
    /// More than [`PART_CERTIFICATES_MAX`] certificates in all parts; holds their number. Code
    /// `attestation-statement-malformed`.
    TooManyCertificates(usize),
}

impl AttestationError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::FormatUnsupported(_) | Self::FormatIdentifier { .. } => Code::AttestationFormatUnsupported,
            Self::StatementMalformed(_) => Code::AttestationStatementMalformed,
            Self::AttestedCredentialDataMissing => Code::AttestedCredentialDataMissing,
            Self::AlgorithmUnsupported(_) => Code::AlgorithmUnsupported,
            Self::VerifierMissing(_) => Code::VerifierMissing,
            Self::CredentialKey(error) => error.code(),
            Self::AlgorithmUnfit(_) | Self::SignatureInvalid => Code::AttestationSignatureInvalid,
            Self::KeyMismatch(_) => Code::AttestationKeyMismatch,
            Self::CertificateInvalid(_) => Code::AttestationCertificateInvalid,
            Self::AaguidMismatch { .. } => Code::AttestationAaguidMismatch,
            Self::BindingMismatch(_) => Code::AttestationBindingMismatch,
            Self::NotAccepted(_) => Code::AttestationNotAccepted,
            Self::Compound(error) => error.code(),
        }
    }
}

impl CompoundError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::PartFailed { error, .. } => error.code(),
            Self::TooFewVerified { .. } | Self::FormatMissing(_) => Code::AttestationNotAccepted,
            Self::TooManyParts(_) | Self::TooManyCertificates(_) => Code::AttestationStatementMalformed,
        }
    }
}

impl From<AndroidKeyError> for AttestationError {
    fn from(error: AndroidKeyError) -> Self {
        AttestationCertificateError::AndroidKey(error).into()
    }
}

impl fmt::Display for CompoundError {
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

impl core::error::Error for CompoundError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::PartFailed { error, .. } => Some(&**error),
            _ => None,
        }
    }
}
