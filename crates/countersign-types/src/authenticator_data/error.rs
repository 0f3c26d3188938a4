//! Errors of [authenticator data](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data), and the limit of its length.

use core::fmt;

use crate::{cbor::CborError, code::Code, identifiers::CREDENTIAL_ID_MAX};

/// The most bytes of authenticator data: 64 KiB.
///
/// It is the limit of an attestation object
/// ([`ATTESTATION_OBJECT_MAX`](crate::attestation_object::ATTESTATION_OBJECT_MAX)), which includes authenticator data.
/// That of an assertion has no attestation around it and needs no more.
pub const AUTHENTICATOR_DATA_MAX: usize = 64 * 1024;

/// Bytes are not authenticator data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticatorDataError {
    /// There are fewer than the 37 bytes that authenticator data always has.
    TooShort {
        /// The number of bytes.
        length: usize,
    },
    /// There are more than [`AUTHENTICATOR_DATA_MAX`] bytes.
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// AT is set, and attested credential data goes beyond the end.
    AttestedCredentialDataTruncated,
    /// The credential ID has no bytes.
    CredentialIdEmpty,
    /// The credential ID has more than [`CREDENTIAL_ID_MAX`] bytes.
    CredentialIdTooLong {
        /// The number of bytes.
        length: usize,
    },
    /// The public key is not strict CBOR.
    PublicKey(CborError),
    /// ED is set, and what follows is not strict CBOR.
    Extensions(CborError),
    /// ED is set, and what follows is not a map with text keys.
    ExtensionsNotMap,
    /// Bytes follow what the flags announce.
    TrailingData {
        /// The number of bytes.
        length: usize,
    },
}

impl AuthenticatorDataError {
    /// The code: The code: `credential-id-too-long` or `authenticator-data-malformed`.
    pub const fn code(&self) -> Code {
        match self {
            Self::CredentialIdTooLong { .. } => Code::CredentialIdTooLong,
            _ => Code::AuthenticatorDataMalformed,
        }
    }
}

impl fmt::Display for AuthenticatorDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { length } => {
                write!(f, "authenticator data has {length} bytes, at least 37 expected")
            }
            Self::TooLong { length } => {
                write!(f, "authenticator data has {length} bytes, at most {AUTHENTICATOR_DATA_MAX} expected")
            }
            Self::AttestedCredentialDataTruncated => f.write_str("attested credential data ends early"),
            Self::CredentialIdEmpty => f.write_str("the attested credential id is empty"),
            Self::CredentialIdTooLong { length } => {
                write!(
                    f,
                    "the attested credential id has {length} bytes, at most {CREDENTIAL_ID_MAX} expected"
                )
            }
            Self::PublicKey(_) => f.write_str("the attested public key is not strict cbor"),
            Self::Extensions(_) => f.write_str("the extension outputs are not strict cbor"),
            Self::ExtensionsNotMap => f.write_str("the extension outputs are not a map with text keys"),
            Self::TrailingData { length } => write!(f, "{length} bytes follow the authenticator data"),
        }
    }
}

impl core::error::Error for AuthenticatorDataError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::PublicKey(cause) | Self::Extensions(cause) => Some(cause),
            _ => None,
        }
    }
}
