//! What can be wrong with an attestation statement.

use core::fmt;

use countersign_cose::KeyError;
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};

use crate::{CertificateError, certificate::SubjectAttribute, format::X5C_MAX, oid::Oid};

/// Why a verification procedure does not accept a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationError {
    /// No verifier for this format; holds `fmt`. Code `attestation-format-unsupported`.
    FormatUnsupported(String),
    /// `attStmt` does not have its format's syntax. Code `attestation-statement-malformed`.
    StatementMalformed(StatementFault),
    /// There is no attested credential data. Code `attested-credential-data-missing`.
    AttestedCredentialDataMissing,
    /// No verifier for `alg`. Code `algorithm-unsupported`.
    AlgorithmUnsupported(AlgorithmIdentifier),
    /// The attestation certificate's key is not one for `alg`. Code `attestation-signature-invalid`.
    AlgorithmUnfit(AlgorithmIdentifier),
    /// The credential's public key can't be used to verify. Code `public-key-malformed` or `algorithm-unsupported`.
    CredentialKey(KeyError),
    /// The signature does not verify. Code `attestation-signature-invalid`.
    SignatureInvalid,
    /// The attested key, or its algorithm, is not the credential's. Code `attestation-key-mismatch`.
    KeyMismatch(KeyMismatch),
    /// A certificate can't be parsed, or breaks its format's requirements. Code `attestation-certificate-invalid`.
    CertificateInvalid(CertificateFault),
    /// The certificate is for another AAGUID than the authenticator data's. Code `attestation-aaguid-mismatch`.
    AaguidMismatch {
        /// The certificate's.
        certificate: Aaguid,
        /// The authenticator data's.
        authenticator: Aaguid,
    },
}

/// How `attStmt` breaks its format's syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementFault {
    /// Not CBOR that can be decoded.
    NotCbor,
    /// Not a CBOR map.
    NotMap,
    /// The map is not empty where it must be.
    NotEmpty,
    /// A member is missing.
    Missing(&'static str),
    /// A member has another type, or a value out of its range.
    WrongType {
        /// The member.
        member: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A member that must not be empty is.
    Empty(&'static str),
    /// A member that earlier levels of the specification had and this one removed.
    Removed(&'static str),
    /// `x5c` has more certificates than [`X5C_MAX`]; holds their number.
    TooManyCertificates(usize),
}

/// How the attested key differs from the credential's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyMismatch {
    /// `alg` is not the credential key's.
    Algorithm {
        /// The statement's `alg`.
        statement: AlgorithmIdentifier,
        /// The credential key's algorithm, where it names one.
        credential: Option<AlgorithmIdentifier>,
    },
}

/// What is wrong with a certificate of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// It can't be parsed.
    Unparsable {
        /// Its position in `x5c`, from 0.
        position: usize,
        /// Why.
        error: CertificateError,
    },
    /// Its public key breaks the rules of its kind.
    Key(KeyError),
    /// Its version, which must be 3, is this.
    Version(u8),
    /// An attribute of its subject is missing, is there more than once, or has a value that it must not have.
    Subject(SubjectAttribute),
    /// It has no basic constraints extension.
    BasicConstraintsMissing,
    /// Its basic constraints say that it is a CA's.
    IsCa,
    /// An extension that must not be critical is.
    Critical(Oid<'static>),
    /// An extension's value does not have its syntax.
    Extension(Oid<'static>),
}

impl AttestationError {
    /// The stable word for it.
    pub const fn code(&self) -> Code {
        match self {
            Self::FormatUnsupported(_) => Code::AttestationFormatUnsupported,
            Self::StatementMalformed(_) => Code::AttestationStatementMalformed,
            Self::AttestedCredentialDataMissing => Code::AttestedCredentialDataMissing,
            Self::AlgorithmUnsupported(_) => Code::AlgorithmUnsupported,
            Self::CredentialKey(error) => error.code(),
            Self::AlgorithmUnfit(_) | Self::SignatureInvalid => Code::AttestationSignatureInvalid,
            Self::KeyMismatch(_) => Code::AttestationKeyMismatch,
            Self::CertificateInvalid(_) => Code::AttestationCertificateInvalid,
            Self::AaguidMismatch { .. } => Code::AttestationAaguidMismatch,
        }
    }
}

impl From<StatementFault> for AttestationError {
    fn from(fault: StatementFault) -> Self {
        Self::StatementMalformed(fault)
    }
}

impl From<KeyMismatch> for AttestationError {
    fn from(mismatch: KeyMismatch) -> Self {
        Self::KeyMismatch(mismatch)
    }
}

impl From<CertificateFault> for AttestationError {
    fn from(fault: CertificateFault) -> Self {
        Self::CertificateInvalid(fault)
    }
}

impl fmt::Display for AttestationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FormatUnsupported(format) => {
                write!(f, "attestation statement format {format:?} is not supported")
            }
            Self::StatementMalformed(_) => f.write_str("malformed attestation statement"),
            Self::AttestedCredentialDataMissing => f.write_str("no attested credential data"),
            Self::AlgorithmUnsupported(algorithm) => {
                write!(f, "no verifier for the attestation statement's algorithm {algorithm}")
            }
            Self::AlgorithmUnfit(algorithm) => {
                write!(f, "the attestation certificate's key is none for algorithm {algorithm}")
            }
            Self::CredentialKey(_) => f.write_str("the credential's public key can't be used"),
            Self::SignatureInvalid => f.write_str("the attestation signature does not verify"),
            Self::KeyMismatch(_) => f.write_str("the attested key is not the credential's"),
            Self::CertificateInvalid(_) => f.write_str("invalid attestation certificate"),
            Self::AaguidMismatch { certificate, authenticator } => write!(
                f,
                "the attestation certificate is for aaguid {certificate}, the authenticator data has {authenticator}"
            ),
        }
    }
}

