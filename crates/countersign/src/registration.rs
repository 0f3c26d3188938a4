//! [Section 7.1](https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential): registering a new credential.

use countersign_attestation::{Attestation, AttestedAaguid, PathLimits, Statement, Trust, TrustedPath};
use countersign_cose::{Algorithm, KeyError, PublicKey, hash::sha256};
use countersign_types::{
    Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, ClientData, CredentialId,
    RegistrationResponse, Timestamp, UserHandle, enumerations::UserVerificationRequirement,
    identifiers::CREDENTIAL_ID_MAX,
};

use crate::{
    checks,
    error::{Error, Fault},
    policy::AttestationTrust,
    record::{CredentialRecord, Evidence},
    relying_party::RelyingParty,
    state::{Mediation, RegistrationState},
    step::RegistrationStep as Step,
};

/// The account that a new credential is for
/// ([section 5.4.3](https://www.w3.org/TR/webauthn-3/#dictionary-user-credential-params)).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct User {
    /// Its user handle, which must say nothing about the person.
    pub handle: UserHandle,
    /// Its name, to tell it from others: a user name, an e-mail address.
    pub name: String,
    /// The person's name, chosen by the person; may be empty.
    pub display_name: String,
}

impl User {
    /// An account with this handle and these names.
    pub fn new(handle: UserHandle, name: impl Into<String>, display_name: impl Into<String>) -> Self {
        Self { handle, name: name.into(), display_name: display_name.into() }
    }
}

/// What the caller's store says of a credential ID, whichever account it is in.
///
/// The look-up says it early, to the person; what decides is the store, which must refuse a second record with the same
/// ID when two registrations run at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialIdStatus {
    /// No account has a credential with this ID.
    Unregistered,
    /// Some account has one.
    Registered,
}

/// A registration that passed every step.
#[derive(Debug, Clone)]
#[must_use = "the credential is not registered until its record is stored"]
pub struct Registered {
    credential: CredentialRecord,
    attestation: Attestation,
    trust: Option<Trust>,
    user_verified: bool,
}

impl Registered {
    /// The record to store in the account.
    pub fn credential(&self) -> &CredentialRecord {
        &self.credential
    }

    /// The record, taken out.
    pub fn into_credential(self) -> CredentialRecord {
        self.credential
    }

    /// The attestation as its format's verification procedure left it.
    pub fn attestation(&self) -> &Attestation {
        &self.attestation
    }

    /// The path to a trust anchor; `None` where none was demanded. Of a compound attestation it is the first one.
    pub fn trusted_path(&self) -> Option<&TrustedPath> {
        self.trusted_paths().first()
    }

    /// The paths to trust anchors: none where none was demanded, and one for each trusted part of a compound
    /// attestation.
    pub fn trusted_paths(&self) -> &[TrustedPath] {
        self.trust.as_ref().map_or(&[], Trust::paths)
    }

    /// The authenticator's model, where a trust anchor vouches for it. `None` also for a format such as `fido-u2f`, which
    /// does not sign it.
    pub fn attested_aaguid(&self) -> Option<AttestedAaguid> {
        self.trust.as_ref().and_then(Trust::attested_aaguid)
    }

    /// Whether the user was verified.
    pub fn user_verified(&self) -> bool {
        self.user_verified
    }
}

