//! User verification as an authentication factor:
//! [section 4, `uvInitialized`](https://www.w3.org/TR/webauthn-3/#credential-record).

use countersign_types::UserHandle;

use crate::{ceremony::authentication::outcome::Authenticated, record::update::CredentialUpdate};

/// Proof that the owner of an account was checked by a further authentication factor, as strong as user verification. It
/// is required to rely on user verification with a credential that was never used with it.
///
/// The finder of an authenticator without a PIN can set one. That PIN is not the owner's until another factor confirms it.
///
/// Pass a factor that was checked before the passkey to the state, with
/// [`with_additional_factor`](crate::AuthenticationState::with_additional_factor); pass one that is checked after it to
/// [`update_authorized_by`](Authenticated::update_authorized_by).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdditionalFactor {
    user: UserHandle,
}

impl AdditionalFactor {
    /// Creates a factor from another authentication of the account, with user verification that can be relied on; `None`
    /// if it can't.
    pub fn authenticated(other: &Authenticated) -> Option<Self> {
        other.user_verification_is_factor().then(|| Self::vouched(other.user_handle.clone()))
    }

    /// Creates a factor that the caller checked for this account's owner, for instance a password.
    pub fn vouched(user: UserHandle) -> Self {
        Self { user }
    }

    pub(crate) fn user(&self) -> &UserHandle {
        &self.user
    }
}

impl Authenticated {
    /// Whether the user was verified, with a credential of which user verification can be relied on as an authentication
    /// factor: its record says that it was seen before, or at registration.
    pub fn user_verification_is_factor(&self) -> bool {
        self.user_verified() && self.update.previous.uv_initialized
    }

    /// The change of the stored record if a further factor was checked: [`update`](Self::update), with `uvInitialized` set
    /// if the user was verified. `None` if the factor is another account's.
    ///
    /// ```
    /// # use countersign::{Authenticated, CredentialUpdate, UserHandle, ceremony::AdditionalFactor};
    /// # fn password_is_right(user: &UserHandle) -> bool { true }
    /// fn update(authenticated: &Authenticated) -> CredentialUpdate {
    ///     let (user, update) = authenticated.user_and_update();
    ///     let factor = AdditionalFactor::vouched(user.clone());
    ///     match authenticated.update_authorized_by(&factor) {
    ///         Some(authorized) if password_is_right(user) => authorized,
    ///         _ => update.clone(),
    ///     }
    /// }
    /// ```
    pub fn update_authorized_by(&self, factor: &AdditionalFactor) -> Option<CredentialUpdate> {
        (factor.user == self.user_handle).then(|| {
            let mut update = self.update.clone();
            update.next.uv_initialized |= self.user_verified();
            update
        })
    }
}