impl core::error::Error for AttestationError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::StatementMalformed(fault) => Some(fault),
            Self::CredentialKey(error) => Some(error),
            Self::KeyMismatch(mismatch) => Some(mismatch),
            Self::CertificateInvalid(fault) => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for StatementFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotCbor => f.write_str("not one cbor item"),
            Self::NotMap => f.write_str("not a map"),
            Self::NotEmpty => f.write_str("the map is not empty"),
            Self::Missing(member) => write!(f, "{member} is missing"),
            Self::WrongType { member, expected } => write!(f, "{member} is not {expected}"),
            Self::Empty(member) => write!(f, "{member} is empty or has an empty element"),
            Self::Removed(member) => write!(f, "{member} is no longer part of the format"),
            Self::TooManyCertificates(count) => {
                write!(f, "x5c has {count} certificates, at most {X5C_MAX} expected")
            }
        }
    }
}

impl core::error::Error for StatementFault {}

impl fmt::Display for KeyMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { statement, credential: Some(credential) } => {
                write!(f, "the statement's algorithm is {statement}, the credential key's {credential}")
            }
            Self::Algorithm { statement, credential: None } => {
                write!(f, "the statement's algorithm is {statement}, the credential key names none")
            }
        }
    }
}

impl core::error::Error for KeyMismatch {}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unparsable { position, .. } => write!(f, "x5c[{position}] is not a certificate"),
            Self::Key(_) => f.write_str("its public key can't be used"),
            Self::Version(version) => write!(f, "its version is {version}, expected 3"),
            Self::Subject(attribute) => write!(f, "its subject does not have the {attribute} that it must"),
            Self::BasicConstraintsMissing => f.write_str("it has no basic constraints"),
            Self::IsCa => f.write_str("its basic constraints say that it is a ca's"),
            Self::Critical(identifier) => write!(f, "its extension {identifier} is critical"),
            Self::Extension(identifier) => write!(f, "the value of its extension {identifier} can't be read"),
        }
    }
}

impl core::error::Error for CertificateFault {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Unparsable { error, .. } => Some(error),
            Self::Key(error) => Some(error),
            _ => None,
        }
    }
}