impl RelyingParty {
    /// Steps 3 to 29: decides whether `response` answers the registration that `state` is of.
    ///
    /// `status` is what the store says of [`response.credential_id()`](RegistrationResponse::credential_id). The state is
    /// used up, whatever comes out. On an error nothing may be stored.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "so that no response is judged by the same state again"
    )]
    pub fn finish_registration(
        &self,
        state: RegistrationState,
        response: &RegistrationResponse,
        status: CredentialIdStatus,
        now: Timestamp,
    ) -> Result<Registered, Error> {
        let state = &state;
        checks::state(self, &state.rp_id, state.expires_at, now).map_err(at(Step::Options))?;
        // Steps 3, 4: `RegistrationResponse` is an attestation response, with its extension results.
        self.client_data_of_registration(state, response)?;
        // Step 12.
        let client_data_hash = sha256(&[response.client_data_json()]);
        // Step 13.
        let object =
            AttestationObject::parse(response.attestation_object()).map_err(at(Step::AttestationObject))?;
        let data =
            AuthenticatorData::parse(object.authenticator_data).map_err(at(Step::AttestationObject))?;
        let attested = data
            .attested_credential_data
            .ok_or_else(|| Error::new(Step::AttestationObject, Fault::AttestedCredentialDataMissing))?;
        self.authenticator_data_of_registration(state, &data)?;
        let key = self.credential_key(state, &attested)?;
        // Step 27 is where the record gets `rawId`; the comparison is cheap, so it comes before the signatures.
        if response.credential_id().as_bytes() != attested.credential_id {
            return Err(Error::new(Step::Record, Fault::CredentialIdMismatch));
        }
        let statement = Statement {
            format: object.format,
            statement: object.statement,
            authenticator_data: &data,
            client_data_hash: &client_data_hash,
            credential_key: &key,
            verifiers: &self.verifiers,
            now,
        };
        // Steps 21, 22: the format is looked up by its exact identifier.
        let attestation = self.formats.verify(&statement).map_err(at(Step::Attestation))?;
        let trust = self.assess_trust(&attestation, attested.aaguid, now)?;
        credential_id_is_new(state, &attested, status)?;
        // Step 27.
        convenience_members(response, &object, &key).map_err(at(Step::Record))?;
        let credential = self.record(state, response, &data, &attested, &key, &attestation);
        // Step 28: what nobody asked for is ignored; what is known must have its type.
        response.client_extension_results().cred_props().map_err(at(Step::Extensions))?;
        // Step 29 is the caller's: store the record in the account that the state names.
        Ok(Registered { credential, attestation, trust, user_verified: data.flags.user_verified() })
    }

    /// Steps 5 to 11.
    fn client_data_of_registration(
        &self,
        state: &RegistrationState,
        response: &RegistrationResponse,
    ) -> Result<(), Error> {
        let client_data = ClientData::parse(response.client_data_json()).map_err(at(Step::ClientData))?;
        checks::type_(&client_data, "webauthn.create").map_err(at(Step::Type))?;
        checks::challenge(&client_data, &state.challenge).map_err(at(Step::Challenge))?;
        checks::origin(self, &client_data).map_err(at(Step::Origin))?;
        checks::cross_origin(self, &client_data).map_err(at(Step::CrossOrigin))?;
        checks::top_origin(self, &client_data).map_err(at(Step::TopOrigin))
    }

    /// Steps 14 to 19.
    fn authenticator_data_of_registration(
        &self,
        state: &RegistrationState,
        data: &AuthenticatorData<'_>,
    ) -> Result<(), Error> {
        checks::rp_id_hash(self, data, None).map_err(at(Step::RpIdHash))?;
        if state.mediation != Mediation::Conditional && !data.flags.user_present() {
            return Err(Error::new(Step::UserPresent, Fault::UserNotPresent));
        }
        if state.user_verification == UserVerificationRequirement::Required && !data.flags.user_verified() {
            return Err(Error::new(Step::UserVerified, Fault::UserNotVerified));
        }
        checks::backup_state(data).map_err(at(Step::BackupState))
        // Steps 18, 19: the record tells BE and BS; no policy refuses a value of theirs.
    }

    /// Step 20, and that the key can be used at all: the specification leaves that to the first assertion, which is
    /// too late for the person.
    fn credential_key(
        &self,
        state: &RegistrationState,
        attested: &AttestedCredentialData<'_>,
    ) -> Result<PublicKey, Error> {
        let key = PublicKey::from_cose(attested.public_key).map_err(at(Step::Algorithm))?;
        let algorithm = offered_algorithm(state, &key)?;
        self.verifiers.prepare(&key, algorithm.scheme()).map_err(at(Step::Algorithm))?;
        Ok(key)
    }

    /// Steps 23 and 24.
    fn assess_trust(
        &self,
        attestation: &Attestation,
        aaguid: Aaguid,
        now: Timestamp,
    ) -> Result<Option<Trust>, Error> {
        let AttestationTrust::Required(source) = &self.attestation_trust else { return Ok(None) };
        let kind = attestation.attestation_type();
        if !kind.is_certified() {
            return Err(Error::new(Step::Trust, Fault::AttestationNotAccepted(kind)));
        }
        let limits = PathLimits::default();
        let trust = attestation.assess_trust(aaguid, &**source, now, &self.verifiers, &limits);
        trust.map(Some).map_err(at(Step::Trust))
    }

    /// Step 27.
    fn record(
        &self,
        state: &RegistrationState,
        response: &RegistrationResponse,
        data: &AuthenticatorData<'_>,
        attested: &AttestedCredentialData<'_>,
        key: &PublicKey,
        attestation: &Attestation,
    ) -> CredentialRecord {
        let id = response.credential_id().clone();
        let mut record = CredentialRecord::new(id, self.id.clone(), state.user.clone(), attested.public_key)
            .with_sign_count(data.sign_count)
            .with_uv_initialized(data.flags.user_verified())
            .with_transports(response.transports().iter().cloned())
            .with_backup_eligible(data.flags.backup_eligible())
            .with_backup_state(data.flags.backup_state());
        record.algorithm = key.algorithm().map(Algorithm::identifier);
        record.aaguid = attested.aaguid;
        record.attestation = Some(Evidence {
            format: attestation.format().to_owned(),
            attestation_type: attestation.attestation_type().as_str().to_owned(),
            object: response.attestation_object().into(),
            client_data: response.client_data_json().into(),
        });
        record
    }
}

