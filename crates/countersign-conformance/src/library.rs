//! The crate `countersign` under test: each step calls its public API, as a relying party would.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use countersign::relying_party::PublicSuffixList;
use countersign::{
    Authenticated, AuthenticationRequest, AuthenticationResponse, Code, CredentialId, CredentialIdStatus,
    CredentialRecord, Policy, Registered, RegistrationRequest, RegistrationResponse, RelyingParty, Timestamp,
    User, UserHandle,
    attestation::{
        AnchorList, Certificate, Formats, TrustAnchor,
        format::{
            android_key::{AbsentAuthorizations, AndroidKeyFormat},
            android_safetynet::AndroidSafetyNetFormat,
            apple_appattest::{AppAttestEnvironment, AppAttestFormat},
        },
    },
    ceremony::{Challenge, Consumption, RecentSession},
    cose::{Algorithm, Verifiers},
    relying_party::policy::{
        AttestationPolicy, ConditionalCreatePolicy, CrossOrigin, SignCountPolicy, TopOrigins,
        UnverifiedDiscoverable,
    },
    types::{
        AlgorithmIdentifier, Base64Url, base64url, enumerations::UserVerificationRequirement,
        options::CredentialDescriptor,
    },
};
use serde_json::{Map, Value, json};

use crate::{
    format::{Choice, SignCount, StoredCredential, UserVerification},
    implementation::{AnswerError, Implementation},
    protocol::{Answer, Ceremony, Request, Settings},
};

/// The user handle of a step that names none.
const SOME_USER: &[u8] = b"the account of a case";

/// Countersign's own relying party.
#[derive(Debug)]
pub struct Library {
    verifiers: Verifiers,
    /// The credential of the case, once there is one.
    stored: Option<Stored>,
}

impl Library {
    /// A relying party with these signature verifiers.
    pub fn new(verifiers: Verifiers) -> Self {
        Self { verifiers, stored: None }
    }

    /// The COSE algorithms that a case offers: the named ones that the library has, or all that it can verify.
    pub(crate) fn algorithms(&self, named: Option<&[i64]>) -> Vec<i64> {
        let offered = algorithms(named, &self.verifiers);
        offered.into_iter().map(|algorithm| AlgorithmIdentifier::from(algorithm).0).collect()
    }

    /// Forgets the credential of a case.
    pub(crate) fn forget(&mut self) {
        self.stored = None;
    }

    /// The credential that the next step of the case finds.
    pub fn stored(&self) -> Option<StoredCredential> {
        let record = &self.stored.as_ref()?.record;
        Some(StoredCredential {
            id: record.id().as_bytes().into(),
            public_key: record.public_key().into(),
            sign_count: record.sign_count(),
            backup_eligible: record.backup_eligible().unwrap_or_default(),
            backup_state: record.backup_state(),
            uv_initialized: record.uv_initialized(),
            user_handle: Some(record.user_handle().as_bytes().into()),
        })
    }

    fn judge(&mut self, request: &Request) -> Result<Map<String, Value>, Stopped> {
        if request.step == 1 {
            self.stored = None;
        }
        if let Some(credential) = &request.credential {
            self.stored = Some(Stored::of(&request.relying_party, credential)?);
        }
        match request.ceremony {
            Ceremony::Registration => {
                let (outcome, record) = registration(&self.verifiers, request)?;
                self.stored = Some(Stored { record, owned: request.user_handle.is_some() });
                Ok(outcome)
            }
            Ceremony::Authentication => authentication(&self.verifiers, request, self.stored.as_mut()),
        }
    }
}

impl Default for Library {
    fn default() -> Self {
        Self::new(Verifiers::rust_crypto())
    }
}

impl Implementation for Library {
    fn answer(&mut self, request: &Request) -> Result<Answer, AnswerError> {
        // A panic is a defect, and the other cases run.
        match catch_unwind(AssertUnwindSafe(|| self.judge(request))) {
            Ok(Ok(outcome)) => Ok(Answer::accept(outcome)),
            Ok(Err(Stopped::Rejected(code, message))) => Ok(Answer::reject(code.as_str(), message)),
            Ok(Err(Stopped::Unusable(message))) => Ok(Answer::unsupported(message)),
            Err(_) => Err(AnswerError::new("panic")),
        }
    }
}

