//! Requirements of a policy that a response does not meet.

use countersign_attestation::ModelRejectedError;
use countersign_types::{Aaguid, AlgorithmIdentifier, Code};

use crate::report::{device_error::DeviceError, shortened::Shortened};

/// A requirement of the relying party's policy that a response does not meet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// The stored credential's algorithm is no longer accepted.
    #[error("the stored key is for {0}, which is no longer accepted")]
    StoredAlgorithmNotAllowed(AlgorithmIdentifier),
    /// The attestation's format is not accepted.
    #[error("the attestation format {} is not accepted", Shortened(.0))]
    FormatNotAccepted(String),
    /// The authenticator's model is not attested, and models are listed.
    #[error("models are listed, and the authenticator's is not attested")]
    ModelNotAttested,
    /// The authenticator's model is not accepted.
    #[error("the authenticator's model {0} is not accepted")]
    ModelNotAccepted(Aaguid),
    /// A policy on authenticator models rejects this one.
    #[error(transparent)]
    ModelRejected(#[from] ModelRejectedError),
    /// The device that holds the key does not meet the requirements.
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// The credential ID is longer than the relying party accepts.
    #[error("a credential id of {length} bytes is longer than accepted")]
    CredentialIdTooLong {
        /// Its number of bytes.
        length: usize,
    },
    /// BE has this value, and must have the other.
    #[error("the credential {}", if *.eligible { "can be backed up, and must not be" } else { "can't be backed up, and must be able to be" })]
    BackupEligibilityNotAccepted {
        /// Whether BE is set.
        eligible: bool,
    },
    /// BS is clear, and must be set.
    #[error("the credential is not backed up, and must be")]
    NotBackedUp,
    /// The record does not say what BE was at registration.
    #[error("the record does not say what backup eligibility was at registration")]
    BackupEligibilityUnknown,
    /// A discoverable credential is required, and `credProps` says that this one isn't.
    #[error(
        "the credential is not discoverable (credProps says rk: false), and must be: the authenticator has no room \
         for another, or makes none"
    )]
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