/// The key's algorithm, which must be one that this registration offered.
fn offered_algorithm(state: &RegistrationState, key: &PublicKey) -> Result<Algorithm, Error> {
    let algorithm = key.algorithm().ok_or(KeyError::UnsupportedKeyType).map_err(at(Step::Algorithm))?;
    let identifier = algorithm.identifier();
    if state.algorithms.contains(&identifier) {
        Ok(algorithm)
    } else {
        Err(Error::new(Step::Algorithm, Fault::AlgorithmNotAllowed(identifier)))
    }
}

/// Steps 25 and 26.
fn credential_id_is_new(
    state: &RegistrationState,
    attested: &AttestedCredentialData<'_>,
    status: CredentialIdStatus,
) -> Result<(), Error> {
    // Step 25 holds by construction: authenticator data with a longer one could not be read.
    debug_assert!(attested.credential_id.len() <= CREDENTIAL_ID_MAX);
    let is_excluded = |id: &CredentialId| id.as_bytes() == attested.credential_id;
    if status == CredentialIdStatus::Registered || state.excluded.iter().any(is_excluded) {
        return Err(Error::new(Step::CredentialIdUnique, Fault::CredentialAlreadyRegistered));
    }
    Ok(())
}

/// The members that repeat parts of the attestation object for scripts' convenience
/// ([section 5.2.1.1](https://www.w3.org/TR/webauthn-3/#sctn-public-key-easy)) must not differ from it: another part of
/// the relying party may have read those.
fn convenience_members(
    response: &RegistrationResponse,
    object: &AttestationObject<'_>,
    key: &PublicKey,
) -> Result<(), Fault> {
    let differs = |member| Err(Fault::ConvenienceMemberDiffers(member));
    if response.authenticator_data().is_some_and(|data| data != object.authenticator_data) {
        return differs("authenticatorData");
    }
    let algorithm = key.algorithm().map(Algorithm::identifier);
    if response.public_key_algorithm().is_some_and(|claimed| Some(claimed) != algorithm) {
        return differs("publicKeyAlgorithm");
    }
    if response.public_key().is_some_and(|spki| *spki != *key.to_spki()) {
        return differs("publicKey");
    }
    Ok(())
}

fn at<F: Into<Fault>>(step: Step) -> impl FnOnce(F) -> Error {
    move |fault| Error::new(step, fault)
}

#[cfg(test)]
mod tests;
