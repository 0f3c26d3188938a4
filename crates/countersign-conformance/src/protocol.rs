//! The protocol between the runner and an implementation under test: a line of JSON for each step, and a line of JSON back.

use countersign::types::{Base64Url, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::format::{
    Authentication, Case, Choice, Registration, SignCount, StoredCredential, Suite, Trust, UserVerification,
};

/// The version of the protocol, in each request.
pub const VERSION: u64 = 1;

/// The RP ID of a case that names none.
const DEFAULT_RP_ID: &str = "example.org";

/// 2026-01-01T00:00:00Z.
const DEFAULT_NOW: i64 = 1_767_225_600;

/// The ceremony of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ceremony {
    /// Section 7.1, "Registering a New Credential".
    Registration,
    /// Section 7.2, "Verifying an Authentication Assertion".
    Authentication,
}

/// One step of a case, for the implementation under test to judge.
///
/// Every member is in every line, `null` if it does not apply, so that an implementation needs no defaults.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// [`VERSION`].
    pub protocol: u64,
    /// `SUITE/CASE`, for messages.
    pub case: String,
    /// The place of the step in its case, from 1 on. Step 1 begins a case: no credential is stored.
    pub step: usize,
    /// The ceremony.
    pub ceremony: Ceremony,
    /// The relying party of the case.
    pub relying_party: Settings,
    /// The challenge that was issued.
    pub challenge: Base64Url,
    /// The text of the response, usually JSON.
    pub response: String,
    /// The account, if it was identified before the ceremony.
    pub user_handle: Option<Base64Url>,
    /// Registration: credential IDs that are registered already.
    pub registered: Vec<Base64Url>,
    /// Authentication: the credential IDs in `allowCredentials`.
    pub allow: Vec<Base64Url>,
    /// Authentication: whether no user was identified before, so that the response must name one.
    pub discoverable: bool,
    /// Authentication: the value of the extension input `appid`.
    pub appid: Option<String>,
    /// Authentication: a credential to store before this step, replacing any.
    pub credential: Option<StoredCredential>,
}

/// The configuration of the relying party of a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Settings {
    /// The RP ID.
    pub id: String,
    /// The accepted origins.
    pub origins: Vec<String>,
    /// Whether `crossOrigin: true` is accepted.
    pub cross_origin: bool,
    /// The accepted values of `topOrigin`, any if `null`.
    pub top_origins: Option<Vec<String>>,
    /// The user verification that was requested.
    pub user_verification: UserVerification,
    /// Whether the registration was requested with mediation `conditional`.
    pub conditional_create: bool,
    /// The COSE algorithms that were offered, all that can be verified if `null`.
    pub algorithms: Option<Vec<i64>>,
    /// What becomes of an `android-key` certificate without `origin` or `purpose`.
    pub android_key_absent: Choice,
    /// The trust anchors, as DER, that an attestation must lead to; `null` if attestation is not assessed.
    pub trust_anchors: Option<Vec<Base64Url>>,
    /// What becomes of a signature counter that did not increase.
    pub sign_count: SignCount,
    /// The time of the ceremonies, in seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
}

/// The answer of the implementation under test to one [`Request`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// Of a rejection: its code, one of `docs/ERRORS.md`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// A sentence for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Of an acceptance: the members that an expectation of the format may name.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub outcome: Map<String, Value>,
}

/// The verdict of an [`Answer`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The response was verified.
    Accept,
    /// The response was not accepted.
    Reject,
    /// The step can't be passed to this implementation: it has no such option, format or algorithm.
    Unsupported,
}

impl Answer {
    /// An acceptance with its outcome.
    pub fn accept(outcome: Map<String, Value>) -> Self {
        Self { verdict: Verdict::Accept, code: None, message: None, outcome }
    }

    /// A rejection.
    pub fn reject(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Reject,
            code: Some(code.into()),
            message: Some(message.into()),
            outcome: Map::new(),
        }
    }

    /// No verdict, for this reason.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unsupported, code: None, message: Some(message.into()), outcome: Map::new() }
    }
}

impl Settings {
    /// The settings of a case, with the format's defaults.
    fn of(suite: &Suite, case: &Case) -> Self {
        let settings = &case.relying_party;
        let id = settings.id.as_deref().unwrap_or(DEFAULT_RP_ID);
        let attestation = &settings.attestation;
        let anchors = attestation.anchors.iter().filter_map(|name| suite.anchor(name));
        Self {
            id: id.to_owned(),
            origins: settings.origins.clone().unwrap_or_else(|| vec![format!("https://{id}")]),
            cross_origin: settings.cross_origin,
            top_origins: settings.top_origins.clone(),
            user_verification: settings.user_verification,
            conditional_create: settings.conditional_create,
            algorithms: settings.algorithms.clone(),
            android_key_absent: settings.android_key_absent,
            trust_anchors: (attestation.trust == Trust::Required)
                .then(|| anchors.map(Base64Url::from).collect()),
            sign_count: settings.sign_count,
            now: settings.now.map_or(DEFAULT_NOW, Timestamp::unix_seconds),
        }
    }
}

impl Request {
    fn new(suite: &Suite, case: &Case, ceremony: Ceremony) -> Self {
        Self {
            protocol: VERSION,
            case: format!("{}/{}", suite.name, case.id),
            step: 1,
            ceremony,
            relying_party: Settings::of(suite, case),
            challenge: Base64Url::from(Vec::new()),
            response: String::new(),
            user_handle: None,
            registered: Vec::new(),
            allow: Vec::new(),
            discoverable: false,
            appid: None,
            credential: None,
        }
    }

    fn registration(suite: &Suite, case: &Case, step: &Registration) -> Self {
        Self {
            challenge: step.challenge.clone(),
            response: step.response().to_owned(),
            user_handle: step.user_handle.clone(),
            registered: step.registered.clone(),
            ..Self::new(suite, case, Ceremony::Registration)
        }
    }

    fn authentication(suite: &Suite, case: &Case, step: &Authentication) -> Self {
        Self {
            challenge: step.challenge.clone(),
            response: step.response().to_owned(),
            user_handle: step.user_handle.clone(),
            allow: step.allow.clone(),
            discoverable: step.discoverable,
            appid: step.appid.clone(),
            ..Self::new(suite, case, Ceremony::Authentication)
        }
    }

    /// The requests of a case, in order. The first authentication brings the stored credential of a case that has one.
    pub fn of_case(suite: &Suite, case: &Case) -> Vec<Self> {
        let mut requests: Vec<_> =
            case.registration.iter().map(|step| Self::registration(suite, case, step)).collect();
        let mut credential = case.credential.clone();
        for step in &case.authentications {
            let credential = credential.take();
            requests.push(Self { credential, ..Self::authentication(suite, case, step) });
        }
        for (request, place) in requests.iter_mut().zip(1..) {
            request.step = place;
        }
        requests
    }
}
