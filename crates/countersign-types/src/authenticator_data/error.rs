//! Errors of [authenticator data](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data), and the limit of its length.

use crate::{cbor::CborError, code::Code, identifiers::CREDENTIAL_ID_MAX};

/// The most bytes of authenticator data: 64 KiB.
///
/// It is the limit of an attestation object
/// ([`ATTESTATION_OBJECT_MAX`](crate::attestation_object::ATTESTATION_OBJECT_MAX)), which includes authenticator data.
/// That of an assertion has no attestation around it and needs no more.
pub const AUTHENTICATOR_DATA_MAX: usize = 64 * 1024;

/// Bytes are not authenticator data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticatorDataError {
    /// There are fewer than the 37 bytes that authenticator data always has.
    #[error("authenticator data has {length} bytes, at least 37 expected")]
    TooShort {
        /// The number of bytes.
        length: usize,
    },
    /// There are more than [`AUTHENTICATOR_DATA_MAX`] bytes.
    #[error("authenticator data has {length} bytes, at most {AUTHENTICATOR_DATA_MAX} expected")]
    TooLong {
        /// The number of bytes.
        length: usize,
    },
    /// AT is set, and attested credential data goes beyond the end.
    #[error("attested credential data ends early")]
    AttestedCredentialDataTruncated,
    /// The credential ID has no bytes.
    #[error("the attested credential id is empty")]
    CredentialIdEmpty,
    /// The credential ID has more than [`CREDENTIAL_ID_MAX`] bytes.
    #[error("the attested credential id has {length} bytes, at most {CREDENTIAL_ID_MAX} expected")]
    CredentialIdTooLong {
        /// The number of bytes.
        length: usize,
    },
    /// The public key is not strict CBOR.
    #[error("the attested public key is not strict cbor")]
    PublicKey(#[source] CborError),
    /// ED is set, and what follows is not strict CBOR.
    #[error("the extension outputs are not strict cbor")]
    Extensions(#[source] CborError),
    /// ED is set, and what follows is not a map with text keys.
    #[error("the extension outputs are not a map with text keys")]
    ExtensionsNotMap,
    /// Bytes follow what the flags announce.
    #[error("{length} bytes follow the authenticator data")]
    TrailingData {
        /// The number of bytes.
        length: usize,
    },
}

impl AuthenticatorDataError {
    /// The code: `credential-id-too-long` or `authenticator-data-malformed`.
    pub const fn code(&self) -> Code {
        match self {
            Self::CredentialIdTooLong { .. } => Code::CredentialIdTooLong,
            _ => Code::AuthenticatorDataMalformed,
        }
    }
}
