//! A ceremony and its verdict as a conformance suite of one case, in the format of `docs/CONFORMANCE.md`.

use countersign::attestation::format::android_key::AbsentAuthorizations;
use countersign::attestation::{Certificate, TrustAnchor};
use countersign::relying_party::policy::{CrossOrigin, SignCountPolicy, TopOrigins};
use countersign::types::enumerations::ResidentKeyRequirement;
use countersign::types::extensions::ClientExtensionInputs;
use countersign::types::options::{AuthenticatorSelection, CredentialDescriptor, CredentialParameters};
use countersign::types::{AttestationObject, AuthenticatorData, base64url};
use countersign::{CredentialId, CredentialRecord, Policy, RegistrationResponse};
use countersign_metadata::Metadata;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::ceremony::{Account, Asked, Authentication, Ceremony, Mediation, Registration};
use super::error::VerifyError;
use super::judgement::Judgement;
use super::party::{Party, SupportedFormats, Trust};
use super::question::Question;
use super::record::{Owner, Stored};
use super::requirements::Requirements;

/// The version of the format.
const SCHEMA: u8 = 1;

/// The suite of one case.
#[derive(Debug, Serialize)]
struct Suite<'a> {
    schema: u8,
    #[serde(rename = "suite")]
    name: &'static str,
    source: String,
    cases: [Case<'a>; 1],
}

#[derive(Debug, Serialize)]
struct Case<'a> {
    id: String,
    title: String,
    relying_party: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    registration: Option<Step<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authentications: Vec<Step<'a>>,
}

/// A step, with its response as it was received.
#[derive(Debug, Serialize)]
struct Step<'a> {
    #[serde(flatten)]
    members: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_text: Option<String>,
    expect: Value,
}

/// The part of a question that a case can say: the extensions that were requested, and most of a policy, are not.
pub(crate) fn expressible(question: &Question) -> Result<Question, VerifyError> {
    let party = question.party()?;
    let trust = trust(&party, &question.ceremony);
    let base = match &trust {
        Trust::Nothing => Requirements::by_default(),
        _ => Requirements::attested(),
    };
    let mut requirements = base;
    let policy = requirements.policy_mut();
    *policy = expressible_policy(policy, &party.policy);
    let mut ceremony = question.ceremony.clone();
    ceremony.issued = ceremony.now;
    match &mut ceremony.asked {
        Asked::Registration(asked) => {
            let excluded = std::mem::take(&mut asked.options.exclude_credentials);
            asked.registered.extend(excluded.into_iter().map(|credential| credential.id));
            asked.options.extensions = ClientExtensionInputs::new();
            let offered = party.policy.algorithms().iter().map(|algorithm| algorithm.identifier());
            asked.options.pub_key_cred_params = offered.map(CredentialParameters::new).collect();
            let verification = party.policy.user_verification().clone();
            let selection = AuthenticatorSelection::new(ResidentKeyRequirement::Discouraged, verification);
            asked.options.authenticator_selection = Some(selection);
        }
        Asked::Authentication(asked) => {
            let appid = asked.options.extensions.appid().ok().flatten().map(str::to_owned);
            asked.options.extensions = appid.map_or_else(ClientExtensionInputs::new, |appid| {
                ClientExtensionInputs::new().with_appid(appid)
            });
            asked.options.user_verification = party.policy.user_verification().clone();
            if let Some(stored) = &mut asked.stored {
                stored.record = expressible_record(&stored.record);
            }
        }
    }
    Ok(Question {
        rp_id: question.rp_id.clone(),
        origins: Some(origins(question)),
        requirements,
        trust,
        formats: match question.formats {
            SupportedFormats::Standard => SupportedFormats::All(AbsentAuthorizations::Reject),
            all @ SupportedFormats::All(_) => all,
        },
        ceremony,
    })
}

/// The record without the members that a case has none for.
fn expressible_record(record: &CredentialRecord) -> CredentialRecord {
    let (id, user) = (record.id().clone(), record.user_handle().clone());
    CredentialRecord::new(id, record.rp_id(), user, record.public_key())
        .with_sign_count(record.sign_count())
        .with_backup_eligible(record.backup_eligible().unwrap_or_default())
        .with_backup_state(record.backup_state())
        .with_uv_initialized(record.uv_initialized())
}

