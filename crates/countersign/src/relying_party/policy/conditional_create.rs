//! Conditional create: a browser creates a passkey without asking if the user has just signed in
//! ([section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential), `mediation` of `conditional`).

use crate::relying_party::policy::limits::TIMEOUT_SECONDS;

/// Whether browsers may create credentials without asking.
///
/// The user need not be present then, and clients never verify the user, so that such a registration doesn't require it
/// even if the policy does. The recent session replaces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ConditionalCreatePolicy {
    /// Conditional registrations are rejected.
    Reject,
    /// Conditional registrations are accepted if the user signed in recently enough.
    AfterSignIn {
        /// The greatest age of the sign-in, in seconds.
        seconds: u32,
    },
}

/// Within five minutes of signing in, the timeout of a ceremony: a page that was open all day does not count.
impl Default for ConditionalCreatePolicy {
    fn default() -> Self {
        Self::AfterSignIn { seconds: TIMEOUT_SECONDS }
    }
}
