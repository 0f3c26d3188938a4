//! The steps of [section 7.2](https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion) in their order. With a
//! prepared key and without extensions only the outcome allocates, unless a step fails or a report is made.

use countersign_cose::{KeyError, PreparedKey, PublicKey, SignatureError, has_padded_integers, hash::sha256};
use countersign_types::{
    AuthenticationResponse, AuthenticatorData, Timestamp, UserHandle,
    enumerations::UserVerificationRequirement, extensions::ExtensionError,
};

use crate::ceremony::authentication::outcome::Authenticated;
use crate::ceremony::authentication::prepared::PreparedCredential;
use crate::ceremony::authentication::stored_checks::Presented;
use crate::ceremony::checks::client_data::{ClientDataSteps, Expected, client_data};
use crate::ceremony::extensions::{outcome::AuthenticationExtensions, outputs::Outputs};
use crate::ceremony::{checks, state::authentication::AuthenticationState};
use crate::record::credential_record::CredentialRecord;
use crate::relying_party::{party::RelyingParty, policy::choices::UnverifiedDiscoverable};
use crate::report::error::{Error, ErrorKind};
use crate::report::{
    ceremony_report::Reason, deviation::Deviation, encoding::HandleEncoding, evidence::Evidence,
    recorder::Recorder, step::AuthenticationStep as Step,
};

/// What one run of the steps is about.
pub(super) struct Procedure<'a> {
    pub(super) rp: &'a RelyingParty,
    pub(super) state: &'a AuthenticationState,
    pub(super) response: &'a AuthenticationResponse,
    /// The record's key, if it was prepared before.
    pub(super) key: Option<&'a PreparedCredential>,
    pub(super) now: Timestamp,
}

impl<'a> Procedure<'a> {
    /// Steps 1 to 25.
    pub(super) fn run(
        &self,
        record: Option<&CredentialRecord>,
        steps: &mut impl Recorder,
    ) -> Result<Authenticated, Error> {
        // 1: the options were made from the state, which has to be ours and young enough.
        let expires_at = self.state.expires_at;
        let valid = checks::state(self.rp, self.state, self.now);
        steps.check_with(Step::Options, valid, |()| Evidence::State { expires_at })?;
        // 2: the browser's.
        steps.callers(Step::Get);
        // 3, 4: the type is that of an assertion response, with its extension results.
        steps.by_construction(Step::Response);
        steps.by_construction(Step::ClientExtensionResults);
        // 5
        let count = self.state.allowed.len();
        steps.check_with(Step::AllowCredentials, self.allowed(), |()| Evidence::Allowed { count })?;
        // 6
        let identified_before = self.state.user.is_some();
        let record =
            steps.check_with(Step::User, self.identify(record), |_| Evidence::User { identified_before })?;
        let (refused, is_empty) = (self.rp.policy.rejected_deviations, self.response.has_empty_user_handle());
        steps.check_deviation(refused, Step::User, Deviation::UserHandleEmpty, || is_empty)?;
        // 7: they are members of the response.
        steps.by_construction(Step::Parts);
        // 8 to 14
        self.client_data(steps)?;
        // 15 to 18
        let data = self.authenticator_data(steps)?;
        // 19
        let presented = Presented {
            flags: data.flags,
            sign_count: data.sign_count,
            user_verification_required: self.user_verification_required(),
            is_authorized: self.state.additional_factor.as_ref() == Some(record.user_handle()),
        };
        presented.backup_eligibility(&self.rp.policy, &record.dynamic, steps)?;
        // 20
        let client_data_hash = sha256(&[self.response.client_data_json()]);
        steps.passed(Step::ClientDataHash, || Evidence::client_data_hash(&client_data_hash));
        // 21
        let verified = self.signature(record, &[data.as_bytes(), &client_data_hash]);
        steps.check(Step::Signature, verified)?;
        let is_padded = || has_padded_integers(self.response.signature());
        steps.check_deviation(refused, Step::Signature, Deviation::PaddedSignature, is_padded)?;
        // 22
        let count = presented.sign_count(&self.rp.policy, &record.dynamic, steps)?;
        // 23
        let extensions = self.extensions(&data, steps)?;
        // 24: the caller stores the update once its own checks have passed too.
        steps.callers(Step::Update);
        // 25: the returned value says that all steps passed.
        presented.reliance(&self.rp.policy, record, steps)?;
        Ok(Authenticated {
            purpose: self.rp.purpose.clone(),
            user_handle: record.user_handle().clone(),
            public_key: record.public_key().to_vec(),
            presented,
            sign_count_increased: count.is_increased,
            extensions,
            update: presented.update(record, count.next),
        })
    }

