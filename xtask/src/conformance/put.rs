//! The steps of a suite as one would put them to any relying party's library, with our verdict.

use countersign::{
    cose::Verifiers,
    types::{AlgorithmIdentifier, base64url},
};
use serde::Serialize;

use super::{
    case::{Case, Choice, Settings, SignCount, Suite, Trust, UserVerification},
    run::{DEFAULT_RP_ID, Setting, algorithms, run},
};

/// Which ceremony a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Ceremony {
    /// Section 7.1.
    Registration,
    /// Section 7.2.
    Authentication,
}

/// The stored credential that an authentication is judged by.
#[derive(Debug, Clone, Serialize)]
pub struct StoredRecord {
    /// Its ID, base64url.
    pub id: String,
    /// Its `COSE_Key`, base64url.
    pub public_key: String,
    /// The last signature counter.
    pub sign_count: u32,
    /// BE, where it was noted.
    pub backup_eligible: Option<bool>,
    /// BS, as it was last.
    pub backup_state: bool,
    /// The account's user handle, base64url.
    pub user_handle: String,
}

/// One step of a case: what a relying party is told, what came over the wire, and what we made of it.
#[derive(Debug, Clone, Serialize)]
pub struct Put {
    /// `suite/case`, and of an authentication its place after `#`.
    pub id: String,
    /// What the case says of itself.
    pub title: String,
    /// The ceremony.
    pub ceremony: Ceremony,
    /// The RP ID.
    pub rp_id: String,
    /// The accepted origins.
    pub origins: Vec<String>,
    /// Whether `crossOrigin` may be true.
    pub cross_origin: bool,
    /// The accepted `topOrigin`s, any where absent.
    pub top_origins: Option<Vec<String>>,
    /// `required`, `preferred` or `discouraged`.
    pub user_verification: &'static str,
    /// Whether the registration was asked for with mediation `conditional`.
    pub conditional: bool,
    /// The COSE algorithms that were offered.
    pub algorithms: Vec<i64>,
    /// The DER of the trust anchors, base64url, where a path to one is demanded.
    pub anchors: Option<Vec<String>>,
    /// Whether the case wants its certificates judged at a time of its own, or is otherwise set up in a way that only
    /// our API has words for.
    pub particular: Option<&'static str>,
    /// The challenge that was issued, base64url.
    pub challenge: String,
    /// The response's JSON text.
    pub response: String,
    /// Credential IDs that are known already, base64url.
    pub registered: Vec<String>,
    /// The account, where it was identified before, base64url.
    pub user_handle: Option<String>,
    /// Whether nobody was identified before.
    pub discoverable: bool,
    /// The credential IDs that were listed, base64url.
    pub allow: Vec<String>,
    /// The `appid` that was asked for.
    pub appid: Option<String>,
    /// The stored credential, in an authentication.
    pub record: Option<StoredRecord>,
    /// The challenge and the response of the registration before an authentication, where the case has one.
    pub registration: Option<(String, String)>,
    /// `accept`, or the code of our error.
    pub verdict: String,
    /// Our error's message.
    pub message: String,
}

impl Put {
    /// The steps of the suite in this JSON text, run. A step that can't be put to our own API is left out, as is an
    /// authentication whose registration we refused.
    pub fn steps(text: &str, verifiers: &Verifiers) -> Result<Vec<Self>, String> {
        let suite = Suite::from_json(text)?;
        let setting = Setting { suite: &suite, verifiers };
        Ok(suite.cases.iter().flat_map(|case| of_case(setting, case)).collect())
    }
}

