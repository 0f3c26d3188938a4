//! User verification as an authentication factor:
//! [section 4, `uvInitialized`](https://www.w3.org/TR/webauthn-3/#credential-record).

use countersign_types::UserHandle;

use crate::{ceremony::authentication::outcome::Authenticated, record::update::CredentialUpdate};

/// Says that the owner of an account was checked by a further authentication factor, as good as user verification: what it
/// takes to rely on user verification with a credential that was never seen to do it.
///
/// Whoever found an authenticator without a PIN can set one. That PIN is not the owner's until something else says so.
///
/// A factor that was checked before the passkey goes into the state, with
/// [`authorized_by`](crate::AuthenticationState::authorized_by); one that is checked after it goes to
/// [`update_authorized_by`](Authenticated::update_authorized_by).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditionalFactor {
    pub(super) user: UserHandle,
}

impl AdditionalFactor {
    /// Another authentication of the account, in which the user was verified with a credential of which that can be
    /// relied on; `None` where it can't.
    pub fn authenticated(other: &Authenticated) -> Option<Self> {
        other.user_verification_is_factor().then(|| Self::vouched(other.user_handle.clone()))
    }

    /// The caller checked such a factor of this account's owner, for instance a password.
    pub fn vouched(user: UserHandle) -> Self {
        Self { user }
    }

    pub(crate) fn user(&self) -> &UserHandle {
        &self.user
    }
}

impl Authenticated {
    /// Whether the user was verified, and that may be relied on as an authentication factor: the credential's record says
    /// that it was seen before, or at registration.
    pub fn user_verification_is_factor(&self) -> bool {
        self.user_verified && self.update.previous.uv_initialized
    }

    /// What to change in the stored record where a further factor was checked: [`update`](Self::update), and
    /// `uvInitialized` is set if the user was verified. `None` where the factor is another account's.
    ///
    /// ```
    /// # use countersign::{Authenticated, CredentialUpdate, ceremony::AdditionalFactor};
    /// # fn password_is_right() -> bool { true }
    /// fn update(authenticated: &Authenticated) -> CredentialUpdate {
    ///     let factor = AdditionalFactor::vouched(authenticated.user_handle().clone());
    ///     match authenticated.update_authorized_by(&factor) {
    ///         Some(update) if password_is_right() => update,
    ///         _ => authenticated.update().clone(),
    ///     }
    /// }
    /// ```
    pub fn update_authorized_by(&self, factor: &AdditionalFactor) -> Option<CredentialUpdate> {
        (factor.user == self.user_handle).then(|| authorized(self.update.clone(), self.user_verified))
    }
}

/// The update where a further factor vouches for the user, who was verified or not.
pub(super) fn authorized(mut update: CredentialUpdate, user_verified: bool) -> CredentialUpdate {
    update.next.uv_initialized |= user_verified;
    update
}
