//! The format of suites, schema 1, as `docs/CONFORMANCE.md` describes it. An unknown member is an error, so that a typing
//! mistake does not pass as a check.

use std::collections::BTreeMap;

use countersign::types::{Base64Url, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, de, de::value::MapAccessDeserializer};
use serde_json::{Map, Value, value::RawValue};

/// The version of the format.
pub const SCHEMA: u64 = 1;

/// One file: a set of cases with the anchors that they name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// Checked before the rest is read.
    #[serde(rename = "schema")]
    _schema: u64,
    /// Unique among the suites of one run.
    #[serde(rename = "suite")]
    pub name: String,
    /// The origin of the cases, for people.
    #[serde(rename = "source")]
    _source: Option<String>,
    /// Trust anchors by name.
    #[serde(default)]
    pub anchors: BTreeMap<String, Base64Url>,
    /// The cases, in order.
    pub cases: Vec<Case>,
}

/// One registration, authentications after it, or both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Unique in its suite.
    pub id: String,
    /// One line for people.
    pub title: Option<String>,
    #[serde(default)]
    /// The configuration of the relying party.
    pub relying_party: Settings,
    /// The stored record of a case without a registration.
    pub credential: Option<StoredCredential>,
    /// The first step.
    pub registration: Option<Registration>,
    /// The steps after it, in order.
    #[serde(default)]
    pub authentications: Vec<Authentication>,
}

/// `relying_party`: the configuration of the relying party of a case. An absent member has the format's default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The RP ID.
    pub id: Option<String>,
    /// The accepted origins.
    pub origins: Option<Vec<String>>,
    /// Whether `crossOrigin: true` is accepted.
    #[serde(default)]
    pub cross_origin: bool,
    /// The accepted values of `topOrigin`: `None` accepts any, an empty list none.
    pub top_origins: Option<Vec<String>>,
    /// The requested user verification.
    #[serde(default)]
    pub user_verification: UserVerification,
    /// Whether the registration was requested with mediation `conditional`.
    #[serde(default)]
    pub conditional_create: bool,
    /// The offered COSE algorithms, or all that can be verified.
    pub algorithms: Option<Vec<i64>>,
    /// The verdict on an `android-key` certificate without `origin` or `purpose`.
    #[serde(default)]
    pub android_key_absent: Choice,
    /// The demand on attestation.
    #[serde(default)]
    pub attestation: AttestationSettings,
    /// The verdict on a signature counter that did not increase.
    #[serde(default)]
    pub sign_count: SignCount,
    /// The time of the ceremonies.
    #[serde(default, deserialize_with = "rfc_3339")]
    pub now: Option<Timestamp>,
}

/// `user_verification`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UserVerification {
    /// A response without it is rejected.
    Required,
    /// A response without it is accepted.
    #[default]
    Preferred,
    /// A response without it is accepted.
    Discouraged,
}

/// A verdict that a relying party may choose.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// The response is accepted.
    Accept,
    /// The response is rejected.
    #[default]
    Reject,
}

/// `sign_count`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignCount {
    /// A counter that did not increase is rejected.
    #[default]
    Reject,
    /// A counter that did not increase is accepted, and the outcome says so.
    Report,
}

/// `attestation`: the demand on attestation.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttestationSettings {
    /// Whether an attestation must lead to an anchor.
    #[serde(default)]
    pub trust: Trust,
    /// Names of the suite's `anchors`, or certificates in base64url.
    #[serde(default)]
    pub anchors: Vec<String>,
}

/// `trust`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Any attestation that is verified by itself is accepted.
    #[default]
    Unassessed,
    /// An attestation must lead to one of the anchors.
    Required,
}

/// `credential`: the stored record of a case without a registration.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredCredential {
    /// The credential ID.
    pub id: Base64Url,
    /// The public key, as a `COSE_Key`.
    pub public_key: Base64Url,
    /// The last signature counter.
    #[serde(default)]
    pub sign_count: u32,
    /// BE, as it was at registration.
    #[serde(default)]
    pub backup_eligible: bool,
    /// BS, as it was last.
    #[serde(default)]
    pub backup_state: bool,
    /// Whether the user was verified once.
    #[serde(default = "yes")]
    pub uv_initialized: bool,
    /// The account; if absent, no user handle is compared.
    pub user_handle: Option<Base64Url>,
}

