//! What can be wrong with an attestation statement.

use core::fmt;

use countersign_cose::{KeyError, Scheme};
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};

use crate::{
    CertificateError,
    certificate::SubjectAttribute,
    format::{
        X5C_MAX,
        android_key::{AndroidKeyFault, SecurityLevel, VerifiedBootState},
        compound::CompoundFault,
        tpm::{TpmFault, TpmManufacturer},
    },
    oid::Oid,
};

/// Why a verification procedure does not accept a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationError {
    /// No verifier for this format; holds `fmt`. Code `attestation-format-unsupported`.
    FormatUnsupported(String),
    /// `fmt` is no identifier that a format can have. Code `attestation-format-unsupported`.
    FormatIdentifier {
        /// The number of its bytes.
        length: usize,
    },
    /// `attStmt` does not have its format's syntax. Code `attestation-statement-malformed`.
    StatementMalformed(StatementFault),
    /// There is no attested credential data. Code `attested-credential-data-missing`.
    AttestedCredentialDataMissing,
    /// `alg` is not known, or may not sign such a statement. Code `algorithm-unsupported`.
    AlgorithmUnsupported(AlgorithmIdentifier),
    /// `alg` is known, but there is no verifier for it. Code `verifier-missing`.
    VerifierMissing(Scheme),
    /// The attestation certificate's key is not one for `alg`. Code `attestation-signature-invalid`.
    AlgorithmUnfit(AlgorithmIdentifier),
    /// The credential's public key can't be used to verify. Code `public-key-malformed`,
    /// `algorithm-unsupported` or `verifier-missing`.
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
    /// A member that binds the statement to this ceremony's data has another value than it must; holds the member.
    /// Code `attestation-binding-mismatch`.
    BindingMismatch(&'static str),
    /// The statement tells of an authenticator that the format was set up not to accept. Code
    /// `attestation-not-accepted`.
    NotAccepted(PolicyFault),
    /// Too few parts of a compound statement verify, or there are too many. The code is [`CompoundFault::code`].
    Compound(CompoundFault),
}