/// Why a step ended early.
#[derive(Debug, Clone)]
enum Stopped {
    Rejected(Code, String),
    Unusable(String),
}

/// Errors that end a step, each as one of the variants above.
macro_rules! stopped {
    ($($error:ty: |$of:ident| $stopped:expr;)+) => {$(
        impl From<$error> for Stopped {
            fn from($of: $error) -> Self {
                $stopped
            }
        }
    )+};
}

stopped! {
    countersign::Error: |error| Self::Rejected(error.code(), error.to_string());
    countersign::types::response::ResponseError: |error| Self::Rejected(error.code(), error.to_string());
    countersign::ceremony::AlreadyUsedError: |error| Self::Rejected(error.code(), error.to_string());
    countersign::ConfigurationError: |error| Self::Unusable(error.to_string());
    countersign::StartError: |error| Self::Unusable(error.to_string());
}

/// The challenge of a case, of 1 byte or more.
fn challenge(bytes: &[u8]) -> Result<Challenge, Stopped> {
    Challenge::dangerous_short(bytes).map_err(|error| Stopped::Unusable(error.to_string()))
}

fn unusable(what: &str) -> Stopped {
    Stopped::Unusable(what.to_owned())
}

/// The record that the next step sees.
#[derive(Debug)]
struct Stored {
    record: CredentialRecord,
    /// Whether the case names the account.
    owned: bool,
}

impl Stored {
    fn of(settings: &Settings, credential: &StoredCredential) -> Result<Self, Stopped> {
        let record = CredentialRecord::new(
            credential_id(&credential.id)?,
            settings.id.as_str(),
            user(credential.user_handle.as_deref())?,
            credential.public_key.to_vec(),
        );
        let record = record
            .with_sign_count(credential.sign_count)
            .with_backup_eligible(credential.backup_eligible)
            .with_backup_state(credential.backup_state)
            .with_uv_initialized(credential.uv_initialized);
        Ok(Self { record, owned: credential.user_handle.is_some() })
    }
}

fn now(request: &Request) -> Timestamp {
    Timestamp::from_unix_seconds(request.relying_party.now)
}

fn relying_party(verifiers: &Verifiers, request: &Request) -> Result<RelyingParty, Stopped> {
    let settings = &request.relying_party;
    let id = settings.id.as_str();
    let mut builder = RelyingParty::builder(id, "The relying party of a case")
        .policy(policy(verifiers, settings))
        .public_suffixes(Arc::new(PublicSuffixList))
        .verifiers(verifiers.clone())
        .formats(formats(settings));
    for origin in settings.origins.clone() {
        builder = if origin.starts_with("android:") || origin.starts_with("ios:") {
            builder.app_origin(origin)
        } else if origin.starts_with("http:") {
            // The specification's own vectors have one that no browser would.
            builder.dangerous_insecure_origin(origin)
        } else if is_below(&origin, id) {
            builder.origin(origin)
        } else {
            builder.related_origin(origin)
        };
    }
    if let Some(anchors) = &settings.trust_anchors {
        let anchors = anchors.iter().map(|der| anchor(der)).collect::<Result<Vec<_>, _>>()?;
        builder = builder.trust_anchors(Arc::new(AnchorList::new(anchors)));
    }
    if let Some(appid) = &request.appid {
        builder = builder.appid(appid);
    }
    Ok(builder.build()?)
}

/// The policy of a case.
fn policy(verifiers: &Verifiers, settings: &Settings) -> Policy {
    let base = match settings.trust_anchors {
        Some(_) => Policy::attested(AttestationPolicy::new())
            .with_conditional_create(ConditionalCreatePolicy::default()),
        None => Policy::passkeys(),
    };
    let policy = base
        .with_user_verification(match settings.user_verification {
            UserVerification::Required => UserVerificationRequirement::Required,
            UserVerification::Preferred => UserVerificationRequirement::Preferred,
            UserVerification::Discouraged => UserVerificationRequirement::Discouraged,
        })
        .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccept)
        .with_sign_count(match settings.sign_count {
            SignCount::Reject => SignCountPolicy::Reject,
            SignCount::Report => SignCountPolicy::Report,
        })
        .with_algorithms(algorithms(settings.algorithms.as_deref(), verifiers));
    if !settings.cross_origin {
        return policy;
    }
    let top_origins = settings.top_origins.clone().map_or(TopOrigins::Any, TopOrigins::Listed);
    policy.with_cross_origin(CrossOrigin::Accept { top_origins })
}