    /// Whether the user must be verified: by the state or by the policy, whichever is the stricter, or because no user
    /// was identified before and the policy accepts no mere possession.
    fn user_verification_required(&self) -> bool {
        let policy = &self.rp.policy;
        let is_required = |requirement| requirement == &UserVerificationRequirement::Required;
        is_required(&self.state.user_verification)
            || is_required(&policy.user_verification)
            || (self.state.user.is_none() && policy.unverified_discoverable == UnverifiedDiscoverable::Reject)
    }

    /// Step 5.
    fn allowed(&self) -> Result<(), ErrorKind> {
        let allowed = &self.state.allowed;
        let is_allowed = allowed.is_empty() || allowed.iter().any(|id| id == self.response.credential_id());
        if is_allowed { Ok(()) } else { Err(ErrorKind::CredentialNotAllowed) }
    }

    /// Step 6: the record is of this credential, of this relying party, and of the account that is signing in.
    fn identify<'r>(&self, record: Option<&'r CredentialRecord>) -> Result<&'r CredentialRecord, ErrorKind> {
        let user = match (self.state.user.as_ref(), self.response.user_handle()) {
            (Some(user), Some(claimed)) if user != claimed => return Err(other_handle(user, claimed)),
            (Some(user), _) => user,
            (None, Some(claimed)) => claimed,
            (None, None) => return Err(ErrorKind::UserHandleMissing),
        };
        let record = record.ok_or(ErrorKind::CredentialUnknown)?;
        if &record.fixed.id != self.response.credential_id() || record.fixed.rp_id != self.rp.id {
            return Err(ErrorKind::CredentialUnknown);
        }
        if record.fixed.user_handle == *user {
            Ok(record)
        } else if self.state.user.is_some() {
            Err(ErrorKind::CredentialUnknown)
        } else {
            Err(other_handle(&record.fixed.user_handle, user))
        }
    }

    /// Steps 8 to 14.
    fn client_data(&self, steps: &mut impl Recorder) -> Result<(), Error> {
        let payment = self.state.extensions.payment();
        let expected = Expected {
            at: &ClientDataSteps::AUTHENTICATION,
            type_: if payment.is_some() { "payment.get" } else { "webauthn.get" },
            challenge: self.state.challenge.as_bytes(),
            bound_to: self.state.origin.as_deref(),
            caller: payment.and_then(|payment| payment.caller_origin.as_deref()),
        };
        client_data(self.rp, self.response.client_data_json(), &expected, steps)
    }

    /// Steps 15 to 18.
    fn authenticator_data(&self, steps: &mut impl Recorder) -> Result<AuthenticatorData<'a>, Error> {
        let parsed = AuthenticatorData::parse(self.response.authenticator_data());
        let data = parsed.map_err(|fault| Error::new(Step::RpIdHash, fault))?;
        let flags = data.flags;
        // 15
        let appid = self.used_appid().map_err(|fault| Error::new(Step::RpIdHash, fault))?;
        let is_hash = checks::rp_id_hash(self.rp, &data, appid);
        let is_rp_id = *data.rp_id_hash == self.rp.id_hash;
        let id = || if is_rp_id { &*self.rp.id } else { appid.unwrap_or_default() };
        steps.check_with(Step::RpIdHash, is_hash, |()| Evidence::RpId { id: id().to_owned() })?;
        self.authenticator_data_deviations(&data, steps)?;
        let is_unused = || appid.is_some() && is_rp_id;
        steps.check_deviation(
            self.rp.policy.rejected_deviations,
            Step::RpIdHash,
            Deviation::AppIdNotUsed,
            is_unused,
        )?;
        // 16
        let present = if flags.user_present() { Ok(()) } else { Err(ErrorKind::UserNotPresent) };
        steps.check_with(Step::UserPresent, present, |()| Evidence::flags(flags))?;
        // 17
        if self.user_verification_required() {
            let verified = if flags.user_verified() { Ok(()) } else { Err(ErrorKind::UserNotVerified) };
            steps.check_with(Step::UserVerified, verified, |()| Evidence::flags(flags))?;
        } else {
            steps.skipped(Step::UserVerified, Reason::UserVerificationNotRequired);
        }
        // 18
        let backup_state = checks::backup_state(&data);
        steps.check_with(Step::BackupState, backup_state, |()| Evidence::flags(flags))?;
        Ok(data)
    }

    /// Deviations of authenticator data, reported at the step that reads it.
    fn authenticator_data_deviations(
        &self,
        data: &AuthenticatorData<'_>,
        steps: &mut impl Recorder,
    ) -> Result<(), Error> {
        let (refused, step, flags) = (self.rp.policy.rejected_deviations, Step::RpIdHash, data.flags);
        let is_attested = || flags.attested_credential_data();
        steps.check_deviation(refused, step, Deviation::ReservedFlags, || flags.reserved())?;
        steps.check_deviation(refused, step, Deviation::AttestedCredentialDataInAssertion, is_attested)?;
        steps.check_cbor_deviations(refused, step, data.deviations)
    }

    /// The `appid` that was sent, if the client says that it was used
    /// ([section 10.1.1](https://www.w3.org/TR/webauthn-3/#sctn-appid-extension)): the hash may then be its.
    fn used_appid(&self) -> Result<Option<&str>, ExtensionError> {
        let Some(sent) = self.state.appid.as_deref() else { return Ok(None) };
        Ok(self.response.client_extension_results().appid()?.filter(|is_used| *is_used).map(|_| sent))
    }

    /// Step 23. Most authentications ask nothing and are answered nothing.
    fn extensions(
        &self,
        data: &AuthenticatorData<'_>,
        steps: &mut impl Recorder,
    ) -> Result<AuthenticationExtensions, Error> {
        let asked = &self.state.extensions;
        let client = self.response.client_extension_results();
        if asked.is_empty() && client.is_empty() && data.extensions.is_none() {
            steps.passed(Step::Extensions, || Evidence::extensions([].into_iter()));
            return Ok(AuthenticationExtensions::default());
        }
        let outputs = Outputs {
            policy: &self.rp.policy.extensions,
            requested: asked,
            client,
            authenticator: data.extension_outputs(),
        };
        let learned = outputs.of_authentication(&self.rp.id, self.response.client_data_json());
        steps.check_with(Step::Extensions, learned, |_| Evidence::extensions(outputs.names()))
    }

    /// Step 21.
    fn signature(&self, record: &CredentialRecord, message: &[&[u8]]) -> Result<(), ErrorKind> {
        let verify = |key: &dyn PreparedKey| {
            key.verify(message, self.response.signature())
                .map_err(|SignatureError| ErrorKind::SignatureInvalid)
        };
        let accepted = &self.rp.policy.stored_algorithms;
        if let Some(prepared) = self.key {
            accepted.check(prepared.algorithm)?;
            return verify(&*prepared.key);
        }
        let key = PublicKey::from_cose(&record.fixed.public_key)?;
        let algorithm = key.algorithm().ok_or(KeyError::UnsupportedKeyType)?;
        accepted.check(algorithm)?;
        verify(&*self.rp.verifiers.prepare(&key, algorithm.scheme())?)
    }
}

/// What is wrong with a user handle that is not the account's.
fn other_handle(expected: &UserHandle, received: &UserHandle) -> ErrorKind {
    let encoding = HandleEncoding::between(expected.as_bytes(), received.as_bytes());
    encoding.map_or(ErrorKind::UserHandleMismatch, ErrorKind::UserHandleEncoding)
}
