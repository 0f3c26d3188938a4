//! What can be wrong with tokens and their keys.

use core::fmt;

use countersign_types::Code;

use crate::ceremony::entropy::EntropyError;

/// The most characters of a token. A state with 64 credential IDs of 512 bytes fits; one without any has some 600. A
/// cookie holds some 4000.
pub const TOKEN_MAX: usize = 64 * 1024;

/// Keys that make no ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyRingError {
    /// There is no key.
    Empty,
    /// Two keys have this number.
    DuplicateId(u32),
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a key ring without a key"),
            Self::DuplicateId(id) => write!(f, "two keys of the ring have the number {id}"),
        }
    }
}

impl core::error::Error for KeyRingError {}

/// Why a state can't be sealed. No response is to blame, hence no code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SealError {
    /// The source of random bytes has none.
    Entropy(EntropyError),
    /// The token would have more than [`TOKEN_MAX`] characters: the state lists too many long credential IDs.
    TooLong,
    /// The state has no serialised form: our own bug.
    NotSerialised,
}

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entropy(cause) => cause.fmt(f),
            Self::TooLong => write!(f, "a sealed state of more than {TOKEN_MAX} characters"),
            Self::NotSerialised => f.write_str("the ceremony state can't be serialised"),
        }
    }
}

impl core::error::Error for SealError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Entropy(cause) => Some(cause),
            _ => None,
        }
    }
}

/// Why a token is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OpenError {
    /// The token is no base64url text, or too short.
    Malformed,
    /// The token has more than [`TOKEN_MAX`] characters.
    TooLong {
        /// Its number of characters.
        length: usize,
    },
    /// The token's version is unknown.
    UnknownVersion(u8),
    /// The token's state is unknown: an earlier or later version of this crate sealed it.
    UnknownState,
    /// The token was made for a ceremony of another kind.
    OtherCeremony,
    /// The token was made for another RP ID.
    OtherRelyingParty,
    /// The token was made for a relying party of another purpose.
    OtherPurpose,
    /// The key with this number is not in the ring.
    UnknownKey(u32),
    /// The token was changed, or made by another key of the same number.
    NotAuthentic,
    /// The token was made for another account than is signed in, or for none.
    OtherUser,
    /// The token has expired.
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

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("not a sealed state"),
            Self::TooLong { length } => {
                write!(f, "a sealed state of {length} characters, at most {TOKEN_MAX} expected")
            }
            Self::UnknownVersion(version) => write!(f, "a sealed state of the unknown version {version}"),
            Self::UnknownState => f.write_str("a sealed state whose content is of an unknown version"),
            Self::OtherCeremony => f.write_str("the sealed state is of another kind of ceremony"),
            Self::OtherRelyingParty => f.write_str("the sealed state is another relying party's"),
            Self::OtherPurpose => f.write_str("the sealed state was made for another purpose"),
            Self::UnknownKey(id) => write!(f, "the state was sealed with key {id}, which is not in the ring"),
            Self::NotAuthentic => f.write_str("the sealed state is not authentic"),
            Self::OtherUser => f.write_str("the sealed state is not the signed-in account's"),
            Self::Expired => f.write_str("the sealed state has expired"),
        }
    }
}

impl core::error::Error for OpenError {}
