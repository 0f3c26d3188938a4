//! Why an import fails.

use core::fmt;

use countersign_cose::{Algorithm, KeyError};
use countersign_types::{
    Code,
    authenticator_data::AuthenticatorDataError,
    identifiers::{CREDENTIAL_ID_MAX, USER_HANDLE_MAX},
};

use crate::lifecycle::{import::encoded::EncodingError, reassessment::verdict::Verdict};

/// Why stored data can't become a record: the data is wrong, or was read wrongly.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportError {
    /// The credential ID is not in the given encoding.
    CredentialIdEncoding(EncodingError),
    /// The credential ID is not of 1 to 1023 bytes.
    CredentialId {
        /// Its number of bytes.
        length: usize,
    },
    /// The user handle is not in the given encoding.
    UserHandleEncoding(EncodingError),
    /// The user handle is not of 1 to 64 bytes.
    UserHandle {
        /// Its number of bytes.
        length: usize,
    },
    /// The counter is below 0, or does not fit in 32 bits.
    SignCount(i64),
    /// BS is set on a credential that can't be backed up.
    BackupState,
    /// The attested credential data can't be read.
    AttestedCredentialData(AuthenticatorDataError),
    /// The key is not in the given encoding.
    KeyEncoding(EncodingError),
    /// The key is malformed, or can't be verified with here.
    PublicKey(KeyError),
    /// The key names no algorithm, and has several.
    AlgorithmUnknown,
    /// The key does not fit the given algorithm.
    AlgorithmMismatch(Algorithm),
    /// The policy does not accept stored credentials of this algorithm.
    AlgorithmNotAccepted(Algorithm),
    /// The credential is a U2F credential, and the relying party has no AppID: it could never be used.
    NoAppId,
    /// The attestation belongs to another credential, does not verify, or is from a device that the policy rejects.
    Attestation(Box<Verdict>),
    /// The record could not be stored: a member is empty or too long, such as a list of more than 32 transports. The sentence
    /// names it.
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

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CredentialIdEncoding(cause) => write!(f, "the credential id is {cause}"),
            Self::CredentialId { length } => {
                write!(f, "a credential id of {length} bytes, 1 to {CREDENTIAL_ID_MAX} expected")
            }
            Self::UserHandleEncoding(cause) => write!(f, "the user handle is {cause}"),
            Self::UserHandle { length } => {
                write!(f, "a user handle of {length} bytes, 1 to {USER_HANDLE_MAX} expected")
            }
            Self::SignCount(count) => write!(f, "a signature counter of {count}, 0 to {} expected", u32::MAX),
            Self::BackupState => {
                f.write_str("the backup state is set on a credential that can't be backed up")
            }
            Self::AttestedCredentialData(cause) => cause.fmt(f),
            Self::KeyEncoding(cause) => write!(f, "the public key is {cause}"),
            Self::PublicKey(cause) => cause.fmt(f),
            Self::AlgorithmUnknown => f.write_str("the public key names no algorithm, and has several"),
            Self::AlgorithmMismatch(algorithm) => write!(f, "the public key does not fit {algorithm}"),
            Self::AlgorithmNotAccepted(algorithm) => {
                write!(f, "the algorithm {algorithm} is not accepted of stored credentials")
            }
            Self::NoAppId => f.write_str("a u2f credential, and the relying party has no appid"),
            Self::Attestation(verdict) => verdict.fmt(f),
            Self::OutOfBounds(sentence) => f.write_str(sentence),
        }
    }
}

impl core::error::Error for ImportError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::AttestedCredentialData(cause) => Some(cause),
            Self::PublicKey(cause) => Some(cause),
            Self::CredentialIdEncoding(cause)
            | Self::UserHandleEncoding(cause)
            | Self::KeyEncoding(cause) => Some(cause),
            _ => None,
        }
    }
}
