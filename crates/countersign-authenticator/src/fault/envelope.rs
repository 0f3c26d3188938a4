//! Faults of the response's JSON ([section 5.1](https://www.w3.org/TR/webauthn-3/#dictdef-registrationresponsejson)) and
//! of what it says the credential is.

use countersign_types::{Code, base64url};
use serde_json::{Value, json};

use super::definition::{Fault, Faults};
use crate::{
    response::Envelope,
    scenario::{Scenario, SignIn},
};

/// Sets `id` and `rawId` to the same bytes.
fn set_id(envelope: &mut Envelope, id: &[u8]) {
    envelope.members.set("id", base64url::encode(id));
    envelope.members.set("rawId", base64url::encode(id));
}

const CREATE: Faults = Faults::of(Scenario::REGISTRATION, &[Code::ResponseMalformed]);
const GET: Faults = Faults::of(Scenario::AUTHENTICATION, &[Code::ResponseMalformed]);
const DISCOVER: Faults =
    Faults::of(Scenario::AUTHENTICATION.with_sign_in(SignIn::Discoverable), &[Code::ResponseMalformed]);

pub(super) const FAULTS: &[Fault] = &[
    CREATE.text("json-empty", &[1], String::clear),
    CREATE.text("json-array", &[1], |text| *text = format!("[{text}]")),
    CREATE.text("json-truncated", &[1], |text| {
        text.pop();
    }),
    CREATE.text("json-trailing-data", &[1], |text| text.push_str("{}")),
    CREATE
        .text("json-member-twice", &[15], |text| *text = text.replacen('{', "{\"type\":\"public-key\",", 1)),
    CREATE.text("json-response-member-twice", &[15], |text| {
        *text = text.replacen("\"response\":{", "\"response\":{\"clientDataJSON\":\"e30\",", 1);
    }),
    CREATE.text("json-too-long", &[19], |text| text.push_str(&" ".repeat(300_000))),
    CREATE.envelope("id-missing", &[2], |envelope| envelope.members.remove("id")),
    CREATE.envelope("id-empty", &[2], |envelope| set_id(envelope, &[])),
    CREATE.envelope("raw-id-missing", &[3], |envelope| envelope.members.remove("rawId")),
    CREATE.envelope("id-padded", &[4, 13], |envelope| {
        let id = envelope.members.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        envelope.members.set("id", format!("{id}="));
    }),
    CREATE.envelope("id-number", &[4], |envelope| envelope.members.set("id", 7)),
    CREATE
        .codes(&[Code::CredentialIdMismatch])
        .envelope("id-other-than-raw-id", &[5], |envelope| envelope.members.set("id", "AQI")),
    CREATE.envelope("type-missing", &[6], |envelope| envelope.members.remove("type")),
    CREATE.envelope("type-other", &[6], |envelope| envelope.members.set("type", "password")),
    CREATE.envelope("response-missing", &[7], |envelope| envelope.response = None),
    CREATE.envelope("response-text", &[7], |envelope| {
        envelope.response = None;
        envelope.members.set("response", "{}");
    }),
    CREATE.envelope("assertion-for-registration", &[7, 9], |envelope| {
        envelope.remove("attestationObject");
        envelope.set("authenticatorData", "AA");
        envelope.set("signature", "AA");
    }),
    CREATE.envelope("client-data-missing", &[8], |envelope| envelope.remove("clientDataJSON")),
    CREATE.envelope("client-data-not-base64url", &[8, 13], |envelope| {
        envelope.change_text("clientDataJSON", |text| format!("{text}+"));
    }),
    CREATE.envelope("attestation-object-missing", &[9], |envelope| envelope.remove("attestationObject")),
    CREATE.envelope("attestation-object-with-white-space", &[13], |envelope| {
        envelope.change_text("attestationObject", |text| format!("{text} "));
    }),
    CREATE
        .envelope("attestation-object-spare-bits", &[14], |envelope| envelope.set("attestationObject", "oR")),
    GET.envelope("authenticator-data-missing", &[10], |envelope| envelope.remove("authenticatorData")),
    GET.envelope("signature-missing", &[11], |envelope| envelope.remove("signature")),
    GET.codes(&[Code::SignatureInvalid, Code::ResponseMalformed]).signature(
        "signature-empty",
        &[11],
        Vec::clear,
    ),
    DISCOVER.envelope("user-handle-not-base64url", &[12], |envelope| envelope.set("userHandle", "*")),
    DISCOVER.envelope("user-handle-too-long", &[12], |envelope| {
        envelope.set("userHandle", base64url::encode([7; 65]));
    }),
    CREATE.envelope("transports-text", &[16], |envelope| envelope.set("transports", "usb")),
    CREATE.envelope("transports-numbers", &[16], |envelope| envelope.set("transports", json!([1]))),
    CREATE.envelope("extension-results-array", &[21], |envelope| {
        envelope.members.set("clientExtensionResults", json!([]));
    }),
    CREATE.codes(&[Code::CredentialIdMismatch]).envelope(
        "attested-credential-id-differs",
        &[74],
        |envelope| set_id(envelope, &[1; 32]),
    ),
    GET.codes(&[Code::CredentialNotAllowed])
        .envelope("credential-not-listed", &[289], |envelope| set_id(envelope, &[1; 32])),
    DISCOVER
        .codes(&[Code::CredentialUnknown])
        .envelope("credential-unknown", &[294], |envelope| set_id(envelope, &[1; 32])),
    DISCOVER
        .codes(&[Code::UserHandleMissing])
        .envelope("user-handle-missing", &[292], |envelope| envelope.remove("userHandle")),
    DISCOVER
        .codes(&[Code::UserHandleMissing])
        .envelope("user-handle-empty", &[292], |envelope| envelope.set("userHandle", "")),
    DISCOVER.codes(&[Code::UserHandleMismatch, Code::CredentialUnknown]).envelope(
        "user-handle-other",
        &[293],
        |envelope| envelope.set("userHandle", base64url::encode([8; 16])),
    ),
    GET.codes(&[Code::UserHandleMismatch]).envelope(
        "user-handle-other-than-identified",
        &[291],
        |envelope| envelope.set("userHandle", base64url::encode([8; 16])),
    ),
];
