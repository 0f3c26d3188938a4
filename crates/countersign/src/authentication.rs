//! [Section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion): verifying an authentication assertion.

use countersign_cose::{KeyError, PublicKey, hash::sha256};
use countersign_types::{
    AuthenticationResponse, AuthenticatorData, ClientData, CredentialId, Timestamp, UserHandle,
    enumerations::UserVerificationRequirement, options::CredentialDescriptor,
};

use crate::{
    checks,
    error::{Error, Fault},
    policy::SignCountPolicy,
    record::{CredentialRecord, CredentialUpdate},
    relying_party::RelyingParty,
    state::AuthenticationState,
    step::AuthenticationStep as Step,
};

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
#[derive(Debug, Clone)]
#[must_use = "an authentication counts only once its update is stored"]
pub struct Authenticated {
    user_handle: UserHandle,
    user_verified: bool,
    backup_eligible: bool,
    sign_count_increased: bool,
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

    /// Whether the user was verified.
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }

    /// BE: whether the credential may be backed up.
    pub fn backup_eligible(&self) -> bool {
        self.backup_eligible
    }

    /// BS: whether the credential is backed up now.
    pub fn backup_state(&self) -> bool {
        self.update.backup_state
    }

    /// Whether the signature counter increased. It stays 0 with authenticators that have none; anything else that does
    /// not increase is a sign, no proof, of a second copy of the key.
    pub fn sign_count_increased(&self) -> bool {
        self.sign_count_increased
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
        let state = &state;
        checks::state(self, &state.rp_id, state.expires_at, now).map_err(at(Step::Options))?;
        // Steps 3, 4: `AuthenticationResponse` is an assertion response, with its extension results.
        // Step 5.
        if !state.allowed.is_empty() && !state.allowed.contains(response.credential_id()) {
            return Err(Error::new(Step::AllowCredentials, Fault::CredentialNotAllowed));
        }
        let record = self.identify(state, response, record.into()).map_err(at(Step::User))?;
        // Step 7: the three parts are members of the response.
        self.client_data_of_authentication(state, response)?;
        let data = AuthenticatorData::parse(response.authenticator_data()).map_err(at(Step::RpIdHash))?;
        self.authenticator_data_of_authentication(state, response, record, &data)?;
        // Step 20.
        let client_data_hash = sha256(&[response.client_data_json()]);
        // Step 21: with the key of the record, never one of the response.
        self.verify_signature(record, &[data.as_bytes(), &client_data_hash], response.signature())?;
        let (sign_count, sign_count_increased) = self.sign_count(record, &data)?;
        // Step 23: what nobody asked for is ignored; `appid` was read for step 15.
        // Step 24: handed to the caller, who stores it once all his own checks have passed too.
        let update = CredentialUpdate {
            credential_id: record.id.clone(),
            previous_sign_count: record.sign_count,
            sign_count,
            backup_state: data.flags.backup_state(),
            uv_initialized: record.uv_initialized,
        };
        // Step 25.
        Ok(Authenticated {
            user_handle: record.user_handle.clone(),
            user_verified: data.flags.user_verified(),
            backup_eligible: data.flags.backup_eligible(),
            sign_count_increased,
            update,
        })
    }

    /// Step 6: the record is of this credential, of this relying party, and of the account that is signing in.
    fn identify<'r>(
        &self,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
        record: Option<&'r CredentialRecord>,
    ) -> Result<&'r CredentialRecord, Fault> {
        let user = match (&state.user, response.user_handle()) {
            (Some(user), Some(claimed)) if user != claimed => return Err(Fault::UserHandleMismatch),
            (Some(user), _) => user,
            (None, Some(claimed)) => claimed,
            (None, None) => return Err(Fault::UserHandleMissing),
        };
        let record = record.ok_or(Fault::CredentialUnknown)?;
        if record.id != *response.credential_id() || record.rp_id != self.id {
            return Err(Fault::CredentialUnknown);
        }
        if record.user_handle == *user {
            Ok(record)
        } else if state.user.is_some() {
            Err(Fault::CredentialUnknown)
        } else {
            Err(Fault::UserHandleMismatch)
        }
    }

    /// Steps 8 to 14.
    fn client_data_of_authentication(
        &self,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
    ) -> Result<(), Error> {
        let client_data = ClientData::parse(response.client_data_json()).map_err(at(Step::ClientData))?;
        checks::type_(&client_data, "webauthn.get").map_err(at(Step::Type))?;
        checks::challenge(&client_data, &state.challenge).map_err(at(Step::Challenge))?;
        checks::origin(self, &client_data).map_err(at(Step::Origin))?;
        checks::cross_origin(self, &client_data).map_err(at(Step::CrossOrigin))?;
        checks::top_origin(self, &client_data).map_err(at(Step::TopOrigin))
    }

    /// Steps 15 to 19.
    fn authenticator_data_of_authentication(
        &self,
        state: &AuthenticationState,
        response: &AuthenticationResponse,
        record: &CredentialRecord,
        data: &AuthenticatorData<'_>,
    ) -> Result<(), Error> {
        // 10.1.1: the hash may be the AppID's where one was sent and the client says that it was used.
        let appid_used =
            response.client_extension_results().appid().map_err(at(Step::Extensions))? == Some(true);
        let appid = state.appid.as_deref().filter(|_| appid_used);
        checks::rp_id_hash(self, data, appid).map_err(at(Step::RpIdHash))?;
        if !data.flags.user_present() {
            return Err(Error::new(Step::UserPresent, Fault::UserNotPresent));
        }
        if state.user_verification == UserVerificationRequirement::Required && !data.flags.user_verified() {
            return Err(Error::new(Step::UserVerified, Fault::UserNotVerified));
        }
        checks::backup_state(data).map_err(at(Step::BackupState))?;
        if data.flags.backup_eligible() != record.backup_eligible {
            let fault = Fault::BackupEligibilityChanged { registered: record.backup_eligible };
            return Err(Error::new(Step::BackupEligibility, fault));
        }
        Ok(())
    }

    /// Step 21.
    fn verify_signature(
        &self,
        record: &CredentialRecord,
        message: &[&[u8]],
        signature: &[u8],
    ) -> Result<(), Error> {
        let key = PublicKey::from_cose(&record.public_key).map_err(at(Step::Signature))?;
        let algorithm = key.algorithm().ok_or(KeyError::UnsupportedKeyType).map_err(at(Step::Signature))?;
        let prepared = self.verifiers.prepare(&key, algorithm.scheme()).map_err(at(Step::Signature))?;
        let verified = prepared.verify(message, signature);
        verified.map_err(|_| Error::new(Step::Signature, Fault::SignatureInvalid))
    }

    /// Step 22: the counter to store, and whether it increased.
    fn sign_count(
        &self,
        record: &CredentialRecord,
        data: &AuthenticatorData<'_>,
    ) -> Result<(u32, bool), Error> {
        let (stored, received) = (record.sign_count, data.sign_count);
        if received > stored {
            return Ok((received, true));
        }
        // An authenticator without a counter leaves it at 0.
        let unused = stored == 0 && received == 0;
        match self.sign_count {
            SignCountPolicy::Reject if !unused => {
                Err(Error::new(Step::SignCount, Fault::SignCountNotIncreased { stored, received }))
            }
            // A copy that is behind must not pull the stored counter back, or its next use would look like an increase.
            _ => Ok((stored, false)),
        }
    }
}

fn at<F: Into<Fault>>(step: Step) -> impl FnOnce(F) -> Error {
    move |fault| Error::new(step, fault)
}

#[cfg(test)]
mod tests;