fn of_case(setting: Setting<'_>, case: &Case) -> Vec<Put> {
    let mut results = run(setting, case).into_iter();
    let mut steps = Vec::new();
    let common = common(setting, case);
    if let Some(step) = &case.registration {
        let mut put = Put {
            challenge: base64url::encode(&step.challenge),
            response: String::from_utf8_lossy(step.response()).into_owned(),
            registered: step.registered.iter().map(base64url::encode).collect(),
            user_handle: step.user_handle.as_ref().map(base64url::encode),
            ..common.clone()
        };
        if let Some(result) = results.next() {
            (put.verdict, put.message) = (result.got, result.detail.unwrap_or_default());
        }
        steps.push(put);
    }
    for (place, (step, result)) in (1..).zip(case.authentications.iter().zip(results)) {
        let Some(record) = result.record else { continue };
        steps.push(Put {
            id: format!("{}#{place}", common.id),
            ceremony: Ceremony::Authentication,
            challenge: base64url::encode(&step.challenge),
            response: String::from_utf8_lossy(step.response()).into_owned(),
            user_handle: step.user_handle.as_ref().map(base64url::encode),
            discoverable: step.discoverable,
            allow: step.allow.iter().map(base64url::encode).collect(),
            appid: step.appid.clone(),
            record: Some(StoredRecord {
                id: base64url::encode(record.id()),
                public_key: base64url::encode(record.public_key()),
                sign_count: record.sign_count(),
                backup_eligible: record.backup_eligible(),
                backup_state: record.backup_state(),
                user_handle: base64url::encode(record.user_handle()),
            }),
            registration: case.registration.as_ref().map(|step| {
                (base64url::encode(&step.challenge), String::from_utf8_lossy(step.response()).into_owned())
            }),
            verdict: result.got,
            message: result.detail.unwrap_or_default(),
            ..common.clone()
        });
    }
    steps.retain(|step| step.verdict != "unusable");
    steps
}

/// What the steps of a case share.
fn common(setting: Setting<'_>, case: &Case) -> Put {
    let Settings { id, origins, cross_origin, top_origins, user_verification, .. } = &case.relying_party;
    let id = id.as_deref().unwrap_or(DEFAULT_RP_ID);
    let attestation = &case.relying_party.attestation;
    let anchors = attestation.anchors.iter().filter_map(|name| setting.suite.anchor(name));
    let particular = if case.relying_party.now.is_some() {
        Some("a time of its own")
    } else if case.relying_party.android_key_absent == Choice::Accept {
        Some("absent authorizations accepted")
    } else if case.relying_party.sign_count == SignCount::Report {
        Some("a counter that did not increase is reported")
    } else {
        None
    };
    let offered = algorithms(case.relying_party.algorithms.as_deref(), setting.verifiers);
    Put {
        id: format!("{}/{}", setting.suite.name, case.id),
        title: case.title.clone().unwrap_or_default(),
        ceremony: Ceremony::Registration,
        rp_id: id.to_owned(),
        origins: origins.clone().unwrap_or_else(|| vec![format!("https://{id}")]),
        cross_origin: *cross_origin,
        top_origins: top_origins.clone(),
        user_verification: match user_verification {
            UserVerification::Required => "required",
            UserVerification::Preferred => "preferred",
            UserVerification::Discouraged => "discouraged",
        },
        conditional: case.relying_party.conditional_create,
        algorithms: offered.into_iter().map(|algorithm| AlgorithmIdentifier::from(algorithm).0).collect(),
        anchors: (attestation.trust == Trust::Required).then(|| anchors.map(base64url::encode).collect()),
        particular,
        challenge: String::new(),
        response: String::new(),
        registered: Vec::new(),
        user_handle: None,
        discoverable: false,
        allow: Vec::new(),
        appid: None,
        record: None,
        registration: None,
        verdict: String::new(),
        message: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authentication_is_put_with_the_record_of_its_registration() {
        let path = crate::root().join("conformance/test-vectors.json");
        let text = std::fs::read_to_string(path).unwrap();
        let steps = Put::steps(&text, &Verifiers::rust_crypto()).unwrap();
        let [registration, authentication, ..] = steps.as_slice() else { panic!() };
        assert_eq!(authentication.id, format!("{}#1", registration.id));
        assert_eq!((registration.verdict.as_str(), authentication.verdict.as_str()), ("accept", "accept"));
        let before = authentication.registration.as_ref().unwrap();
        assert_eq!(before.1, registration.response);
        assert!(authentication.record.is_some() && registration.record.is_none());
    }

    #[test]
    fn what_is_no_suite_has_no_steps() {
        Put::steps("{}", &Verifiers::rust_crypto()).unwrap_err();
    }
}