/// `registration`: the first step of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registration {
    /// The issued challenge.
    pub challenge: Base64Url,
    #[serde(default, deserialize_with = "any_json")]
    response: Option<Box<RawValue>>,
    response_text: Option<String>,
    /// Credential IDs that are registered already.
    #[serde(default)]
    pub registered: Vec<Base64Url>,
    /// The account.
    pub user_handle: Option<Base64Url>,
    /// The expected verdict.
    pub expect: Expectation,
}

/// `authentications[]`: a later step of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Authentication {
    /// The issued challenge.
    pub challenge: Base64Url,
    #[serde(default, deserialize_with = "any_json")]
    response: Option<Box<RawValue>>,
    response_text: Option<String>,
    /// Credential IDs listed in `allowCredentials`.
    #[serde(default)]
    pub allow: Vec<Base64Url>,
    /// The account, if it was identified before the ceremony.
    pub user_handle: Option<Base64Url>,
    /// Whether no user was identified before the ceremony.
    #[serde(default)]
    pub discoverable: bool,
    /// The value of the extension input `appid`.
    pub appid: Option<String>,
    /// The expected verdict.
    pub expect: Expectation,
}

impl Registration {
    /// The text of the response, as it was received.
    pub fn response(&self) -> &str {
        wire(self.response.as_deref(), self.response_text.as_deref())
    }
}

impl Authentication {
    /// The text of the response, as it was received.
    pub fn response(&self) -> &str {
        wire(self.response.as_deref(), self.response_text.as_deref())
    }
}

fn wire<'a>(response: Option<&'a RawValue>, text: Option<&'a str>) -> &'a str {
    text.or(response.map(RawValue::get)).unwrap_or_default()
}

/// `expect`: the expected verdict of a step.
#[derive(Debug)]
pub struct Expectation {
    /// The JSON in the file, for the report.
    pub text: Value,
    /// Its meaning.
    pub verdict: Expected,
}

/// The meaning of an [`Expectation`].
#[derive(Debug, PartialEq)]
pub enum Expected {
    /// The response is accepted, and each of these members has its value in the outcome.
    Accept(Map<String, Value>),
    /// The response is rejected with one of these codes, or with any if there is no list.
    Reject(Option<Vec<String>>),
}

/// The members that `{"accept": {…}}` may name.
const OUTCOME_MEMBERS: [&str; 12] = [
    "credential_id",
    "algorithm",
    "public_key",
    "aaguid",
    "sign_count",
    "user_verified",
    "backup_eligible",
    "backup_state",
    "format",
    "attestation_type",
    "trusted",
    "sign_count_increased",
];

impl<'de> Deserialize<'de> for Expectation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Box::<RawValue>::deserialize(deserializer)?;
        let verdict = serde_json::from_str(json.get()).map_err(de::Error::custom)?;
        let text = serde_json::from_str(json.get()).map_err(de::Error::custom)?;
        Ok(Self { text, verdict })
    }
}

impl<'de> Deserialize<'de> for Expected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExpectedVisitor)
    }
}

struct ExpectedVisitor;

/// The form with an object; serde makes sure that it has exactly one member.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Detailed {
    Accept(Map<String, Value>),
    Reject(Vec<String>),
}

