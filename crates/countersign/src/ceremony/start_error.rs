//! Errors of starting a ceremony.

use core::fmt;

use countersign_types::identifiers::CREDENTIAL_ID_MAX;

use crate::ceremony::challenge::CHALLENGE_MIN;
use crate::ceremony::entropy::EntropyError;
use crate::ceremony::extensions::start::ExtensionRequestError;

/// The most credentials that options may list. Chromium rejects options with more
/// (`kPublicKeyCredentialDescriptorListMaxSize`); authenticators are asked one batch after the other, so that a long
/// list is slow.
pub const CREDENTIAL_LIST_MAX: usize = 64;

/// A ceremony can't start: the request is impossible, or there are no random bytes. No step of the specification failed
/// and no response is rejected, so there is no code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StartError {
    /// The source of random bytes failed.
    Entropy(EntropyError),
    /// The list of credentials has more than [`CREDENTIAL_LIST_MAX`].
    TooManyCredentials {
        /// The number of credentials.
        count: usize,
    },
    /// The list of credentials has an ID of more than 1023 bytes, which no authenticator creates.
    CredentialIdTooLong {
        /// The number of bytes of the ID.
        length: usize,
    },
    /// The policy rejects conditional mediation, which creates credentials without asking the user.
    ConditionalCreateRejected,
    /// The session for conditional mediation is another account's.
    SessionOfAnotherAccount,
    /// The account's owner signed in too long ago for conditional mediation.
    SessionNotRecent {
        /// The longest accepted time since the sign-in, in seconds.
        seconds: u32,
    },
    /// The list of credentials has a duplicate ID.
    DuplicateCredential {
        /// The position of the second occurrence, from 0.
        position: usize,
    },
    /// The account has no name, or an invisible one. Clients show it to the user
    /// ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)), and some reject an empty one
    /// after the user was asked. A display name may be empty.
    UserNameEmpty,
    /// No user was identified before the ceremony, user verification is not required, and the policy does not accept
    /// that: see [`UnverifiedDiscoverable`](crate::relying_party::policy::UnverifiedDiscoverable).
    DiscoverableWithoutUserVerification,
    /// A challenge to issue has fewer than [`CHALLENGE_MIN`] bytes.
    ChallengeTooShort {
        /// The number of bytes of the challenge.
        length: usize,
    },
    /// A request for `expect_…` has no challenge.
    ChallengeMissing,
    /// The extension inputs do not fit the ceremony.
    Extension(ExtensionRequestError),
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
                write!(f, "a listed credential id has {length} bytes, at most {CREDENTIAL_ID_MAX} expected")
            }
            Self::ConditionalCreateRejected => {
                f.write_str("conditional mediation is requested, and the policy rejects it")
            }
            Self::SessionOfAnotherAccount => {
                f.write_str("conditional mediation is requested in another account's session")
            }
            Self::SessionNotRecent { seconds } => {
                write!(
                    f,
                    "conditional mediation is requested more than {seconds} seconds after the sign-in"
                )
            }
            Self::UserNameEmpty => f.write_str("the account has no visible name"),
            Self::DiscoverableWithoutUserVerification => f.write_str(
                "no user is identified before the ceremony, and the policy does not require user verification",
            ),
            Self::ChallengeTooShort { length } => {
                write!(f, "a challenge to issue has {length} bytes, at least {CHALLENGE_MIN} expected")
            }
            Self::ChallengeMissing => f.write_str("the request does not have the challenge that was issued"),
            Self::DuplicateCredential { position } => {
                write!(f, "the credential at position {position} of the list is a duplicate")
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

impl From<ExtensionRequestError> for StartError {
    fn from(cause: ExtensionRequestError) -> Self {
        Self::Extension(cause)
    }
}
