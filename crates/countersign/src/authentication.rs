//! [Section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion): verifying an authentication assertion.

pub(crate) mod factor;
pub(crate) mod prepared;
pub(crate) mod procedure;

use countersign_types::{
    AuthenticationResponse, CredentialId, Timestamp, UserHandle, options::CredentialDescriptor,
};

pub use self::factor::AdditionalFactor;
use crate::{
    authentication::procedure::{Key, Procedure, Verified},
    extensions::outcome::AuthenticationExtensions,
    record::{credential_record::CredentialRecord, dynamic_part::DynamicPart, update::CredentialUpdate},
    relying_party::party::RelyingParty,
    report::{ceremony_report::Report, error::Error, recorder::NoReport},
    state::AuthenticationState,
};

pub use self::prepared::{AuthenticatedRef, PreparedCredential};

/// Whose credential is asked for.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Accounts<'a> {
    /// The user was identified before the ceremony, by a user name or a cookie: one of this account's credentials.
    Identified {
        /// The account.
        user: &'a UserHandle,
        /// Its credentials; where the list is empty, any discoverable one of the account may answer.
        credentials: &'a [CredentialDescriptor],
    },
    /// Nobody was identified before: the response says by its user handle which account it is.
    Discoverable,
}

/// An authentication that passed every step: the only way to a session.
///
/// ```
/// # use countersign::*;
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
/// # use countersign::*;
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
    user_handle: UserHandle,
    user_verified: bool,
    backup_eligible: bool,
    sign_count_increased: bool,
    extensions: AuthenticationExtensions,
    update: CredentialUpdate,
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

impl RelyingParty {
    /// Steps 3 to 25: decides whether `response` answers the authentication that `state` is of.
    ///
    /// `record` is what the store has for [`response.credential_id()`](AuthenticationResponse::credential_id), `None`
    /// where it has nothing. The state is used up, whatever comes out. On an error nothing may be stored.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    #[expect(single_use_lifetimes, reason = "`impl Trait` can't elide it")]
    pub fn finish_authentication<'r>(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: impl Into<Option<&'r CredentialRecord>>,
        now: Timestamp,
    ) -> Result<Authenticated, Error> {
        let procedure = self.authentication_procedure(&state, response, now);
        procedure.run(record.into(), &mut NoReport).map(Authenticated::from)
    }

    /// The same, with a report of every step up to the one that failed, if one did.
    ///
    /// The report is for people and logs; what decides is the `Result`.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    #[expect(single_use_lifetimes, reason = "`impl Trait` can't elide it")]
    pub fn finish_authentication_with_report<'r>(
        &self,
        state: AuthenticationState,
        response: &AuthenticationResponse,
        record: impl Into<Option<&'r CredentialRecord>>,
        now: Timestamp,
    ) -> (Result<Authenticated, Error>, Report) {
        let mut report = Report::of_authentication();
        let procedure = self.authentication_procedure(&state, response, now);
        let result = procedure.run(record.into(), &mut report).map(Authenticated::from);
        if let Err(error) = &result {
            report.fail(error);
        }
        (result, report)
    }

    fn authentication_procedure<'a>(
        &'a self,
        state: &'a AuthenticationState,
        response: &'a AuthenticationResponse,
        now: Timestamp,
    ) -> Procedure<'a> {
        Procedure { rp: self, state, parts: response.into(), key: Key::OfRecord, now }
    }
}

impl Verified<'_> {
    fn update(&self) -> CredentialUpdate {
        let Self { record, flags, sign_count, is_authorized, .. } = self;
        CredentialUpdate {
            credential_id: record.id().clone(),
            previous: record.dynamic.clone(),
            next: DynamicPart {
                sign_count: *sign_count,
                backup_eligible: Some(flags.backup_eligible()),
                backup_state: flags.backup_state(),
                uv_initialized: record.dynamic.uv_initialized || (*is_authorized && flags.user_verified()),
                standing: record.dynamic.standing.clone(),
            },
        }
    }
}

impl From<Verified<'_>> for Authenticated {
    fn from(verified: Verified<'_>) -> Self {
        Self {
            update: verified.update(),
            user_handle: verified.record.user_handle().clone(),
            user_verified: verified.flags.user_verified(),
            backup_eligible: verified.flags.backup_eligible(),
            sign_count_increased: verified.sign_count_increased,
            extensions: verified.extensions,
        }
    }
}

#[cfg(test)]
mod tests;
