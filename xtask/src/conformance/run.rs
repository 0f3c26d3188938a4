//! Runs one case on the public API, as a relying party would call it.

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
        AttestedPolicy, ConditionalCreatePolicy, CrossOrigin, SignCountPolicy, TopOrigins,
        UnverifiedDiscoverable,
    },
    types::{
        AlgorithmIdentifier, Base64Url, base64url, enumerations::UserVerificationRequirement,
        options::CredentialDescriptor,
    },
};
use serde_json::{Map, Value, json};

use super::case::{
    Authentication, Case, Choice, Expectation, Expected, Registration, Settings, SignCount, StoredCredential,
    Suite, Trust, UserVerification,
};

pub(super) const DEFAULT_RP_ID: &str = "example.org";

/// 2026-01-01T00:00:00Z.
const DEFAULT_NOW: Timestamp = Timestamp::from_unix_seconds(1_767_225_600);

/// The user handle where a case says nothing of one.
const SOME_USER: &[u8] = b"the account of a case";

/// What all cases of a suite are run with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'a> {
    pub(crate) suite: &'a Suite,
    pub(crate) verifiers: &'a Verifiers,
}

/// How a step went.
#[derive(Debug)]
pub(crate) struct StepResult {
    /// `registration`, or `authentication` with its place, counted from 1.
    pub(crate) step: String,
    pub(crate) expected: Value,
    /// `accept`, the error's code, or a word of the runner's own: `unusable` where the case can't be put to the
    /// API, `panic`.
    pub(crate) got: String,
    /// What to add for a person.
    pub(crate) detail: Option<String>,
    pub(crate) passed: bool,
    /// The record that the step began with.
    pub(crate) record: Option<CredentialRecord>,
}

impl StepResult {
    fn new(
        step: String,
        expectation: &Expectation,
        verdict: &Verdict,
        record: Option<CredentialRecord>,
    ) -> Self {
        let (got, detail) = match verdict {
            Verdict::Accepted(outcome) => ("accept".to_owned(), differences(&expectation.outcome, outcome)),
            Verdict::Rejected(code, message) => (code.to_string(), Some(message.clone())),
            Verdict::Unusable(message) => ("unusable".to_owned(), Some(message.clone())),
            Verdict::Panicked => ("panic".to_owned(), None),
        };
        let passed = meets(&expectation.outcome, verdict);
        Self { step, expected: expectation.text.clone(), got, detail, passed, record }
    }

    /// What to say of a step that failed.
    pub(crate) fn complaint(&self) -> String {
        let Self { step, expected, got, detail, .. } = self;
        match detail {
            Some(detail) => format!("{step}: expected {expected}, got {got} ({detail})"),
            None => format!("{step}: expected {expected}, got {got}"),
        }
    }
}

/// What came out of a step.
#[derive(Debug)]
enum Verdict {
    /// With the members that an expectation may name.
    Accepted(Map<String, Value>),
    Rejected(Code, String),
    /// The case can't be put to the API: neither accepted nor rejected.
    Unusable(String),
    Panicked,
}

fn meets(expected: &Expected, verdict: &Verdict) -> bool {
    match (expected, verdict) {
        (Expected::Accept(_), Verdict::Accepted(outcome)) => differences(expected, outcome).is_none(),
        (Expected::Reject(None), Verdict::Rejected(..)) => true,
        (Expected::Reject(Some(codes)), Verdict::Rejected(got, _)) => {
            codes.iter().any(|code| code == got.as_str())
        }
        _ => false,
    }
}

/// The members of an accepted outcome that are not as expected.
fn differences(expected: &Expected, outcome: &Map<String, Value>) -> Option<String> {
    let Expected::Accept(members) = expected else { return None };
    let differing = members.iter().filter(|(name, value)| outcome.get(*name) != Some(value));
    let differing: Vec<_> = differing
        .map(|(name, _)| format!("{name} is {}", outcome.get(name).unwrap_or(&Value::Null)))
        .collect();
    (!differing.is_empty()).then(|| differing.join(", "))
}