/// The policy of cases, with what cases can say of another one.
fn expressible_policy(of_cases: &Policy, policy: &Policy) -> Policy {
    let sign_count = match policy.sign_count() {
        SignCountPolicy::Reject => SignCountPolicy::Reject,
        _ => SignCountPolicy::Report,
    };
    let cross_origin = match policy.cross_origin().clone() {
        CrossOrigin::Accept { top_origins: TopOrigins::DangerousListedOrAbsent(listed) } => {
            CrossOrigin::Accept { top_origins: TopOrigins::Listed(listed) }
        }
        other => other,
    };
    of_cases
        .clone()
        .with_cross_origin(cross_origin)
        .with_sign_count(sign_count)
        .with_user_verification(policy.user_verification().clone())
}

/// The accepted origins as a list. Those of localhost are at any port, so that the response's own is listed.
fn origins(question: &Question) -> Vec<String> {
    let default = || {
        let secure = format!("https://{}", question.rp_id);
        let of_response = origin_of_response(&question.ceremony.response);
        let is_localhost = |origin: &String| {
            question.rp_id == "localhost"
                && ["http://localhost", "https://localhost"].iter().any(|begin| origin.starts_with(begin))
        };
        of_response.filter(is_localhost).unwrap_or(secure)
    };
    question.origins.clone().unwrap_or_else(|| vec![default()])
}

/// The origin that client data names.
fn origin_of_response(response: &[u8]) -> Option<String> {
    let response: Value = serde_json::from_slice(response).ok()?;
    let client_data = base64url::decode(response.pointer("/response/clientDataJSON")?.as_str()?).ok()?;
    let client_data: Value = serde_json::from_slice(&client_data).ok()?;
    Some(client_data.get("origin")?.as_str()?.to_owned())
}

/// The trust anchors as a list: of metadata, the roots of the authenticator's model.
fn trust(party: &Party, ceremony: &Ceremony) -> Trust {
    if party.policy.attestation_policy().is_none() {
        return Trust::Nothing;
    }
    match &party.trust {
        Trust::Metadata(metadata) => Trust::Roots(roots_of_model(metadata, &ceremony.response)),
        other => other.clone(),
    }
}

fn roots_of_model(metadata: &Metadata, response: &[u8]) -> Vec<TrustAnchor> {
    let aaguid = || {
        let response = RegistrationResponse::from_json(response).ok()?;
        let object = AttestationObject::parse(response.attestation_object()).ok()?;
        let data = AuthenticatorData::parse(object.authenticator_data).ok()?;
        data.attested_credential_data.map(|attested| attested.aaguid)
    };
    let (Some(blob), Some(aaguid)) = (metadata.blob(), aaguid()) else { return Vec::new() };
    let roots = blob.models(aaguid).entries().flat_map(|entry| entry.roots().iter());
    roots.map(|root| root.anchor().clone()).collect()
}

/// The text of a suite with this question, reduced by [`expressible`], and this judgement.
pub(crate) fn text(question: &Question, judgement: &Judgement) -> Result<String, VerifyError> {
    let party = question.party()?;
    let ceremony = &question.ceremony;
    let expect = expectation(judgement);
    let mut case = Case {
        id: format!("verified-{}", judgement.word()),
        title: title(judgement),
        relying_party: settings(question, &party),
        credential: None,
        registration: None,
        authentications: Vec::new(),
    };
    let raw = std::str::from_utf8(&ceremony.response).ok();
    let raw = raw.and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
    let text = raw.is_none().then(|| String::from_utf8_lossy(&ceremony.response).into_owned());
    let step = |members| Step { members, response: raw, response_text: text.clone(), expect: expect.clone() };
    match &ceremony.asked {
        Asked::Registration(asked) => case.registration = Some(step(registration(asked))),
        Asked::Authentication(asked) => {
            case.credential = asked.stored.as_ref().map(credential);
            case.authentications.push(step(authentication(asked)));
        }
    }
    let suite = Suite {
        schema: SCHEMA,
        name: "countersign-verify",
        source: format!("countersign verify {}", env!("CARGO_PKG_VERSION")),
        cases: [case],
    };
    // Maps with texts for keys always have a JSON form.
    Ok(serde_json::to_string_pretty(&suite).unwrap_or_default() + "\n")
}

