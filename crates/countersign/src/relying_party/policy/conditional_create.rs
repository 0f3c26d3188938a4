//! Conditional create: a browser makes a passkey without asking, where the person has just signed in
//! ([section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential), `mediation` of `conditional`).

use serde::{Deserialize, Serialize};

use crate::relying_party::policy::limits::TIMEOUT_SECONDS;

/// Whether browsers may make credentials without asking.
///
/// The user need not be present then, and clients never verify the user, so that such a registration doesn't require it
/// even where the policy does. What vouches for the person is the session in which it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ConditionalCreatePolicy {
    /// They may not.
    Reject,
    /// They may, where the person signed in at most so long ago.
    AfterSignIn {
        /// How long ago at most, in seconds.
        seconds: u32,
    },
}

/// Within five minutes of signing in: what a ceremony may take, so that a page that was open all day doesn't count.
impl Default for ConditionalCreatePolicy {
    fn default() -> Self {
        Self::AfterSignIn { seconds: TIMEOUT_SECONDS }
    }
}
