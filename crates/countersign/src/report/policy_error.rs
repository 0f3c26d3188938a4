//! Requirements of a policy that a response does not meet.

use core::fmt;

use countersign_attestation::ModelRejectedError;
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};

use crate::report::{device_error::DeviceError, shortened::Shortened};

/// A requirement of the relying party's policy that a response does not meet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// The stored credential's algorithm is no longer accepted.
    StoredAlgorithmNotAllowed(AlgorithmIdentifier),
    /// The attestation's format is not accepted.
    FormatNotAccepted(String),
    /// The authenticator's model is not attested, and models are listed.
    ModelNotAttested,
    /// The authenticator's model is not accepted.
    ModelNotAccepted(Aaguid),
    /// A policy on authenticator models rejects this one.
    ModelRejected(ModelRejectedError),
    /// The device that holds the key does not meet the requirements.
    Device(DeviceError),
    /// The credential ID is longer than the relying party accepts.
    CredentialIdTooLong {
        /// Its number of bytes.
        length: usize,
    },
    /// BE has this value, and must have the other.
    BackupEligibilityNotAccepted {
        /// Whether BE is set.
        eligible: bool,
    },
    /// BS is clear, and must be set.
    NotBackedUp,
    /// The record does not say what BE was at registration.
    BackupEligibilityUnknown,
    /// A discoverable credential is required, and `credProps` says that this one isn't.
    NotDiscoverable,
}

impl PolicyErrorKind {
    /// The stable word for this error.
    pub fn code(&self) -> Code {
        match self {
            Self::StoredAlgorithmNotAllowed(_) => Code::AlgorithmNotAllowed,
            Self::FormatNotAccepted(_) => Code::AttestationNotAccepted,
            Self::ModelNotAttested | Self::ModelNotAccepted(_) => Code::AuthenticatorNotAccepted,
            Self::Device(cause) => cause.code(),
            Self::ModelRejected(cause) => cause.code(),
            Self::CredentialIdTooLong { .. } => Code::CredentialIdTooLong,
            Self::BackupEligibilityNotAccepted { .. }
            | Self::NotBackedUp
            | Self::BackupEligibilityUnknown => Code::BackupNotAccepted,
            Self::NotDiscoverable => Code::ExtensionNotAccepted,
        }
    }
}

impl fmt::Display for PolicyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StoredAlgorithmNotAllowed(algorithm) => {
                write!(f, "the stored key is for {algorithm}, which is no longer accepted")
            }
            Self::FormatNotAccepted(format) => {
                write!(f, "the attestation format {} is not accepted", Shortened(format))
            }
            Self::ModelNotAttested => {
                f.write_str("models are listed, and the authenticator's is not attested")
            }
            Self::ModelNotAccepted(aaguid) => write!(f, "the authenticator's model {aaguid} is not accepted"),
            Self::ModelRejected(cause) => cause.fmt(f),
            Self::Device(cause) => cause.fmt(f),
            Self::CredentialIdTooLong { length } => {
                write!(f, "a credential id of {length} bytes is longer than accepted")
            }
            Self::BackupEligibilityNotAccepted { eligible: true } => {
                f.write_str("the credential can be backed up, and must not be")
            }
            Self::BackupEligibilityNotAccepted { eligible: false } => {
                f.write_str("the credential can't be backed up, and must be able to be")
            }
            Self::NotBackedUp => f.write_str("the credential is not backed up, and must be"),
            Self::BackupEligibilityUnknown => {
                f.write_str("the record does not say what backup eligibility was at registration")
            }
            Self::NotDiscoverable => f.write_str(
                "the credential is not discoverable (credProps says rk: false), and must be: the authenticator has no room \
                 for another, or makes none",
            ),
        }
    }
}