fn title(judgement: &Judgement) -> String {
    judgement.rejection().map_or_else(|| "accepted".to_owned(), |rejection| rejection.message.clone())
}

fn expectation(judgement: &Judgement) -> Value {
    match judgement.rejection() {
        None => json!({"accept": judgement.outcome}),
        Some(rejection) => json!({"reject": [rejection.code.as_str()]}),
    }
}

fn settings(question: &Question, party: &Party) -> Map<String, Value> {
    let policy = &party.policy;
    let mut settings = Map::new();
    set(&mut settings, "id", json!(question.rp_id));
    set(&mut settings, "origins", json!(question.origins));
    set(&mut settings, "user_verification", json!(policy.user_verification()));
    set(&mut settings, "now", json!(question.ceremony.now.to_string()));
    if let Asked::Registration(asked) = &question.ceremony.asked {
        let offered = policy.algorithms().iter().map(|algorithm| algorithm.identifier().0);
        set(&mut settings, "algorithms", offered.collect());
        if asked.mediation == Mediation::Conditional {
            set(&mut settings, "conditional_create", json!(true));
        }
    }
    if let CrossOrigin::Accept { top_origins } = policy.cross_origin() {
        set(&mut settings, "cross_origin", json!(true));
        if let TopOrigins::Listed(listed) = top_origins {
            set(&mut settings, "top_origins", json!(listed));
        }
    }
    if *policy.sign_count() != SignCountPolicy::Reject {
        set(&mut settings, "sign_count", json!("report"));
    }
    if question.formats == SupportedFormats::All(AbsentAuthorizations::Accept) {
        set(&mut settings, "android_key_absent", json!("accept"));
    }
    if let Trust::Roots(roots) = &question.trust {
        let roots: Vec<_> = roots.iter().map(|root| encoded(root.certificate())).collect();
        set(&mut settings, "attestation", json!({"trust": "required", "anchors": roots}));
    }
    settings
}

fn encoded(certificate: &Certificate) -> String {
    base64url::encode(certificate.as_der())
}

fn registration(asked: &Registration) -> Map<String, Value> {
    let mut step = Map::new();
    set(&mut step, "challenge", json!(asked.options.challenge));
    set(&mut step, "user_handle", json!(asked.options.user.id));
    if !asked.registered.is_empty() {
        set(&mut step, "registered", json!(asked.registered));
    }
    step
}

fn authentication(asked: &Authentication) -> Map<String, Value> {
    let mut step = Map::new();
    set(&mut step, "challenge", json!(asked.options.challenge));
    let allowed = &asked.options.allow_credentials;
    if !allowed.is_empty() {
        let ids: Vec<&CredentialId> = allowed.iter().map(|CredentialDescriptor { id, .. }| id).collect();
        set(&mut step, "allow", json!(ids));
    }
    match &asked.account {
        Account::Discoverable => set(&mut step, "discoverable", json!(true)),
        Account::Identified(handle) => set(&mut step, "user_handle", json!(handle)),
        Account::Unnamed => {}
    }
    if let Ok(Some(appid)) = asked.options.extensions.appid() {
        step.insert("appid".to_owned(), json!(appid));
    }
    step
}

fn credential(stored: &Stored) -> Map<String, Value> {
    let record = &stored.record;
    let mut credential = Map::new();
    set(&mut credential, "id", json!(record.id()));
    set(&mut credential, "public_key", json!(base64url::encode(record.public_key())));
    set(&mut credential, "sign_count", json!(record.sign_count()));
    set(&mut credential, "backup_eligible", json!(record.backup_eligible().unwrap_or_default()));
    set(&mut credential, "backup_state", json!(record.backup_state()));
    set(&mut credential, "uv_initialized", json!(record.uv_initialized()));
    if stored.owner == Owner::Known {
        set(&mut credential, "user_handle", json!(record.user_handle()));
    }
    credential
}

fn set(members: &mut Map<String, Value>, name: &str, value: Value) {
    members.insert(name.to_owned(), value);
}
