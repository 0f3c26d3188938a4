//! Recent sessions: what vouches for the user when a browser makes a passkey without asking
//! ([section 5.1.3](https://www.w3.org/TR/webauthn-3/#sctn-createCredential), `mediation` of `conditional`).

use countersign_types::{Timestamp, UserHandle};

use crate::ceremony::authentication::outcome::Authenticated;

/// Says that the owner of an account is there: what a registration without asking the user needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecentSession {
    user: UserHandle,
    since: Option<Timestamp>,
}

impl RecentSession {
    /// Somebody authenticated with a credential at this time.
    pub fn of(authenticated: &Authenticated, at: Timestamp) -> Self {
        Self::vouched(authenticated.user_handle().clone(), at)
    }

    /// The caller knows that the account's owner signed in at this time, such as with a password.
    pub fn vouched(user: UserHandle, at: Timestamp) -> Self {
        Self { user, since: Some(at) }
    }

    /// The caller waives the check of how long ago the account's owner signed in. Who finds a session open can then
    /// leave a credential of their own in the account.
    pub fn dangerous_of_any_age(user: UserHandle) -> Self {
        Self { user, since: None }
    }

    /// Whether the session is this account's.
    pub(crate) fn is_of(&self, user: &UserHandle) -> bool {
        self.user == *user
    }

    /// Whether it is younger than that. One from the future is not.
    pub(crate) fn is_within(&self, seconds: u32, now: Timestamp) -> bool {
        self.since.is_none_or(|since| since <= now && now <= since.plus_seconds(i64::from(seconds)))
    }
}