/// Whether an origin's host is the RP ID or below it. An origin of another domain is a related origin.
fn is_below(origin: &str, rp_id: &str) -> bool {
    let host = origin.trim_start_matches("https://").split(':').next().unwrap_or_default();
    host.strip_suffix(rp_id).is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
}

/// Every format, the deprecated one included. The RP ID is the App ID of App Attest.
fn formats(settings: &Settings) -> Formats {
    let absent = match settings.android_key_absent {
        Choice::Accept => AbsentAuthorizations::Accept,
        Choice::Reject => AbsentAuthorizations::Reject,
    };
    Formats::standard()
        .with_format(Arc::new(AndroidKeyFormat::default().with_absent_authorizations(absent)))
        .with_format(Arc::new(AndroidSafetyNetFormat::default()))
        .with_format(Arc::new(AppAttestFormat::new(AppAttestEnvironment::Production, [settings.id.as_str()])))
}

/// The algorithms of the case that the library has, or all that can be verified.
fn algorithms(named: Option<&[i64]>, verifiers: &Verifiers) -> Vec<Algorithm> {
    match named {
        Some(named) => {
            named.iter().filter_map(|id| Algorithm::from_identifier(AlgorithmIdentifier(*id))).collect()
        }
        None => {
            // RS1 is not among these: it counts only if a case names it.
            verifiers.algorithms().collect()
        }
    }
}

fn anchor(der: &[u8]) -> Result<TrustAnchor, Stopped> {
    let certificate = Certificate::from_der(der);
    let certificate = certificate.map_err(|error| Stopped::Unusable(format!("a trust anchor: {error}")))?;
    Ok(TrustAnchor::from_certificate(certificate))
}

fn credential_id(id: &Base64Url) -> Result<CredentialId, Stopped> {
    CredentialId::new(id.to_vec()).ok_or_else(|| unusable("a credential id has 1 byte or more"))
}

fn credential_ids(ids: &[Base64Url]) -> Result<Vec<CredentialId>, Stopped> {
    ids.iter().map(credential_id).collect()
}

fn user(handle: Option<&[u8]>) -> Result<UserHandle, Stopped> {
    UserHandle::new(handle.unwrap_or(SOME_USER)).ok_or_else(|| unusable("a user handle has 1 to 64 bytes"))
}

fn registration(
    verifiers: &Verifiers,
    step: &Request,
) -> Result<(Map<String, Value>, CredentialRecord), Stopped> {
    let rp = relying_party(verifiers, step)?;
    // The names are of no account: no options are made.
    let user = User::new(user(step.user_handle.as_deref())?, "user", "");
    let mut request = RegistrationRequest::new(&user).with_challenge(challenge(&step.challenge)?);
    if step.relying_party.conditional_create {
        request = request.with_conditional_mediation(RecentSession::vouched(user.handle.clone(), now(step)));
    }
    let state = rp.expect_registration(request, now(step))?.spent(Consumption::First)?;
    let response = RegistrationResponse::from_json(step.response.as_bytes())?;
    let status = if credential_ids(&step.registered)?.contains(response.credential_id()) {
        CredentialIdStatus::Registered
    } else {
        CredentialIdStatus::Unregistered
    };
    let registered = rp.finish_registration(state, &response, status, now(step))?;
    Ok((registration_outcome(&registered), registered.into_credential()))
}

fn registration_outcome(registered: &Registered) -> Map<String, Value> {
    let record = registered.credential();
    let mut outcome = record_outcome(record);
    outcome.insert("sign_count".to_owned(), record.sign_count().into());
    outcome.insert("user_verified".to_owned(), registered.user_verified().into());
    outcome.insert("backup_eligible".to_owned(), record.backup_eligible().into());
    outcome.insert("backup_state".to_owned(), record.backup_state().into());
    outcome.insert("format".to_owned(), registered.attestation().format().into());
    let attestation_type = registered.attestation().attestation_type().as_str();
    outcome.insert("attestation_type".to_owned(), attestation_type.into());
    outcome.insert("trusted".to_owned(), registered.trusted_path().is_some().into());
    outcome
}

