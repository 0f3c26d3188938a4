//! Why an import fails.

use countersign_cose::{Algorithm, KeyError};
use countersign_types::{
    Code,
    authenticator_data::AuthenticatorDataError,
    identifiers::{CREDENTIAL_ID_MAX, USER_HANDLE_MAX},
};

use crate::lifecycle::{import::encoded::EncodingError, reassessment::verdict::Verdict};

/// Why stored data can't become a record: the data is wrong, or was read wrongly.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The credential ID is not in the given encoding.
    #[error("the credential id is {0}")]
    CredentialIdEncoding(#[source] EncodingError),
    /// The credential ID is not of 1 to 1023 bytes.
    #[error("a credential id of {length} bytes, 1 to {CREDENTIAL_ID_MAX} expected")]
    CredentialId {
        /// Its number of bytes.
        length: usize,
    },
    /// The user handle is not in the given encoding.
    #[error("the user handle is {0}")]
    UserHandleEncoding(#[source] EncodingError),
    /// The user handle is not of 1 to 64 bytes.
    #[error("a user handle of {length} bytes, 1 to {USER_HANDLE_MAX} expected")]
    UserHandle {
        /// Its number of bytes.
        length: usize,
    },
    /// The counter is below 0, or does not fit in 32 bits.
    #[error("a signature counter of {0}, 0 to {most} expected", most = u32::MAX)]
    SignCount(i64),
    /// BS is set on a credential that can't be backed up.
    #[error("the backup state is set on a credential that can't be backed up")]
    BackupState,
    /// The attested credential data can't be read.
    #[error(transparent)]
    AttestedCredentialData(AuthenticatorDataError),
    /// The key is not in the given encoding.
    #[error("the public key is {0}")]
    KeyEncoding(#[source] EncodingError),
    /// The key is malformed, or can't be verified with here.
    #[error(transparent)]
    PublicKey(KeyError),
    /// The key names no algorithm, and has several.
    #[error("the public key names no algorithm, and has several")]
    AlgorithmUnknown,
    /// The key does not fit the given algorithm.
    #[error("the public key does not fit {0}")]
    AlgorithmMismatch(Algorithm),
    /// The policy does not accept stored credentials of this algorithm.
    #[error("the algorithm {0} is not accepted of stored credentials")]
    AlgorithmNotAccepted(Algorithm),
    /// The credential is a U2F credential, and the relying party has no AppID: it could never be used.
    #[error("a u2f credential, and the relying party has no appid")]
    NoAppId,
    /// The attestation belongs to another credential, does not verify, or is from a device that the policy rejects.
    #[error("{0}")]
    Attestation(Box<Verdict>),
    /// The record could not be stored: a member is empty or too long, such as a list of more than 32 transports. The sentence
    /// names it.
    #[error("{0}")]
    OutOfBounds(&'static str),
}

impl ImportError {
    /// The stable word for what is wrong with the credential; `None` if no ceremony could report it, such as data that was
    /// read in the wrong encoding.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::CredentialId { length } if *length > CREDENTIAL_ID_MAX => Some(Code::CredentialIdTooLong),
            Self::BackupState => Some(Code::BackupStateInvalid),
            Self::AttestedCredentialData(cause) => Some(cause.code()),
            Self::PublicKey(cause) => Some(cause.code()),
            Self::AlgorithmMismatch(_) => Some(Code::PublicKeyMalformed),
            Self::AlgorithmNotAccepted(_) => Some(Code::AlgorithmNotAllowed),
            Self::Attestation(verdict) => verdict.code(),
            _ => None,
        }
    }
}
