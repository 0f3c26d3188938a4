//! What a finished authentication yields
//! ([section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).

use countersign_types::{CredentialId, UserHandle};

use crate::{ceremony::extensions::outcome::AuthenticationExtensions, record::update::CredentialUpdate};

/// An authentication that passed every step: the only way to a session.
///
/// ```
/// # use countersign::{
/// #     Authenticated, AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RelyingParty, Timestamp,
/// #     UserHandle,
/// # };
/// #[deny(unused_must_use)]
/// fn sign_in(
///     rp: &RelyingParty,
///     state: AuthenticationState,
///     response: &AuthenticationResponse,
///     record: &CredentialRecord,
///     now: Timestamp,
/// ) -> Result<UserHandle, Error> {
///     let authenticated = rp.finish_authentication(state, response, record, now)?;
///     Ok(authenticated.user_handle().clone())
/// }
/// ```
///
/// Code that signs in without looking at it gets a warning, or with `deny` an error:
///
/// ```compile_fail
/// # use countersign::{
/// #     Authenticated, AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RelyingParty, Timestamp,
/// #     UserHandle,
/// # };
/// #[deny(unused_must_use)]
/// fn sign_in(
///     rp: &RelyingParty,
///     state: AuthenticationState,
///     response: &AuthenticationResponse,
///     record: &CredentialRecord,
///     now: Timestamp,
/// ) -> Result<UserHandle, Error> {
///     rp.finish_authentication(state, response, record, now)?;
///     Ok(record.user_handle().clone())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "an authentication counts only once its update is stored"]
pub struct Authenticated {
    pub(super) user_handle: UserHandle,
    pub(super) user_verified: bool,
    pub(super) backup_eligible: bool,
    pub(super) sign_count_increased: bool,
    pub(super) extensions: AuthenticationExtensions,
    pub(super) update: CredentialUpdate,
}

impl Authenticated {
    /// Who authenticated.
    pub fn user_handle(&self) -> &UserHandle {
        &self.user_handle
    }

    /// With which credential.
    pub fn credential_id(&self) -> &CredentialId {
        &self.update.credential_id
    }

    /// Whether the user was verified. As an authentication factor it counts only where
    /// [`user_verification_is_factor`](Self::user_verification_is_factor) says so.
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// BE: whether the credential may be backed up.
    pub fn backup_eligible(&self) -> bool {
        self.backup_eligible
    }

    /// BS: whether the credential is backed up now.
    pub fn backup_state(&self) -> bool {
        self.update.next.backup_state
    }

    /// Whether the signature counter increased. It stays 0 with authenticators that have none; anything else that does
    /// not increase is a sign, no proof, of a second copy of the key.
    pub fn sign_count_increased(&self) -> bool {
        self.sign_count_increased
    }

    /// What was learned from extensions.
    pub fn extensions(&self) -> &AuthenticationExtensions {
        &self.extensions
    }

    /// What to change in the stored record.
    pub fn update(&self) -> &CredentialUpdate {
        &self.update
    }
}