/// How `attStmt` breaks its format's syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StatementFault {
    /// Not CBOR that can be decoded.
    NotCbor,
    /// Not a CBOR map.
    NotMap,
    /// Not a CBOR array, where the format wants one.
    NotArray,
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
    /// A structure of a `tpm` statement is not as the specification of TPMs has it.
    Tpm(TpmFault),
    /// The response of `android-safetynet` is not a compact JWS; holds what of it is wrong.
    NotJws(&'static str),
    /// `x5c` has more certificates than [`X5C_MAX`]; holds their number.
    TooManyCertificates(usize),
    /// `x5c` does not have the number of certificates that the format wants.
    CertificateCount {
        /// How many the format wants.
        expected: usize,
        /// How many there are.
        got: usize,
    },
    /// A compound statement has fewer than two parts; holds their number.
    TooFewParts(usize),
    /// A part of a compound statement is malformed as such, whatever its format wants.
    Part {
        /// Its position, from 0.
        position: usize,
        /// How.
        fault: Box<StatementFault>,
    },
    /// A compound statement in a compound statement.
    Nested,
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
    /// The attestation certificate's key, which must be the credential's, is another.
    Key,
    /// A property of the key that a TPM certified does not fit the credential's key; holds its name.
    Property(&'static str),
}

/// What the relying party does not accept of an authenticator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyFault {
    /// The key is less well kept than it must be.
    SecurityLevel {
        /// The lowest level that is accepted.
        minimum: SecurityLevel,
        /// The lower one of the attestation's and the key store's.
        got: SecurityLevel,
    },
    /// The device did not boot a system that is accepted, or its boot loader is not locked, or it says neither.
    VerifiedBoot(Option<VerifiedBootState>),
    /// The key is of the other environment of Apple's App Attest than the one that is accepted; holds the AAGUID, which
    /// tells the environment.
    AppAttestEnvironment(Aaguid),
    /// The device did not pass the tests of integrity; holds the member that says so.
    DeviceIntegrity(&'static str),
    /// The statement was made too long ago, or after the time at which it is judged; holds the milliseconds since
    /// 1970-01-01T00:00:00Z when it was made.
    Time(u64),
    /// The credential's key did not originate in the TPM, or may leave it.
    KeyNotBound,
    /// The TPM's manufacturer is one of those that are refused.
    Manufacturer(TpmManufacturer),
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
    /// Its public key is not on the curve P-256, where the format has no other keys.
    KeyNotP256,
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
    /// An extension that the format needs is missing.
    ExtensionMissing(Oid<'static>),
    /// An extension that only the attestation certificate may have is in another one.
    ExtensionMisplaced {
        /// The extension.
        identifier: Oid<'static>,
        /// The other certificate's position in `x5c`, from 0.
        position: usize,
    },
    /// What Android's key store says of the key rules it out as a credential's.
    AndroidKey(AndroidKeyFault),
    /// It was not issued to this host name.
    HostName(&'static str),
    /// Its subject is not empty, where the format wants that.
    SubjectNotEmpty,
    /// The directory name in its alternative name does not have this attribute once, with a value of its form.
    AlternativeName(Oid<'static>),
    /// Its extended key usage is not for this purpose.
    Purpose(Oid<'static>),
}

impl AttestationError {
    /// The stable word for it.
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
            Self::Compound(fault) => fault.code(),
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

impl From<PolicyFault> for AttestationError {
    fn from(fault: PolicyFault) -> Self {
        Self::NotAccepted(fault)
    }
}

impl From<CompoundFault> for AttestationError {
    fn from(fault: CompoundFault) -> Self {
        Self::Compound(fault)
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
            Self::FormatIdentifier { length } => {
                write!(f, "{length} bytes that are no identifier of an attestation statement format")
            }
            Self::StatementMalformed(_) => f.write_str("malformed attestation statement"),
            Self::AttestedCredentialDataMissing => f.write_str("no attested credential data"),
            Self::AlgorithmUnsupported(algorithm) => {
                write!(f, "the attestation statement's algorithm {algorithm} is not supported")
            }
            Self::VerifierMissing(scheme) => {
                write!(f, "no verifier for the attestation statement's algorithm, {scheme}")
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
            Self::BindingMismatch(member) => {
                write!(f, "the attestation statement's {member} is not bound to this ceremony")
            }
            Self::NotAccepted(_) => f.write_str("the authenticator is not accepted"),
            Self::Compound(_) => f.write_str("the compound attestation does not have the parts that it must"),
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
            Self::NotAccepted(fault) => Some(fault),
            Self::Compound(fault) => Some(fault),
            _ => None,
        }
    }
}

impl fmt::Display for StatementFault {
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
            Self::NotJws(fault) => write!(f, "response is not a compact jws: {fault}"),
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

impl core::error::Error for StatementFault {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Tpm(fault) => Some(fault),
            Self::Part { fault, .. } => Some(&**fault),
            _ => None,
        }
    }
}

impl fmt::Display for KeyMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { statement, credential: Some(credential) } => {
                write!(f, "the statement's algorithm is {statement}, the credential key's {credential}")
            }
            Self::Algorithm { statement, credential: None } => {
                write!(f, "the statement's algorithm is {statement}, the credential key names none")
            }
            Self::Key => f.write_str("the attestation certificate's key is another than the credential's"),
            Self::Property(name) => write!(f, "the certified key's {name} does not fit the credential key"),
        }
    }
}

impl core::error::Error for KeyMismatch {}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SecurityLevel { minimum, got } => {
                write!(f, "the key's security level is {got}, at least {minimum} expected")
            }
            Self::VerifiedBoot(Some(state)) => {
                write!(f, "the device's verified boot state is {state}, or its boot loader is unlocked")
            }
            Self::VerifiedBoot(None) => f.write_str("nothing is attested of how the device booted"),
            Self::AppAttestEnvironment(aaguid) => {
                write!(f, "the key is of the other app attest environment: aaguid {aaguid}")
            }
            Self::DeviceIntegrity(member) => write!(f, "{member} is false"),
            Self::Time(made) => {
                write!(f, "the statement was made at {made} ms, too long ago or in the future")
            }
            Self::KeyNotBound => f.write_str("the credential's key is not bound to its tpm"),
            Self::Manufacturer(manufacturer) => {
                write!(f, "the tpm's manufacturer {manufacturer} is not accepted")
            }
        }
    }
}

impl core::error::Error for PolicyFault {}

impl fmt::Display for CertificateFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unparsable { position, .. } => write!(f, "x5c[{position}] is not a certificate"),
            Self::Key(_) => f.write_str("its public key can't be used"),
            Self::KeyNotP256 => f.write_str("its public key is not on P-256"),
            Self::Version(version) => write!(f, "its version is {version}, expected 3"),
            Self::Subject(attribute) => write!(f, "its subject does not have the {attribute} that it must"),
            Self::BasicConstraintsMissing => f.write_str("it has no basic constraints"),
            Self::IsCa => f.write_str("its basic constraints say that it is a ca's"),
            Self::Critical(identifier) => write!(f, "its extension {identifier} is critical"),
            Self::Extension(identifier) => write!(f, "the value of its extension {identifier} can't be read"),
            Self::ExtensionMissing(identifier) => write!(f, "it has no extension {identifier}"),
            Self::ExtensionMisplaced { identifier, position } => {
                write!(f, "x5c[{position}] has the extension {identifier}, which only the first may have")
            }
            Self::AndroidKey(_) => f.write_str("its key is none for a credential"),
            Self::HostName(name) => write!(f, "it was not issued to the host {name}"),
            Self::SubjectNotEmpty => f.write_str("its subject is not empty"),
            Self::AlternativeName(attribute) => {
                write!(f, "its alternative name does not have the attribute {attribute} that it must")
            }
            Self::Purpose(purpose) => write!(f, "its extended key usage is not for {purpose}"),
        }
    }
}

impl core::error::Error for CertificateFault {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Unparsable { error, .. } => Some(error),
            Self::Key(error) => Some(error),
            Self::AndroidKey(fault) => Some(fault),
            _ => None,
        }
    }
}