impl<E: Into<Stopped>> From<Result<Map<String, Value>, E>> for Verdict {
    fn from(result: Result<Map<String, Value>, E>) -> Self {
        match result.map_err(Into::into) {
            Ok(outcome) => Self::Accepted(outcome),
            Err(Stopped::Rejected(code, message)) => Self::Rejected(code, message),
            Err(Stopped::Unusable(message)) => Self::Unusable(message),
        }
    }
}

/// Why a step did not come to its end.
#[derive(Debug, Clone)]
enum Stopped {
    Rejected(Code, String),
    Unusable(String),
}

impl From<countersign::Error> for Stopped {
    fn from(error: countersign::Error) -> Self {
        Self::Rejected(error.code(), error.to_string())
    }
}

impl From<countersign::types::response::ResponseError> for Stopped {
    fn from(error: countersign::types::response::ResponseError) -> Self {
        Self::Rejected(error.code(), error.to_string())
    }
}

impl From<countersign::ConfigurationError> for Stopped {
    fn from(error: countersign::ConfigurationError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<countersign::StartError> for Stopped {
    fn from(error: countersign::StartError) -> Self {
        Self::Unusable(error.to_string())
    }
}

impl From<countersign::ceremony::AlreadyUsed> for Stopped {
    fn from(error: countersign::ceremony::AlreadyUsed) -> Self {
        Self::Rejected(error.code(), error.to_string())
    }
}

/// The challenge of a case, of any length but none.
fn challenge(bytes: &[u8]) -> Result<Challenge, Stopped> {
    Challenge::dangerous_short(bytes).map_err(|error| Stopped::Unusable(error.to_string()))
}

fn unusable(what: &str) -> Stopped {
    Stopped::Unusable(what.to_owned())
}

/// All steps of a case, in order; a step that fails its expectation does not end it.
pub(crate) fn run(setting: Setting<'_>, case: &Case) -> Vec<StepResult> {
    let mut results = Vec::new();
    let mut stored = Stored::of(&case.relying_party, case.credential.as_ref());
    if let Some(step) = &case.registration {
        let verdict = guarded(|| {
            let (outcome, record) = registration(setting, &case.relying_party, step)?;
            stored = Ok(Some(Stored { record, owned: step.user_handle.is_some() }));
            Ok(outcome)
        });
        results.push(StepResult::new("registration".to_owned(), &step.expect, &verdict, None));
    }
    for (place, step) in (1..).zip(&case.authentications) {
        let record = stored.as_ref().ok().and_then(Option::as_ref).map(|stored| stored.record.clone());
        let verdict = guarded(|| {
            let stored = stored.as_mut().map_err(|stopped| stopped.clone())?;
            authentication(setting, &case.relying_party, step, stored.as_mut())
        });
        results.push(StepResult::new(format!("authentication {place}"), &step.expect, &verdict, record));
    }
    results
}

/// A panic is a result like another, so that the other cases run.
fn guarded(step: impl FnOnce() -> Result<Map<String, Value>, Stopped>) -> Verdict {
    catch_unwind(AssertUnwindSafe(step)).map_or(Verdict::Panicked, Verdict::from)
}

/// The record that the next step sees.
struct Stored {
    record: CredentialRecord,
    /// Whether the case says whose it is.
    owned: bool,
}

impl Stored {
    fn of(settings: &Settings, credential: Option<&StoredCredential>) -> Result<Option<Self>, Stopped> {
        let Some(credential) = credential else { return Ok(None) };
        let record = CredentialRecord::new(
            credential_id(&credential.id)?,
            rp_id(settings),
            user(credential.user_handle.as_deref())?,
            credential.public_key.to_vec(),
        );
        let record = record
            .with_sign_count(credential.sign_count)
            .with_backup_eligible(credential.backup_eligible)
            .with_backup_state(credential.backup_state)
            .with_uv_initialized(credential.uv_initialized);
        Ok(Some(Self { record, owned: credential.user_handle.is_some() }))
    }
}

fn rp_id(settings: &Settings) -> &str {
    settings.id.as_deref().unwrap_or(DEFAULT_RP_ID)
}

fn now(settings: &Settings) -> Timestamp {
    settings.now.unwrap_or(DEFAULT_NOW)
}

fn relying_party(
    setting: Setting<'_>,
    settings: &Settings,
    appid: Option<&str>,
) -> Result<RelyingParty, Stopped> {
    let id = rp_id(settings);
    let mut builder = RelyingParty::builder(id, "The relying party of a case")
        .policy(policy(setting, settings))
        .public_suffixes(Arc::new(PublicSuffixList))
        .verifiers(setting.verifiers.clone())
        .formats(formats(settings));
    for origin in settings.origins.clone().unwrap_or_else(|| vec![format!("https://{id}")]) {
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
    if settings.attestation.trust == Trust::Required {
        let anchors = settings.attestation.anchors.iter().map(|name| anchor(setting.suite, name));
        let anchors = AnchorList::new(anchors.collect::<Result<Vec<_>, _>>()?);
        builder = builder.trust_anchors(Arc::new(anchors));
    }
    if let Some(appid) = appid {
        builder = builder.appid(appid);
    }
    Ok(builder.build()?)
}

/// What a case demands.
fn policy(setting: Setting<'_>, settings: &Settings) -> Policy {
    let base = match settings.attestation.trust {
        Trust::Required => Policy::attested(AttestedPolicy::new())
            .with_conditional_create(ConditionalCreatePolicy::default()),
        Trust::Unassessed => Policy::passkeys(),
    };
    let policy = base
        .with_user_verification(match settings.user_verification {
            UserVerification::Required => UserVerificationRequirement::Required,
            UserVerification::Preferred => UserVerificationRequirement::Preferred,
            UserVerification::Discouraged => UserVerificationRequirement::Discouraged,
        })
        .with_unverified_discoverable(UnverifiedDiscoverable::DangerousAccepted)
        .with_sign_count(match settings.sign_count {
            SignCount::Reject => SignCountPolicy::Reject,
            SignCount::Report => SignCountPolicy::Report,
        })
        .with_algorithms(algorithms(settings.algorithms.as_deref(), setting.verifiers));
    if !settings.cross_origin {
        return policy;
    }
    let top_origins = settings.top_origins.clone().map_or(TopOrigins::Any, TopOrigins::Listed);
    policy.with_cross_origin(CrossOrigin::Accepted { top_origins })
}

/// Whether an origin's host is the RP ID or below it. The cases' ones of another domain are related origins.
fn is_below(origin: &str, rp_id: &str) -> bool {
    let host = origin.trim_start_matches("https://").split(':').next().unwrap_or_default();
    host.strip_suffix(rp_id).is_some_and(|labels| labels.is_empty() || labels.ends_with('.'))
}

/// Every format there is, the deprecated one too; for App Attest, the RP ID stands for the App ID.
fn formats(settings: &Settings) -> Formats {
    let absent = match settings.android_key_absent {
        Choice::Accept => AbsentAuthorizations::Accept,
        Choice::Reject => AbsentAuthorizations::Reject,
    };
    Formats::standard()
        .with_format(Arc::new(AndroidKeyFormat::default().with_absent_authorizations(absent)))
        .with_format(Arc::new(AndroidSafetyNetFormat::default()))
        .with_format(Arc::new(AppAttestFormat::new(AppAttestEnvironment::Production, [rp_id(settings)])))
}

/// Those of the case that exist in the library, or all that can be verified.
pub(super) fn algorithms(named: Option<&[i64]>, verifiers: &Verifiers) -> Vec<Algorithm> {
    match named {
        Some(named) => {
            named.iter().filter_map(|id| Algorithm::from_identifier(AlgorithmIdentifier(*id))).collect()
        }
        None => {
            // RS1 is never among these: it counts only where a case names it.
            verifiers.algorithms().collect()
        }
    }
}

fn anchor(suite: &Suite, name: &str) -> Result<TrustAnchor, Stopped> {
    let der = suite.anchor(name).unwrap_or_default();
    let certificate = Certificate::from_der(&der);
    let certificate =
        certificate.map_err(|error| Stopped::Unusable(format!("the anchor {name:.40}: {error}")))?;
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
    setting: Setting<'_>,
    settings: &Settings,
    step: &Registration,
) -> Result<(Map<String, Value>, CredentialRecord), Stopped> {
    let rp = relying_party(setting, settings, None)?;
    // Not a name of an account: no options are made.
    let user = User::new(user(step.user_handle.as_deref())?, "user", "");
    let mut request = RegistrationRequest::new(&user).with_challenge(challenge(&step.challenge)?);
    if settings.conditional_create {
        request =
            request.with_conditional_mediation(RecentSession::vouched(user.handle.clone(), now(settings)));
    }
    let state = rp.expect_registration(request, now(settings))?.spent(Consumption::First)?;
    let response = RegistrationResponse::from_json(step.response())?;
    let status = if credential_ids(&step.registered)?.contains(response.credential_id()) {
        CredentialIdStatus::Registered
    } else {
        CredentialIdStatus::Unregistered
    };
    let registered = rp.finish_registration(state, &response, status, now(settings))?;
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

/// What the record alone says, in both ceremonies.
fn record_outcome(record: &CredentialRecord) -> Map<String, Value> {
    let mut outcome = Map::new();
    outcome.insert("credential_id".to_owned(), base64url::encode(record.id()).into());
    outcome.insert("public_key".to_owned(), base64url::encode(record.public_key()).into());
    outcome.insert("algorithm".to_owned(), json!(record.algorithm()));
    outcome.insert("aaguid".to_owned(), record.aaguid().to_string().into());
    outcome
}

fn authentication(
    setting: Setting<'_>,
    settings: &Settings,
    step: &Authentication,
    stored: Option<&mut Stored>,
) -> Result<Map<String, Value>, Stopped> {
    let rp = relying_party(setting, settings, step.appid.as_deref())?;
    let response = AuthenticationResponse::from_json(step.response())?;
    let identified = identified(step, response.user_handle())?;
    let allowed: Vec<_> =
        credential_ids(&step.allow)?.into_iter().map(|id| CredentialDescriptor::new(id, [])).collect();
    let state = || {
        let request = match &identified {
            Some(user) => AuthenticationRequest::identified(user, &allowed),
            None => AuthenticationRequest::discoverable(),
        };
        let request = request.with_challenge(challenge(&step.challenge)?);
        let unspent = rp.expect_authentication(request, now(settings))?;
        Ok::<_, Stopped>(unspent.spent(Consumption::First)?)
    };
    // The look-up of a relying party: by the credential ID.
    let stored = stored.filter(|stored| stored.record.id() == response.credential_id());
    let record = stored.as_ref().map(|stored| owned_by_case(stored, step, identified.clone()));
    let record_ref = record.as_ref();
    let authenticated = rp.finish_authentication(state()?, &response, record_ref, now(settings));
    let prepared = record_ref.and_then(|record| rp.prepare(record).ok());
    let keyed = record_ref.zip(prepared.as_ref()).map(|(record, key)| record.with_key(key));
    let keyed = keyed.unwrap_or_else(|| record_ref.into());
    let again = rp.finish_authentication(state()?, &response, keyed, now(settings));
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
        // The case said whose record it is; what changed is the dynamic part alone.
        let next = authenticated.update().next.clone();
        stored.record = stored.record.clone().with_dynamic_part(next);
    }
    Ok(outcome)
}

/// The account that the state names: the case's; none where the user is to be discovered; and where nothing is to
/// be compared, the one that the response names itself.
fn identified(
    step: &Authentication,
    in_response: Option<&UserHandle>,
) -> Result<Option<UserHandle>, Stopped> {
    match (&step.user_handle, step.discoverable) {
        (_, true) => Ok(None),
        (Some(handle), false) => user(Some(handle)).map(Some),
        (None, false) => user(in_response.map(UserHandle::as_bytes)).map(Some),
    }
}

/// The record, in the account where the case has it; where it does not say, in the one that was identified.
fn owned_by_case(stored: &Stored, step: &Authentication, identified: Option<UserHandle>) -> CredentialRecord {
    let record = stored.record.clone();
    match identified {
        Some(account) if step.user_handle.is_none() || !stored.owned => record.with_user_handle(account),
        _ => record,
    }
}

#[cfg(test)]
mod tests;