/// The members that come from the record, in both ceremonies.
fn record_outcome(record: &CredentialRecord) -> Map<String, Value> {
    let mut outcome = Map::new();
    outcome.insert("credential_id".to_owned(), base64url::encode(record.id()).into());
    outcome.insert("public_key".to_owned(), base64url::encode(record.public_key()).into());
    outcome.insert("algorithm".to_owned(), json!(record.algorithm()));
    outcome.insert("aaguid".to_owned(), record.aaguid().to_string().into());
    outcome
}

fn authentication(
    verifiers: &Verifiers,
    step: &Request,
    stored: Option<&mut Stored>,
) -> Result<Map<String, Value>, Stopped> {
    let rp = relying_party(verifiers, step)?;
    let response = AuthenticationResponse::from_json(step.response.as_bytes())?;
    let identified = identified(step, response.user_handle())?;
    let allowed: Vec<_> =
        credential_ids(&step.allow)?.into_iter().map(|id| CredentialDescriptor::new(id, [])).collect();
    let state = || {
        let request = match &identified {
            Some(user) => AuthenticationRequest::identified(user, &allowed),
            None => AuthenticationRequest::discoverable(),
        };
        let request = request.with_challenge(challenge(&step.challenge)?);
        let unspent = rp.expect_authentication(request, now(step))?;
        Ok::<_, Stopped>(unspent.spent(Consumption::First)?)
    };
    // The look-up of a relying party: by the credential ID.
    let stored = stored.filter(|stored| stored.record.id() == response.credential_id());
    let record = stored.as_ref().map(|stored| owned_by_case(stored, step, identified.clone()));
    let record_ref = record.as_ref();
    let authenticated = rp.finish_authentication(state()?, &response, record_ref, now(step));
    let prepared = record_ref.and_then(|record| rp.prepare(record).ok());
    let keyed = record_ref.zip(prepared.as_ref()).map(|(record, key)| record.with_key(key));
    let keyed = keyed.unwrap_or_else(|| record_ref.into());
    let again = rp.finish_authentication(state()?, &response, keyed, now(step));
    if again.as_ref().map(Authenticated::update) != authenticated.as_ref().map(Authenticated::update) {
        return Err(unusable("the path with a prepared key has another verdict"));
    }
    let authenticated = authenticated?;
    let mut outcome = record.as_ref().map(record_outcome).unwrap_or_default();
    outcome.insert("sign_count".to_owned(), authenticated.update().next.sign_count().into());
    outcome.insert("user_verified".to_owned(), authenticated.user_verified().into());
    outcome.insert("backup_eligible".to_owned(), authenticated.backup_eligible().into());
    outcome.insert("backup_state".to_owned(), authenticated.backup_state().into());
    outcome.insert("sign_count_increased".to_owned(), authenticated.sign_count_increased().into());
    if let Some(stored) = stored {
        // The owner stays that of the case: only the dynamic part has changed.
        let next = authenticated.update().next.clone();
        stored.record = stored.record.clone().with_dynamic_part(next);
    }
    Ok(outcome)
}

/// The account that the state names: the case's, or none if the user is to be discovered. If no user handle is to be
/// compared, it is the one in the response.
fn identified(step: &Request, in_response: Option<&UserHandle>) -> Result<Option<UserHandle>, Stopped> {
    match (&step.user_handle, step.discoverable) {
        (_, true) => Ok(None),
        (Some(handle), false) => user(Some(handle)).map(Some),
        (None, false) => user(in_response.map(UserHandle::as_bytes)).map(Some),
    }
}

/// The record in the account of the case, or in the identified one if the case names none.
fn owned_by_case(stored: &Stored, step: &Request, identified: Option<UserHandle>) -> CredentialRecord {
    let record = stored.record.clone();
    match identified {
        Some(account) if step.user_handle.is_none() || !stored.owned => record.with_user_handle(account),
        _ => record,
    }
}

#[cfg(test)]
mod tests;
