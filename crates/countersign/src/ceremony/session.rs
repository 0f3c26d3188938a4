//! Recent sessions: proof that the user is present when a browser creates a passkey without asking
//! ([section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential), `mediation` of `conditional`).

use countersign_types::{Timestamp, UserHandle};

use crate::ceremony::authentication::outcome::Authenticated;

/// Proof that the account's owner signed in recently; required for conditional mediation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentSession {
    user: UserHandle,
    since: Option<Timestamp>,
}

impl RecentSession {
    /// Creates the session of an authentication at this time.
    pub fn of(authenticated: &Authenticated, at: Timestamp) -> Self {
        Self::vouched(authenticated.user_handle().clone(), at)
    }

    /// Creates a session that the caller vouches for: the account's owner signed in at this time, such as with a
    /// password.
    pub fn vouched(user: UserHandle, at: Timestamp) -> Self {
        Self { user, since: Some(at) }
    }

    /// Creates a session that passes the check of its age. Anyone who finds an open session can then add a credential
    /// of their own to the account.
    pub fn dangerous_of_any_age(user: UserHandle) -> Self {
        Self { user, since: None }
    }

    /// Whether the session is this account's.
    pub(crate) fn is_of(&self, user: &UserHandle) -> bool {
        self.user == *user
    }

    /// Whether the sign-in is at most `seconds` old. A time in the future never qualifies.
    pub(crate) fn is_within(&self, seconds: u32, now: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= now && now <= since.plus_seconds(i64::from(seconds)))
    }
}
