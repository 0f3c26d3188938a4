//! The outcome of a finished authentication
//! ([section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion)).

use std::sync::Arc;

use countersign_types::{CredentialId, UserHandle};

use crate::ceremony::authentication::stored_checks::Presented;
use crate::ceremony::extensions::outcome::AuthenticationExtensions;
use crate::record::{credential_record::CredentialRecord, update::CredentialUpdate};
use crate::relying_party::party::RelyingParty;
use crate::report::error::{Error, ErrorKind};
use crate::report::{recorder::NoReport, step::AuthenticationStep as Step};

/// An authentication that passed every step: the only way to a session.
///
/// It counts only once its update is stored, so the account's user handle comes together with the update:
///
/// ```
/// # use countersign::{
/// #     Authenticated, AuthenticationResponse, AuthenticationState, CredentialRecord, CredentialUpdate, Error,
/// #     RelyingParty, Timestamp, UserHandle,
/// # };
/// # fn store(update: &CredentialUpdate) {}
/// #[deny(unused_variables, unused_must_use)]
/// fn sign_in(
///     rp: &RelyingParty,
///     state: AuthenticationState,
///     response: &AuthenticationResponse,
///     record: &CredentialRecord,
///     now: Timestamp,
/// ) -> Result<UserHandle, Error> {
///     let authenticated = rp.finish_authentication(state, response, record, now)?;
///     let (user, update) = authenticated.user_and_update();
///     store(update);
///     Ok(user.clone())
/// }
/// ```
///
/// Code that forgets the update gets a warning, or with `deny` an error:
///
/// ```compile_fail
/// # use countersign::{
/// #     Authenticated, AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RelyingParty, Timestamp,
/// #     UserHandle,
/// # };
/// #[deny(unused_variables, unused_must_use)]
/// fn sign_in(
///     rp: &RelyingParty,
///     state: AuthenticationState,
///     response: &AuthenticationResponse,
///     record: &CredentialRecord,
///     now: Timestamp,
/// ) -> Result<UserHandle, Error> {
///     let authenticated = rp.finish_authentication(state, response, record, now)?;
///     let (user, update) = authenticated.user_and_update();
///     Ok(user.clone())
/// }
/// ```
///
/// So does code that ignores the outcome:
///
/// ```compile_fail
/// # use countersign::{
/// #     Authenticated, AuthenticationResponse, AuthenticationState, CredentialRecord, Error, RelyingParty, Timestamp,
/// #     UserHandle,
/// # };
/// #[deny(unused_variables, unused_must_use)]
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
    /// The purpose of the relying party that finished the authentication.
    pub(super) purpose: Arc<str>,
    pub(super) user_handle: UserHandle,
    pub(super) public_key: Vec<u8>,
    pub(super) presented: Presented,
    pub(super) sign_count_increased: bool,
    pub(super) extensions: AuthenticationExtensions,
    pub(super) update: CredentialUpdate,
}

impl Authenticated {
    /// The account that authenticated, and the change of the credential's record, which must be stored before the user is
    /// signed in.
    ///
    /// If the store finds that the record changed meanwhile, [`update_for`](Self::update_for) checks the authentication
    /// against the record as it is then.
    #[must_use = "an authentication counts only once its update is stored"]
    pub fn user_and_update(&self) -> (&UserHandle, &CredentialUpdate) {
        (&self.user_handle, &self.update)
    }

    /// Checks this authentication against the record as it is stored now, and returns the update for it. All that this
    /// value says is then about that record, such as [`sign_count_increased`](Self::sign_count_increased) and
    /// [`user_verification_is_factor`](Self::user_verification_is_factor). An error changes nothing.
    ///
    /// For a store that reports `record-changed`: two authentications ran at once, or the credential was flagged
    /// meanwhile. The signature needs no second verification, and the state is used up; the steps that depend on what
    /// changes in a record run again: backup eligibility and state, the signature counter, the flag, and whether user
    /// verification can be relied on. No report has these checks: log the error of one that fails.
    ///
    /// `rp` is the relying party that finished the authentication; one of another purpose is an error with the code
    /// `state-invalid`. A record of another credential, account or public key is an error with the code
    /// `credential-unknown`.
    ///
    /// If a factor was checked after the passkey, call [`update_authorized_by`](Self::update_authorized_by) again: the
    /// update that is returned here does not have it.
    ///
    /// ```
    /// # use countersign::{Authenticated, CredentialRecord, CredentialUpdate, RelyingParty, record::UpdateError};
    /// # trait Store {
    /// #     fn find(&self) -> Option<CredentialRecord>;
    /// #     fn apply(&self, update: &CredentialUpdate) -> Result<(), UpdateError>;
    /// # }
    /// # fn keep(rp: &RelyingParty, mut authenticated: Authenticated, store: &impl Store)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// loop {
    ///     match store.apply(authenticated.update()) {
    ///         Err(UpdateError::Changed) => {
    ///             let fresh = store.find().ok_or("the credential was removed")?;
    ///             authenticated.update_for(rp, &fresh)?;
    ///         }
    ///         other => break other?,
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_for(
        &mut self,
        rp: &RelyingParty,
        fresh: &CredentialRecord,
    ) -> Result<&CredentialUpdate, Error> {
        if rp.purpose != self.purpose {
            return Err(Error::new(Step::Options, ErrorKind::StateOfAnotherPurpose));
        }
        let is_same = fresh.rp_id() == rp.id
            && fresh.id() == self.credential_id()
            && fresh.user_handle() == &self.user_handle
            && fresh.public_key() == self.public_key;
        if !is_same {
            return Err(Error::new(Step::User, ErrorKind::CredentialUnknown));
        }
        let (policy, stored) = (&rp.policy, &fresh.dynamic);
        self.presented.backup_eligibility(policy, stored, &mut NoReport)?;
        let count = self.presented.sign_count(policy, stored, &mut NoReport)?;
        self.presented.reliance(policy, fresh, &mut NoReport)?;
        self.sign_count_increased = count.is_increased;
        self.update = self.presented.update(fresh, count.next);
        Ok(&self.update)
    }
}

getters! {
    Authenticated:

    /// The credential that was used.
    pub fn credential_id(&self) -> &CredentialId { &self.update.credential_id }

    /// Whether the signature counter increased. It stays 0 with authenticators that have none; any other counter that does
    /// not increase is a sign, not a proof, of a second copy of the key.
    pub fn sign_count_increased(&self) -> bool { self.sign_count_increased }

    /// The accepted outputs of extensions.
    pub fn extensions(&self) -> &AuthenticationExtensions { &self.extensions }

    /// The change of the stored record.
    pub fn update(&self) -> &CredentialUpdate { &self.update }

    /// The account, for this crate's own checks.
    pub(crate) fn user_handle(&self) -> &UserHandle { &self.user_handle }
}

impl Authenticated {
    /// Whether the user was verified. It counts as an authentication factor only if
    /// [`user_verification_is_factor`](Self::user_verification_is_factor) is true.
    pub fn user_verified(&self) -> bool {
        self.presented.flags.user_verified()
    }

    /// BE: whether the credential may be backed up.
    pub fn backup_eligible(&self) -> bool {
        self.presented.flags.backup_eligible()
    }

    /// BS: whether the credential is backed up now.
    pub fn backup_state(&self) -> bool {
        self.presented.flags.backup_state()
    }
}
