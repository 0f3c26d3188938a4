//! Small choices, one type each.

use serde::{Deserialize, Serialize};

/// Whether ceremonies may run in a frame that is not same-origin with its ancestors
/// ([section 5.8.1, `crossOrigin`](https://www.w3.org/TR/webauthn-3/#dom-collectedclientdata-crossorigin)).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum CrossOrigin {
    /// Frames are rejected, so that no other page can frame the relying party's.
    #[default]
    Reject,
    /// Frames are accepted below these top-level pages.
    Accept {
        /// The origins that `topOrigin` may name.
        top_origins: TopOrigins,
    },
}

/// Which top-level pages may frame a ceremony.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TopOrigins {
    /// Any web page, named or not.
    Any,
    /// Pages with exactly one of these serialised origins. Client data of a frame must name its page: `crossOrigin` that
    /// is true without `topOrigin` fails with `top-origin-mismatch`, as with `requireTopOrigin` in
    /// [section 5.8.1.2](https://www.w3.org/TR/webauthn-3/#clientdatajson-verification). An empty list accepts no frame.
    Listed(Vec<String>),
    /// As [`Listed`](Self::Listed), but client data may leave `topOrigin` out, as clients of Level 2 do: they never name
    /// the page. Any page can then frame a ceremony for the users of such clients.
    DangerousListedOrAbsent(Vec<String>),
}

impl TopOrigins {
    /// The listed origins; `None` if any page may frame a ceremony.
    pub(crate) fn listed(&self) -> Option<&[String]> {
        match self {
            Self::Any => None,
            Self::Listed(listed) | Self::DangerousListedOrAbsent(listed) => Some(listed),
        }
    }
}

/// What happens if the signature counter did not increase although one is in use
/// ([section 6.1.1](https://www.w3.org/TR/webauthn-3/#sctn-sign-counter)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SignCountPolicy {
    /// The authentication fails.
    #[default]
    Reject,
    /// The authentication succeeds, says so in its outcome, and leaves the stored counter as it was.
    Report,
    /// The authentication succeeds, and the report skips the step. The record still keeps the greatest counter, so that
    /// another policy can start from there.
    Accept,
}

/// What happens if user verification is required, and the record says that the user was never verified with the
/// credential before
/// ([section 4, `uvInitialized`](https://www.w3.org/TR/webauthn-3/#credential-record)): the finder of an authenticator
/// without a PIN can set one, so that its first user verification says nothing of the account's owner.
///
/// This concerns credentials from a second factor, from conditional create and from stores that did not keep it. Put an
/// [`AdditionalFactor`](crate::ceremony::AdditionalFactor) into the ceremony's state to start relying on one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UninitializedUserVerification {
    /// The authentication fails with `user-verification-not-initialized`, unless a further factor was checked.
    #[default]
    Reject,
    /// The authentication succeeds, as if the user had been verified before. The outcome's
    /// [`user_verification_is_factor`](crate::Authenticated::user_verification_is_factor) says that it had not.
    DangerousAccept,
}

/// Whether a user who was not identified before the ceremony may sign in without being verified: by possession of an
/// authenticator, and nothing else.
///
/// It matters only if the policy does not require user verification. An authentication that follows a user name and a
/// password names the account and is not affected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UnverifiedDiscoverable {
    /// Such an authentication can't be started.
    #[default]
    Reject,
    /// Anyone who holds the authenticator is signed in.
    DangerousAccept,
}
