//! The conformance format, schema 1, as `docs/CONFORMANCE.md` describes it: what a suite may say, and
//! nothing else. An unknown member is an error, for a typing mistake must not pass as a check.

use std::collections::BTreeMap;

use countersign::types::{Base64Url, Timestamp};
use serde::{Deserialize, Deserializer, de, de::value::MapAccessDeserializer};
use serde_json::{Map, Value, value::RawValue};

/// The only version of the format there is.
pub(crate) const SCHEMA: u64 = 1;

/// One file: a set of cases with the anchors that they name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suite {
    /// Looked at before the rest is read.
    #[serde(rename = "schema")]
    _schema: u64,
    /// Unique among the suites of one run.
    #[serde(rename = "suite")]
    pub(crate) name: String,
    /// Where the cases come from: for people.
    #[serde(rename = "source")]
    _source: Option<String>,
    /// Trust anchors by name.
    #[serde(default)]
    pub(crate) anchors: BTreeMap<String, Base64Url>,
    pub(crate) cases: Vec<Case>,
}

/// One registration, authentications after it, or both.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    /// Unique in its suite.
    pub(crate) id: String,
    /// One line: for people.
    pub(crate) title: Option<String>,
    #[serde(default)]
    pub(crate) relying_party: Settings,
    pub(crate) credential: Option<StoredCredential>,
    pub(crate) registration: Option<Registration>,
    #[serde(default)]
    pub(crate) authentications: Vec<Authentication>,
}

/// `relying_party`: how the relying party of a case is set up. What is absent has the format's default.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) id: Option<String>,
    pub(crate) origins: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) cross_origin: bool,
    /// `None` accepts any, an empty list none.
    pub(crate) top_origins: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) user_verification: UserVerification,
    #[serde(default)]
    pub(crate) conditional_create: bool,
    /// `None` is whatever can be verified.
    pub(crate) algorithms: Option<Vec<i64>>,
    #[serde(default)]
    pub(crate) android_key_absent: Choice,
    #[serde(default)]
    pub(crate) attestation: AttestationSettings,
    #[serde(default)]
    pub(crate) sign_count: SignCount,
    #[serde(default, deserialize_with = "rfc_3339")]
    pub(crate) now: Option<Timestamp>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum UserVerification {
    Required,
    #[default]
    Preferred,
    Discouraged,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Choice {
    Accept,
    #[default]
    Reject,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum SignCount {
    #[default]
    Reject,
    Report,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttestationSettings {
    #[serde(default)]
    pub(crate) trust: Trust,
    /// Names from the suite's `anchors`, or certificates.
    #[serde(default)]
    pub(crate) anchors: Vec<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Trust {
    #[default]
    Unassessed,
    Required,
}

/// `credential`: the stored record of a case without a registration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredCredential {
    pub(crate) id: Base64Url,
    pub(crate) public_key: Base64Url,
    #[serde(default)]
    pub(crate) sign_count: u32,
    #[serde(default)]
    pub(crate) backup_eligible: bool,
    #[serde(default)]
    pub(crate) backup_state: bool,
    #[serde(default = "yes")]
    pub(crate) uv_initialized: bool,
    pub(crate) user_handle: Option<Base64Url>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    pub(crate) challenge: Base64Url,
    #[serde(default, deserialize_with = "any_json")]
    response: Option<Box<RawValue>>,
    response_text: Option<String>,
    /// Credential IDs that are known already.
    #[serde(default)]
    pub(crate) registered: Vec<Base64Url>,
    pub(crate) user_handle: Option<Base64Url>,
    pub(crate) expect: Expectation,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Authentication {
    pub(crate) challenge: Base64Url,
    #[serde(default, deserialize_with = "any_json")]
    response: Option<Box<RawValue>>,
    response_text: Option<String>,
    /// Credential IDs listed in `allowCredentials`.
    #[serde(default)]
    pub(crate) allow: Vec<Base64Url>,
    pub(crate) user_handle: Option<Base64Url>,
    #[serde(default)]
    pub(crate) discoverable: bool,
    pub(crate) appid: Option<String>,
    pub(crate) expect: Expectation,
}

impl Registration {
    /// The response as it came over the wire.
    pub(crate) fn response(&self) -> &[u8] {
        wire(self.response.as_deref(), self.response_text.as_deref())
    }
}

impl Authentication {
    /// The response as it came over the wire.
    pub(crate) fn response(&self) -> &[u8] {
        wire(self.response.as_deref(), self.response_text.as_deref())
    }
}

fn wire<'a>(response: Option<&'a RawValue>, text: Option<&'a str>) -> &'a [u8] {
    text.or(response.map(RawValue::get)).unwrap_or_default().as_bytes()
}

/// `expect`: what must come out of a step, and the text of it for the report.
#[derive(Debug)]
pub(crate) struct Expectation {
    pub(crate) text: Value,
    pub(crate) outcome: Expected,
}

#[derive(Debug, PartialEq)]
pub(crate) enum Expected {
    /// Accepted, and each of these members has its value in the outcome.
    Accept(Map<String, Value>),
    /// Rejected with one of these codes; any where there is no list.
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
        let outcome = serde_json::from_str(json.get()).map_err(de::Error::custom)?;
        let text = serde_json::from_str(json.get()).map_err(de::Error::custom)?;
        Ok(Self { text, outcome })
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
    /// Reads one suite and holds it against the format.
    pub(crate) fn from_json(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Probe {
            schema: Value,
        }
        let Probe { schema } = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if schema != SCHEMA {
            return Err(format!("schema {schema} is not known, only {SCHEMA}"));
        }
        let suite: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        suite.check()?;
        Ok(suite)
    }

    /// What the format demands and the types above don't.
    fn check(&self) -> Result<(), String> {
        let mut ids = std::collections::BTreeSet::new();
        for case in &self.cases {
            let complain = |what: String| Err(format!("case `{}`: {what}", case.id));
            if !ids.insert(&case.id) {
                return complain("its id stands twice".to_owned());
            }
            if case.registration.is_none() && case.authentications.is_empty() {
                return complain("it has no step, so it checks nothing".to_owned());
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

    /// The certificate that a case's `attestation.anchors` means: by its name, or itself as base64url.
    pub(crate) fn anchor(&self, name: &str) -> Option<Vec<u8>> {
        match self.anchors.get(name) {
            Some(certificate) => Some(certificate.to_vec()),
            None => countersign::types::base64url::decode(name).ok(),
        }
    }
}

const fn yes() -> bool {
    true
}

/// Any JSON, `null` too, which is then a response like another.
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
        assert_eq!(suite.cases[0].registration.as_ref().unwrap().response(), b"null");
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
    fn ids_stand_once() {
        let case = format!(r#"{{"id":"a","registration":{STEP}}}"#);
        assert!(suite(&format!("{case},{case}")).unwrap_err().contains("twice"));
    }

    #[test]
    fn a_case_without_a_step_is_an_error() {
        assert!(suite(r#"{"id":"a"}"#).unwrap_err().contains("no step"));
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
        assert_eq!(suite.cases[0].authentications[0].response(), br#"{"id":1,"id":2}"#);
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