impl<'de> de::Visitor<'de> for ExpectedVisitor {
    type Value = Expected;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("\"accept\", \"reject\", {\"accept\": {…}} or {\"reject\": […]}")
    }

    fn visit_str<E: de::Error>(self, word: &str) -> Result<Expected, E> {
        match word {
            "accept" => Ok(Expected::Accept(Map::new())),
            "reject" => Ok(Expected::Reject(None)),
            other => Err(E::invalid_value(de::Unexpected::Str(other), &self)),
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Expected, A::Error> {
        match Detailed::deserialize(MapAccessDeserializer::new(map))? {
            Detailed::Reject(codes) => Ok(Expected::Reject(Some(codes))),
            Detailed::Accept(members) => {
                match members.keys().find(|name| !OUTCOME_MEMBERS.contains(&name.as_str())) {
                    Some(unknown) => Err(de::Error::unknown_field(unknown, &OUTCOME_MEMBERS)),
                    None => Ok(Expected::Accept(members)),
                }
            }
        }
    }
}

impl Suite {
    /// Reads a suite, and checks it against the format.
    pub fn from_json(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Probe {
            schema: Value,
        }
        let Probe { schema } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if schema != SCHEMA {
            return Err(format!("schema {schema} is not supported, only {SCHEMA}"));
        }
        let suite: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        suite.check()?;
        Ok(suite)
    }

    /// Checks the demands of the format that the types above don't express.
    fn check(&self) -> Result<(), String> {
        let mut ids = std::collections::BTreeSet::new();
        for case in &self.cases {
            let complain = |what: String| Err(format!("case `{}`: {what}", case.id));
            if !ids.insert(&case.id) {
                return complain("its id is not unique in the suite".to_owned());
            }
            if case.registration.is_none() && case.authentications.is_empty() {
                return complain("it has no step, so it checks nothing".to_owned());
            }
            if case.registration.is_some() && case.credential.is_some() {
                return complain("`credential` is for a case without a registration".to_owned());
            }
            let responses = case.registration.iter().map(|step| (&step.response, &step.response_text));
            let responses = responses
                .chain(case.authentications.iter().map(|step| (&step.response, &step.response_text)));
            if responses.into_iter().any(|(json, text)| json.is_some() == text.is_some()) {
                return complain("a step has one of `response` and `response_text`, not both".to_owned());
            }
            if let Some(name) =
                case.relying_party.attestation.anchors.iter().find(|name| self.anchor(name).is_none())
            {
                return complain(format!("anchor `{name:.40}` is neither a name in `anchors` nor base64url"));
            }
        }
        Ok(())
    }

    /// The certificate of an entry of `attestation.anchors`: a name of the suite's `anchors`, or the certificate itself.
    pub fn anchor(&self, name: &str) -> Option<Vec<u8>> {
        match self.anchors.get(name) {
            Some(certificate) => Some(certificate.to_vec()),
            None => countersign::types::base64url::decode(name).ok(),
        }
    }
}

const fn yes() -> bool {
    true
}

/// Reads any JSON; `null` is a response too.
fn any_json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Box<RawValue>>, D::Error> {
    Box::<RawValue>::deserialize(deserializer).map(Some)
}

fn rfc_3339<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let time: jiff::Timestamp = text.parse().map_err(de::Error::custom)?;
    Ok(Some(Timestamp::from_unix_seconds(time.as_second())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEP: &str = r#"{"challenge":"AQ","response":null,"expect":"accept"}"#;

    fn suite(case: &str) -> Result<Suite, String> {
        Suite::from_json(&format!(r#"{{"schema":1,"suite":"s","cases":[{case}]}}"#))
    }

    fn with(member: &str) -> Result<Suite, String> {
        suite(&format!(r#"{{"id":"a",{member}"registration":{STEP}}}"#))
    }

    fn expect(expect: &str) -> Result<Expected, String> {
        serde_json::from_str(expect).map_err(|error| error.to_string())
    }

    #[test]
    fn a_case_with_one_step_is_a_suite() {
        let suite = with("").unwrap();
        assert_eq!(suite.name, "s");
        assert_eq!(suite.cases[0].registration.as_ref().unwrap().response(), "null");
    }

    #[test]
    fn another_schema_is_an_error() {
        assert!(Suite::from_json(r#"{"schema":2,"suite":"s","cases":[]}"#).unwrap_err().contains("schema 2"));
        assert!(Suite::from_json(r#"{"schema":"1","suite":"s","cases":[]}"#).unwrap_err().contains("schema"));
        assert!(Suite::from_json(r#"{"suite":"s","cases":[]}"#).unwrap_err().contains("schema"));
    }

    #[test]
    fn an_unknown_member_is_an_error_on_every_level() {
        for member in [
            r#""titel":"t","#,
            r#""relying_party":{"origin":[]},"#,
            r#""relying_party":{"attestation":{"anchor":[]}},"#,
            r#""credential":{"id":"AQ","public_key":"AQ","counter":1},"#,
            r#""authentications":[{"challenge":"AQ","response":1,"expect":"accept","origin":""}],"#,
        ] {
            assert!(with(member).unwrap_err().contains("unknown field"), "{member}");
        }
        assert!(Suite::from_json(r#"{"schema":1,"suite":"s","cases":[],"anchor":{}}"#).is_err());
        let step = STEP.replace("\"expect\"", "\"user\":1,\"expect\"");
        assert!(suite(&format!(r#"{{"id":"a","registration":{step}}}"#)).is_err());
    }

    #[test]
    fn an_unknown_value_of_a_choice_is_an_error() {
        for member in [
            r#""relying_party":{"user_verification":"Required"},"#,
            r#""relying_party":{"sign_count":"ignore"},"#,
            r#""relying_party":{"android_key_absent":true},"#,
            r#""relying_party":{"attestation":{"trust":"any"}},"#,
            r#""relying_party":{"attestation":{"anchors":["no such name!"]}},"#,
            r#""relying_party":{"now":"yesterday"},"#,
        ] {
            with(member).expect_err(member);
        }
    }

    #[test]
    fn ids_are_unique() {
        let case = format!(r#"{{"id":"a","registration":{STEP}}}"#);
        assert!(suite(&format!("{case},{case}")).unwrap_err().contains("not unique"));
    }

    #[test]
    fn a_case_without_a_step_is_an_error() {
        assert!(suite(r#"{"id":"a"}"#).unwrap_err().contains("no step"));
    }

    #[test]
    fn a_stored_credential_is_for_a_case_without_a_registration() {
        let error = with(r#""credential":{"id":"AQ","public_key":"AQ"},"#).unwrap_err();
        assert!(error.contains("`credential` is for a case without a registration"), "{error}");
    }

    #[test]
    fn a_step_has_one_response() {
        for response in ["", r#""response":1,"response_text":"1","#] {
            let step = format!(r#"{{"challenge":"AQ",{response}"expect":"accept"}}"#);
            let error = suite(&format!(r#"{{"id":"a","registration":{step}}}"#)).unwrap_err();
            assert!(error.contains("response_text"), "{error}");
        }
    }

    #[test]
    fn duplicate_members_of_a_response_reach_the_parser() {
        let step = r#"{"challenge":"AQ","response":{"id":1,"id":2},"expect":"reject"}"#;
        let suite = suite(&format!(r#"{{"id":"a","authentications":[{step}]}}"#)).unwrap();
        assert_eq!(suite.cases[0].authentications[0].response(), r#"{"id":1,"id":2}"#);
    }

    #[test]
    fn now_is_rfc_3339() {
        let suite = with(r#""relying_party":{"now":"2026-01-01T01:00:00+01:00"},"#).unwrap();
        assert_eq!(suite.cases[0].relying_party.now, Some(Timestamp::from_unix_seconds(1_767_225_600)));
    }

    #[test]
    fn the_four_forms_of_an_expectation_are_read() {
        assert_eq!(expect(r#""accept""#), Ok(Expected::Accept(Map::new())));
        assert_eq!(expect(r#""reject""#), Ok(Expected::Reject(None)));
        let Expected::Accept(members) = expect(r#"{"accept":{"sign_count":1}}"#).unwrap() else { panic!() };
        assert_eq!(members["sign_count"], 1);
        let codes = vec!["origin-mismatch".to_owned()];
        assert_eq!(expect(r#"{"reject":["origin-mismatch"]}"#), Ok(Expected::Reject(Some(codes))));
    }

    #[test]
    fn another_expectation_is_an_error() {
        for text in [
            r#""accepted""#,
            "true",
            "{}",
            r#"{"accept":{},"reject":[]}"#,
            r#"{"accept":{"counter":1}}"#,
            r#"{"refuse":[]}"#,
            r#"{"reject":"origin-mismatch"}"#,
        ] {
            expect(text).expect_err(text);
        }
    }
}
