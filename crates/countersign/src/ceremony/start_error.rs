//! Why a ceremony can't start.

use core::fmt;

use countersign_types::identifiers::CREDENTIAL_ID_MAX;

use crate::ceremony::{challenge::CHALLENGE_MIN, entropy::EntropyError, extensions::start::ExtensionMisuse};

/// The most credentials that options may list. Chromium rejects options with more
/// (`kPublicKeyCredentialDescriptorListMaxSize`); authenticators are asked one batch after the other, so that a long
/// list is slow.
pub const CREDENTIAL_LIST_MAX: usize = 64;

/// A ceremony that can't start: the caller asked for what can't be, or had no random bytes. No step of the
/// specification failed, and there is no response to blame, hence no code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The source of random bytes has none.
    Entropy(EntropyError),
    /// The list of credentials has more than [`CREDENTIAL_LIST_MAX`].
    TooManyCredentials {
        /// How many it has.
        count: usize,
    },
    /// The list of credentials has an ID of more than 1023 bytes, which no authenticator made.
    CredentialIdTooLong {
        /// How many bytes the ID has.
        length: usize,
    },
    /// The policy lets no browser make credentials without asking.
    ConditionalCreateRefused,
    /// The session in which a credential is to be made without asking is another account's.
    SessionOfAnotherAccount,
    /// The account's owner signed in longer ago than a credential may be made without asking.
    SessionNotRecent {
        /// How long ago it may be, in seconds.
        seconds: u32,
    },
    /// The list of credentials has an ID twice.
    DuplicateCredential {
        /// Where it is for the second time, from 0.
        position: usize,
    },
    /// The account has no name, or nothing of it is seen. It is what clients show of an account
    /// ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)), and some refuse an empty one
    /// after they have asked the user. A display name may be empty.
    UserNameEmpty,
    /// Nobody was identified before the ceremony, user verification is not required, and the policy doesn't say that this
    /// is meant: see [`UnverifiedDiscoverable`].
    DiscoverableWithoutUserVerification,
    /// A challenge to issue has fewer than [`CHALLENGE_MIN`] bytes.
    ChallengeTooShort {
        /// How many bytes it has.
        length: usize,
    },
    /// The request to expect a response names no challenge that was issued.
    ChallengeMissing,
    /// The ceremony can't ask this of extensions.
    Extension(ExtensionMisuse),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Entropy(cause) => cause.fmt(f),
            Self::Extension(cause) => cause.fmt(f),
            Self::TooManyCredentials { count } => {
                write!(f, "{count} credentials are listed, at most {CREDENTIAL_LIST_MAX} expected")
            }
            Self::CredentialIdTooLong { length } => {
                write!(f, "a credential id of {length} bytes is listed, at most {CREDENTIAL_ID_MAX} expected")
            }
            Self::ConditionalCreateRefused => {
                f.write_str("a credential is to be made without asking, and the policy refuses that")
            }
            Self::SessionOfAnotherAccount => {
                f.write_str("a credential is to be made without asking, in another account's session")
            }
            Self::SessionNotRecent { seconds } => {
                write!(
                    f,
                    "a credential is to be made without asking, more than {seconds} seconds after signing in"
                )
            }
            Self::UserNameEmpty => f.write_str("the account has no name that can be seen"),
            Self::DiscoverableWithoutUserVerification => f.write_str(
                "no user is identified before the ceremony, and the policy does not require user verification",
            ),
            Self::ChallengeTooShort { length } => {
                write!(f, "a challenge of {length} bytes is to be issued, at least {CHALLENGE_MIN} expected")
            }
            Self::ChallengeMissing => f.write_str("the request does not name the challenge that was issued"),
            Self::DuplicateCredential { position } => {
                write!(f, "the credential at position {position} of the list is listed before")
            }
        }
    }
}

impl core::error::Error for StartError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Entropy(cause) => Some(cause),
            Self::Extension(cause) => Some(cause),
            _ => None,
        }
    }
}

impl From<EntropyError> for StartError {
    fn from(cause: EntropyError) -> Self {
        Self::Entropy(cause)
    }
}

impl From<ExtensionMisuse> for StartError {
    fn from(cause: ExtensionMisuse) -> Self {
        Self::Extension(cause)
    }
}
