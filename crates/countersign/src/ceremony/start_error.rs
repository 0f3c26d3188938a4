//! Errors of starting a ceremony.

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
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The source of random bytes failed.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The list of credentials has more than [`CREDENTIAL_LIST_MAX`].
    #[error("{count} credentials are listed, at most {CREDENTIAL_LIST_MAX} expected")]
    TooManyCredentials {
        /// The number of credentials.
        count: usize,
    },
    /// The list of credentials has an ID of more than 1023 bytes, which no authenticator creates.
    #[error("a listed credential id has {length} bytes, at most {CREDENTIAL_ID_MAX} expected")]
    CredentialIdTooLong {
        /// The number of bytes of the ID.
        length: usize,
    },
    /// The policy rejects conditional mediation, which creates credentials without asking the user.
    #[error("conditional mediation is requested, and the policy rejects it")]
    ConditionalCreateRejected,
    /// The session for conditional mediation is another account's.
    #[error("conditional mediation is requested in another account's session")]
    SessionOfAnotherAccount,
    /// The account's owner signed in too long ago for conditional mediation.
    #[error("conditional mediation is requested more than {seconds} seconds after the sign-in")]
    SessionNotRecent {
        /// The longest accepted time since the sign-in, in seconds.
        seconds: u32,
    },
    /// The list of credentials has a duplicate ID.
    #[error("the credential at position {position} of the list is a duplicate")]
    DuplicateCredential {
        /// The position of the second occurrence, from 0.
        position: usize,
    },
    /// The account has no name, or an invisible one. Clients show it to the user
    /// ([section 5.4.1](https://www.w3.org/TR/webauthn-3/#dictionary-pkcredentialentity)), and some reject an empty one
    /// after the user was asked. A display name may be empty.
    #[error("the account has no visible name")]
    UserNameEmpty,
    /// No user was identified before the ceremony, user verification is not required, and the policy does not accept
    /// that: see [`UnverifiedDiscoverable`](crate::relying_party::policy::UnverifiedDiscoverable).
    #[error("no user is identified before the ceremony, and the policy does not require user verification")]
    DiscoverableWithoutUserVerification,
    /// A challenge to issue has fewer than [`CHALLENGE_MIN`] bytes.
    #[error("a challenge to issue has {length} bytes, at least {CHALLENGE_MIN} expected")]
    ChallengeTooShort {
        /// The number of bytes of the challenge.
        length: usize,
    },
    /// A request for `expect_…` has no challenge.
    #[error("the request does not have the challenge that was issued")]
    ChallengeMissing,
    /// The extension inputs do not fit the ceremony.
    #[error(transparent)]
    Extension(#[from] ExtensionRequestError),
}
