//! The steps of [section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential) in their order.

use countersign_attestation::{Attestation, ModelRemark, Trust, VerificationInput};
use countersign_cose::{Algorithm, KeyError, PreparedKey, PublicKey, hash::sha256};
use countersign_types::enumerations::{Transport, UserVerificationRequirement};
use countersign_types::{
    AttestationObject, AttestedCredentialData, AuthenticatorData, CredentialId, RegistrationResponse,
    Timestamp, authenticator_data::Flags,
};

use crate::ceremony::checks::client_data::{ClientDataSteps, Expected, client_data};
use crate::ceremony::registration::outcome::{CredentialIdStatus, Registered};
use crate::ceremony::state::registration::{Mediation, RegistrationState};
use crate::ceremony::{checks, extensions::outcome::RegistrationExtensions, extensions::outputs::Outputs};
use crate::record::credential_record::CredentialRecord;
use crate::record::evidence::{AttestationEvidence, Trusted};
use crate::relying_party::party::RelyingParty;
use crate::relying_party::policy::attestation::Observed;
use crate::relying_party::policy::backup::BackupPolicy;
use crate::relying_party::policy::conditional_create::ConditionalCreatePolicy;
use crate::report::ceremony_report::{Outcome, Reason};
use crate::report::error::{Error, ErrorKind};
use crate::report::{
    deviation::Deviation, evidence::Evidence, policy_error::PolicyErrorKind, recorder::Recorder,
    step::RegistrationStep as Step,
};

/// What one run of the steps is about.
pub(super) struct Procedure<'a> {
    pub(super) rp: &'a RelyingParty,
    pub(super) state: &'a RegistrationState,
    pub(super) response: &'a RegistrationResponse,
    pub(super) status: CredentialIdStatus,
    pub(super) now: Timestamp,
}

/// What step 13 decodes.
struct Decoded<'a> {
    object: AttestationObject<'a>,
    data: AuthenticatorData<'a>,
    attested: AttestedCredentialData<'a>,
}

impl<'a> Procedure<'a> {
    /// Steps 1 to 29.
    pub(super) fn run(&self, steps: &mut impl Recorder) -> Result<Registered, Error> {
        // 1: the options were made from the state, which has to be ours and young enough.
        let expires_at = self.state.expires_at;
        let valid = checks::state(self.rp, self.state, self.now);
        steps.check_with(Step::Options, valid, |()| Evidence::State { expires_at })?;
        // 2: the browser's.
        steps.callers(Step::Create);
        // 3, 4: the type is that of an attestation response, with its extension results.
        steps.by_construction(Step::Response);
        steps.by_construction(Step::ClientExtensionResults);
        // 5 to 11
        self.client_data(steps)?;
        // 12
        let client_data_hash = sha256(&[self.response.client_data_json()]);
        steps.passed(Step::ClientDataHash, || Evidence::client_data_hash(&client_data_hash));
        // 13
        let decoded = self.attestation_object(steps)?;
        let Decoded { object, data, attested } = &decoded;
        // 14 to 19
        self.authenticator_data(data, steps)?;
        // 20
        let (key, prepared) = self.algorithm(attested, steps)?;
        // Step 27 puts `rawId` into the record; the comparison is cheap, so it comes before the signatures.
        let id = self.credential_id(attested).map_err(|fault| Error::new(Step::Record, fault))?;
        // 21, 22
        let attestation = self.attestation(&decoded, &client_data_hash, (&key, &*prepared), steps)?;
        // 23, 24
        let trust = self.trust(&attestation, &decoded, &key, steps)?;
        // 25
        steps.check(Step::CredentialIdLength, self.credential_id_length(attested))?;
        // 26
        let length = attested.credential_id.len();
        let is_new = self.is_new(attested);
        steps.check_with(Step::CredentialIdUnique, is_new, |()| Evidence::CredentialId { length })?;
        // 27
        steps.record(Step::Record.into(), Outcome::Passed, || None);
        let refused = self.rp.policy.rejected_deviations;
        let has_other_copies = || self.has_other_copies(object, &key);
        steps.check_deviation(refused, Step::Record, Deviation::CopyDiffers, has_other_copies)?;
        let is_unknown = |transport: &Transport| matches!(transport, Transport::Unknown(_));
        let has_unknown = || self.response.transports().iter().any(is_unknown);
        steps.check_deviation(refused, Step::Record, Deviation::UnknownTransport, has_unknown)?;
        let attachments = self.rp.policy.attachment.as_ref().zip(self.response.authenticator_attachment());
        let is_other = || attachments.is_some_and(|(wanted, told)| wanted != told);
        steps.check_deviation(refused, Step::Record, Deviation::OtherAttachment, is_other)?;
        let credential = self.record(id, &decoded, &key, &attestation);
        // 28
        let extensions = self.extensions(data, steps)?;
        // 29: the caller stores the record in the account that the state names.
        steps.callers(Step::Store);
        Ok(Registered {
            credential,
            attestation,
            trust,
            user_verified: data.flags.user_verified(),
            extensions,
        })
    }

