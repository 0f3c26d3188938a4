//! What can be wrong with tokens and their keys.

use countersign_types::Code;

use crate::ceremony::entropy::EntropyError;

/// The most characters of a token. A state with 64 credential IDs of 512 bytes fits; one without any has some 600. A
/// cookie holds some 4000.
pub const TOKEN_MAX: usize = 64 * 1024;

/// Keys that make no ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyRingError {
    /// There is no key.
    #[error("a key ring without a key")]
    Empty,
    /// Two keys have this number.
    #[error("two keys of the ring have the number {0}")]
    DuplicateId(u32),
}

/// Why a state can't be sealed. No response is to blame, hence no code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// The source of random bytes has none.
    #[error(transparent)]
    Entropy(EntropyError),
    /// The token would have more than [`TOKEN_MAX`] characters: the state lists too many long credential IDs.
    #[error("a sealed state of more than {TOKEN_MAX} characters")]
    TooLong,
    /// The state has no serialised form: our own bug.
    #[error("the ceremony state can't be serialised")]
    NotSerialised,
}

/// Why a token is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The token is no base64url text, or too short.
    #[error("not a sealed state")]
    Malformed,
    /// The token has more than [`TOKEN_MAX`] characters.
    #[error("a sealed state of {length} characters, at most {TOKEN_MAX} expected")]
    TooLong {
        /// Its number of characters.
        length: usize,
    },
    /// The token's version is unknown.
    #[error("a sealed state of the unknown version {0}")]
    UnknownVersion(u8),
    /// The token's state is unknown: an earlier or later version of this crate sealed it.
    #[error("a sealed state whose content is of an unknown version")]
    UnknownState,
    /// The token was made for a ceremony of another kind.
    #[error("the sealed state is of another kind of ceremony")]
    OtherCeremony,
    /// The token was made for another RP ID.
    #[error("the sealed state is another relying party's")]
    OtherRelyingParty,
    /// The token was made for a relying party of another purpose.
    #[error("the sealed state was made for another purpose")]
    OtherPurpose,
    /// The key with this number is not in the ring.
    #[error("the state was sealed with key {0}, which is not in the ring")]
    UnknownKey(u32),
    /// The token was changed, or made by another key of the same number.
    #[error("the sealed state is not authentic")]
    NotAuthentic,
    /// The token was made for another account than is signed in, or for none.
    #[error("the sealed state is not the signed-in account's")]
    OtherUser,
    /// The token has expired.
    #[error("the sealed state has expired")]
    Expired,
}

impl OpenError {
    /// `challenge-expired` if the token has expired, else `state-invalid`.
    pub const fn code(&self) -> Code {
        match self {
            Self::Expired => Code::ChallengeExpired,
            _ => Code::StateInvalid,
        }
    }
}
