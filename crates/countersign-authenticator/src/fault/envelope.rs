//! Faults of the response's JSON ([section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)) and
//! of what it says the credential is.

use countersign_types::{Code, base64url};
use serde_json::{Value, json};

use super::definition::Fault;
use crate::{
    change::Change,
    response::Envelope,
    scenario::{Scenario, SignIn},
};

const CREATE: Scenario = Scenario::REGISTRATION;
const GET: Scenario = Scenario::AUTHENTICATION;
const DISCOVER: Scenario = GET.with_sign_in(SignIn::Discoverable);
const MALFORMED: &[Code] = &[Code::ResponseMalformed];

const fn malformed(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&mut Envelope),
) -> Fault {
    Fault::new(name, rules, MALFORMED, scenario, Change::Envelope(change))
}

const fn text(name: &'static str, rules: &'static [u16], change: fn(&mut String)) -> Fault {
    Fault::new(name, rules, MALFORMED, CREATE, Change::Text(change))
}

/// Sets `id` and `rawId` to the same bytes.
fn set_id(envelope: &mut Envelope, id: &[u8]) {
    envelope.members.set("id", base64url::encode(id));
    envelope.members.set("rawId", base64url::encode(id));
}

pub(super) const FAULTS: &[Fault] = &[
    text("json-empty", &[1], String::clear),
    text("json-array", &[1], |text| *text = format!("[{text}]")),
    text("json-truncated", &[1], |text| {
        text.pop();
    }),
    text("json-trailing-data", &[1], |text| text.push_str("{}")),
    text("json-member-twice", &[15], |text| *text = text.replacen('{', "{\"type\":\"public-key\",", 1)),
    text("json-response-member-twice", &[15], |text| {
        *text = text.replacen("\"response\":{", "\"response\":{\"clientDataJSON\":\"e30\",", 1);
    }),
    text("json-too-long", &[19], |text| text.push_str(&" ".repeat(300_000))),
    malformed("id-missing", &[2], CREATE, |envelope| envelope.members.remove("id")),
    malformed("id-empty", &[2], CREATE, |envelope| set_id(envelope, &[])),
    malformed("raw-id-missing", &[3], CREATE, |envelope| envelope.members.remove("rawId")),
    malformed("id-padded", &[4, 13], CREATE, |envelope| {
        let id = envelope.members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        envelope.members.set("id", format!("{id}="));
    }),
    malformed("id-number", &[4], CREATE, |envelope| envelope.members.set("id", 7)),
    Fault::new(
        "id-other-than-raw-id",
        &[5],
        &[Code::CredentialIdMismatch],
        CREATE,
        Change::Envelope(|envelope| envelope.members.set("id", "AQI")),
    ),
    malformed("type-missing", &[6], CREATE, |envelope| envelope.members.remove("type")),
    malformed("type-other", &[6], CREATE, |envelope| envelope.members.set("type", "password")),
    malformed("response-missing", &[7], CREATE, |envelope| envelope.response = None),
    malformed("response-text", &[7], CREATE, |envelope| {
        envelope.response = None;
        envelope.members.set("response", "{}");
    }),
    malformed("assertion-for-registration", &[7, 9], CREATE, |envelope| {
        envelope.remove("attestationObject");
        envelope.set("authenticatorData", "AA");
        envelope.set("signature", "AA");
    }),
    malformed("client-data-missing", &[8], CREATE, |envelope| envelope.remove("clientDataJSON")),
    malformed("client-data-not-base64url", &[8, 13], CREATE, |envelope| {
        envelope.change_text("clientDataJSON", |text| format!("{text}+"));
    }),
    malformed("attestation-object-missing", &[9], CREATE, |envelope| envelope.remove("attestationObject")),
    malformed("attestation-object-with-white-space", &[13], CREATE, |envelope| {
        envelope.change_text("attestationObject", |text| format!("{text} "));
    }),
    malformed("attestation-object-spare-bits", &[14], CREATE, |envelope| {
        envelope.set("attestationObject", "oR");
    }),
    malformed("authenticator-data-missing", &[10], GET, |envelope| envelope.remove("authenticatorData")),
    malformed("signature-missing", &[11], GET, |envelope| envelope.remove("signature")),
    Fault::new(
        "signature-empty",
        &[11],
        &[Code::SignatureInvalid, Code::ResponseMalformed],
        GET,
        Change::Signature(Vec::clear),
    ),
    malformed("user-handle-not-base64url", &[12], DISCOVER, |envelope| envelope.set("userHandle", "*")),
    malformed("user-handle-too-long", &[12], DISCOVER, |envelope| {
        envelope.set("userHandle", base64url::encode([7; 65]));
    }),
    malformed("transports-text", &[16], CREATE, |envelope| envelope.set("transports", "usb")),
    malformed("transports-numbers", &[16], CREATE, |envelope| envelope.set("transports", json!([1]))),
    malformed("extension-results-array", &[21], CREATE, |envelope| {
        envelope.members.set("clientExtensionResults", json!([]));
    }),
    Fault::new(
        "attested-credential-id-differs",
        &[74],
        &[Code::CredentialIdMismatch],
        CREATE,
        Change::Envelope(|envelope| set_id(envelope, &[1; 32])),
    ),
    Fault::new(
        "credential-not-listed",
        &[289],
        &[Code::CredentialNotAllowed],
        GET,
        Change::Envelope(|envelope| set_id(envelope, &[1; 32])),
    ),
    Fault::new(
        "credential-unknown",
        &[294],
        &[Code::CredentialUnknown],
        DISCOVER,
        Change::Envelope(|envelope| set_id(envelope, &[1; 32])),
    ),
    Fault::new(
        "user-handle-missing",
        &[292],
        &[Code::UserHandleMissing],
        DISCOVER,
        Change::Envelope(|envelope| envelope.remove("userHandle")),
    ),
    Fault::new(
        "user-handle-empty",
        &[292],
        &[Code::UserHandleMissing],
        DISCOVER,
        Change::Envelope(|envelope| envelope.set("userHandle", "")),
    ),
    Fault::new(
        "user-handle-other",
        &[293],
        &[Code::UserHandleMismatch, Code::CredentialUnknown],
        DISCOVER,
        Change::Envelope(|envelope| envelope.set("userHandle", base64url::encode([8; 16]))),
    ),
    Fault::new(
        "user-handle-other-than-identified",
        &[291],
        &[Code::UserHandleMismatch],
        GET,
        Change::Envelope(|envelope| envelope.set("userHandle", base64url::encode([8; 16]))),
    ),
];