    /// Steps 5 to 11.
    fn client_data(&self, steps: &mut impl Recorder) -> Result<(), Error> {
        let expected = Expected {
            at: &ClientDataSteps::REGISTRATION,
            type_: "webauthn.create",
            challenge: self.state.challenge.as_bytes(),
            bound_to: self.state.origin.as_deref(),
            caller: None,
        };
        client_data(self.rp, self.response.client_data_json(), &expected, steps)
    }

    /// Step 13.
    fn attestation_object(&self, steps: &mut impl Recorder) -> Result<Decoded<'a>, Error> {
        let step = Step::AttestationObject;
        let bytes = self.response.attestation_object();
        let object = AttestationObject::parse(bytes).map_err(|fault| Error::new(step, fault))?;
        let data =
            AuthenticatorData::parse(object.authenticator_data).map_err(|fault| Error::new(step, fault))?;
        let attested = data.attested_credential_data.ok_or(ErrorKind::AttestedCredentialDataMissing);
        let attested = steps.check_with(step, attested, |_| Evidence::AttestationObject {
            length: bytes.len(),
            flags: data.flags.into(),
            sign_count: data.sign_count,
        })?;
        let (refused, has_more) = (self.rp.policy.rejected_deviations, object.has_unknown_members);
        steps.check_cbor_deviations(refused, step, object.deviations)?;
        steps.check_deviation(refused, step, Deviation::UnknownAttestationObjectMember, || has_more)?;
        steps.check_cbor_deviations(refused, step, data.deviations)?;
        steps.check_deviation(refused, step, Deviation::ReservedFlags, || data.flags.reserved())?;
        Ok(Decoded { object, data, attested })
    }

    /// Steps 14 to 19.
    fn authenticator_data(
        &self,
        data: &AuthenticatorData<'_>,
        steps: &mut impl Recorder,
    ) -> Result<(), Error> {
        let flags = data.flags;
        // 14
        let is_hash = checks::rp_id_hash(self.rp, data, None);
        steps.check_with(Step::RpIdHash, is_hash, |()| Evidence::RpId { id: self.rp.id.clone() })?;
        // 15
        if self.is_conditional() {
            steps.skipped(Step::UserPresent, Reason::ConditionalMediation);
        } else {
            let present = if flags.user_present() { Ok(()) } else { Err(ErrorKind::UserNotPresent) };
            steps.check_with(Step::UserPresent, present, |()| Evidence::flags(flags))?;
        }
        // 16
        if self.user_verification_required() {
            let verified = if flags.user_verified() { Ok(()) } else { Err(ErrorKind::UserNotVerified) };
            steps.check_with(Step::UserVerified, verified, |()| Evidence::flags(flags))?;
        } else {
            steps.skipped(Step::UserVerified, Reason::UserVerificationNotRequired);
        }
        // 17
        let backup_state = checks::backup_state(data);
        steps.check_with(Step::BackupState, backup_state, |()| Evidence::flags(flags))?;
        // 18, 19
        self.backup(flags, steps)?;
        Ok(())
    }

    /// Whether the user need not be present: the ceremony was started so, and the policy lets it be, with as old a session
    /// as it was started in. Otherwise it is judged as one in which the user is asked.
    fn is_conditional(&self) -> bool {
        let Mediation::Conditional { seconds: started } = self.state.mediation else { return false };
        let ConditionalCreatePolicy::AfterSignIn { seconds } = self.rp.policy.conditional_create else {
            return false;
        };
        started <= seconds
    }

    /// Whether the user must be verified: by the state or by the policy, whichever is the stricter. No client does so in a
    /// conditional registration (5.1.3).
    fn user_verification_required(&self) -> bool {
        let required = UserVerificationRequirement::Required;
        self.state.user_verification == required
            || (self.rp.policy.user_verification == required && !self.is_conditional())
    }

    /// Steps 18 and 19.
    fn backup(&self, flags: Flags, steps: &mut impl Recorder) -> Result<(), Error> {
        let policy = self.rp.policy.backup;
        if policy == BackupPolicy::Accept {
            steps.skipped(Step::BackupEligibilityPolicy, Reason::NoPolicy);
            steps.skipped(Step::BackupStatePolicy, Reason::NoPolicy);
            return Ok(());
        }
        let (eligibility, state) = (policy.check_eligibility(flags), policy.check_state(flags));
        steps.check_with(Step::BackupEligibilityPolicy, eligibility, |()| Evidence::flags(flags))?;
        steps.check_with(Step::BackupStatePolicy, state, |()| Evidence::flags(flags))
    }

    /// Step 20, and that the key can be used at all: the specification leaves that to the first assertion, which is
    /// too late for the person.
    fn algorithm(
        &self,
        attested: &AttestedCredentialData<'_>,
        steps: &mut impl Recorder,
    ) -> Result<(PublicKey, Box<dyn PreparedKey>), Error> {
        let (key, algorithm) =
            steps.check_with(Step::Algorithm, self.offered_key(attested.public_key), |(_, algorithm)| {
                Evidence::Algorithm { identifier: algorithm.identifier() }
            })?;
        let usable = self.rp.verifiers.prepare(&key, algorithm.scheme());
        let prepared = usable.map_err(|fault| Error::new(Step::Algorithm, fault))?;
        Ok((key, prepared))
    }

    /// The key, and its algorithm, which must be one that this registration offered.
    fn offered_key(&self, cose: &[u8]) -> Result<(PublicKey, Algorithm), ErrorKind> {
        let key = PublicKey::from_cose(cose)?;
        let algorithm = key.algorithm().ok_or(KeyError::UnsupportedKeyType)?;
        let identifier = algorithm.identifier();
        // The state says what was offered, and the policy what is: it may be another one's.
        if self.state.algorithms.contains(&identifier) && self.rp.policy.algorithms.contains(&algorithm) {
            Ok((key, algorithm))
        } else {
            Err(ErrorKind::AlgorithmNotAllowed(identifier))
        }
    }

    /// Steps 21 and 22.
    fn attestation(
        &self,
        decoded: &Decoded<'_>,
        client_data_hash: &[u8; 32],
        (key, prepared): (&PublicKey, &dyn PreparedKey),
        steps: &mut impl Recorder,
    ) -> Result<Attestation, Error> {
        let input = VerificationInput {
            prepared_credential_key: Some(prepared),
            ..VerificationInput::new(
                &decoded.object,
                &decoded.data,
                client_data_hash,
                key,
                &self.rp.verifiers,
            )
        };
        // 21: by exact comparison; step 22 refuses an unknown one.
        let identifier = || decoded.object.format.to_owned();
        steps.passed(Step::Format, || Evidence::Format { identifier: identifier() });
        // 22
        let verified = self.rp.formats.verify(&input);
        steps.check_with(Step::Attestation, verified, |attestation| Evidence::Attestation {
            kind: attestation.attestation_type().as_str(),
        })
    }

    /// Steps 23 and 24.
    fn trust(
        &self,
        attestation: &Attestation,
        decoded: &Decoded<'_>,
        key: &PublicKey,
        steps: &mut impl Recorder,
    ) -> Result<Option<Trust>, Error> {
        let Some(demand) = self.rp.attestation_check() else {
            steps.skipped(Step::TrustAnchors, Reason::TrustNotRequired);
            steps.skipped(Step::Trust, Reason::TrustNotRequired);
            return Ok(None);
        };
        // 23: they come from configuration, and are there.
        steps.by_construction(Step::TrustAnchors);
        // 24
        let observed = Observed {
            aaguid: decoded.attested.aaguid,
            algorithm: key.algorithm().map(Algorithm::identifier),
            user_verified: decoded.data.flags.user_verified(),
        };
        let trust = demand.judge(attestation, observed, self.now);
        let paths = |trust: &Trust| Evidence::Trust { paths: trust.paths().len() };
        let trust = steps.check_with(Step::Trust, trust, paths)?;
        let query = observed.of(attestation, &trust, self.now);
        for (deviation, remark) in [
            (Deviation::UnlistedAlgorithm, ModelRemark::UnlistedAlgorithm),
            (Deviation::UnlistedUserVerification, ModelRemark::UnlistedUserVerification),
        ] {
            let found = || demand.remarks(&query, remark);
            steps.check_deviation(self.rp.policy.rejected_deviations, Step::Trust, deviation, found)?;
        }
        Ok(Some(trust))
    }

    /// Step 25. Authenticator data with an ID of more than 1023 bytes could not be read.
    fn credential_id_length(&self, attested: &AttestedCredentialData<'_>) -> Result<(), PolicyErrorKind> {
        let length = attested.credential_id.len();
        let is_accepted = length <= usize::from(self.rp.policy.credential_id_bytes);
        if is_accepted { Ok(()) } else { Err(PolicyErrorKind::CredentialIdTooLong { length }) }
    }

    /// Step 26.
    fn is_new(&self, attested: &AttestedCredentialData<'_>) -> Result<(), ErrorKind> {
        let is_excluded = |id: &CredentialId| id.as_bytes() == attested.credential_id;
        let is_registered =
            self.status == CredentialIdStatus::Registered || self.state.excluded.iter().any(is_excluded);
        if is_registered { Err(ErrorKind::CredentialAlreadyRegistered) } else { Ok(()) }
    }

    /// The credential ID that the response and authenticator data agree on.
    fn credential_id(&self, attested: &AttestedCredentialData<'_>) -> Result<CredentialId, ErrorKind> {
        CredentialId::new(attested.credential_id)
            .filter(|id| id == self.response.credential_id())
            .ok_or(ErrorKind::CredentialIdMismatch)
    }

    /// Whether a member that repeats a part of the attestation object for scripts' convenience
    /// ([section 5.2.1.1](https://www.w3.org/TR/webauthn-3/#sctn-public-key-easy)) is another than that part. It decides
    /// nothing: clients fill them in as they like, and nothing here reads them.
    fn has_other_copies(&self, object: &AttestationObject<'_>, key: &PublicKey) -> bool {
        let algorithm = || key.algorithm().map(Algorithm::identifier);
        self.response.has_unreadable_copies()
            || self.response.authenticator_data().is_some_and(|data| data != object.authenticator_data)
            || self.response.public_key_algorithm().is_some_and(|claimed| Some(claimed) != algorithm())
            || self.response.public_key().is_some_and(|spki| *spki != *key.to_spki())
    }

    /// Step 27.
    fn record(
        &self,
        id: CredentialId,
        decoded: &Decoded<'_>,
        key: &PublicKey,
        attestation: &Attestation,
    ) -> CredentialRecord {
        let Decoded { data, attested, .. } = decoded;
        let user = self.state.user.clone();
        let mut record = CredentialRecord::new(id, self.rp.id.clone(), user, attested.public_key)
            .with_sign_count(data.sign_count)
            .with_uv_initialized(data.flags.user_verified())
            .with_transports(self.response.transports().iter().cloned())
            .with_backup_eligible(data.flags.backup_eligible())
            .with_backup_state(data.flags.backup_state());
        record.fixed.algorithm = key.algorithm().map(Algorithm::identifier);
        record.fixed.aaguid = attested.aaguid;
        record.evidence = Some(self.evidence(attestation));
        record
    }

    /// Step 27's `attestationObject` and `attestationClientDataJSON`, with what step 24 made of them.
    fn evidence(&self, attestation: &Attestation) -> AttestationEvidence {
        // A registration that did not pass what was demanded has no record.
        let demanded = self.rp.policy.attestation_policy.is_some();
        let trusted = if demanded { Trusted::Yes } else { Trusted::NotAssessed };
        let kind = attestation.attestation_type().as_str();
        let (object, client_data) = (self.response.attestation_object(), self.response.client_data_json());
        AttestationEvidence::new(attestation.format(), kind, object, client_data)
            .with_judgement(trusted, self.now)
    }

    /// Step 28.
    fn extensions(
        &self,
        data: &AuthenticatorData<'_>,
        steps: &mut impl Recorder,
    ) -> Result<RegistrationExtensions, Error> {
        let asked = &self.state.extensions;
        let client = self.response.client_extension_results();
        let outputs = Outputs {
            policy: &self.rp.policy.extensions,
            requested: asked,
            client,
            authenticator: data.extension_outputs(),
        };
        let names = || Evidence::extensions(outputs.names());
        let learned = outputs.of_registration().and_then(|learned| {
            self.rp.policy.check_discoverable(learned.discoverable)?;
            Ok(learned)
        });
        steps.check_with(Step::Extensions, learned, |_| names())
    }
}
