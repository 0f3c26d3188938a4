//! Faults of client data ([section 5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data)).

use countersign_types::Code;
use serde_json::{Value, json};

use super::definition::{Fault, Faults};
use crate::{members::Members, scenario::Scenario};

fn change_challenge(members: &mut Members, change: impl FnOnce(&str) -> String) {
    if let Some(text) = members.get("challenge").and_then(Value::as_str).map(change) {
        members.set("challenge", text);
    }
}

const CHALLENGE: &[Code] = &[Code::ChallengeMismatch];
/// Where the challenge is not base64url any more.
const CHALLENGE_TEXT: &[Code] = &[Code::ChallengeMismatch, Code::ClientDataMalformed];
const TYPE: &[Code] = &[Code::ClientDataTypeMismatch];
const CROSS_ORIGIN: &[Code] = &[Code::CrossOriginNotAllowed];

const CREATE: Faults = Faults::of(Scenario::REGISTRATION, &[Code::ClientDataMalformed]);
const GET: Faults = Faults::of(Scenario::AUTHENTICATION, &[Code::ClientDataMalformed]);
const ORIGIN: Faults = CREATE.codes(&[Code::OriginMismatch]);
const TOP_ORIGIN: Faults = Faults::of(Scenario::REGISTRATION.with_top_origin(), &[Code::TopOriginMismatch]);
const TOP_ORIGIN_GET: Faults =
    Faults::of(Scenario::AUTHENTICATION.with_top_origin(), &[Code::TopOriginMismatch]);

pub(super) const FAULTS: &[Fault] = &[
    CREATE.client_data_bytes("client-data-not-utf-8", &[22], |bytes| {
        let end = bytes.len().saturating_sub(1);
        bytes.splice(end..end, *b",\"x\":\"\xff\"");
    }),
    CREATE.client_data_bytes("client-data-not-json", &[23], |bytes| {
        bytes.pop();
    }),
    CREATE.client_data_bytes("client-data-trailing", &[23], |bytes| bytes.extend_from_slice(b"{}")),
    CREATE.client_data_bytes("client-data-array", &[23], |bytes| {
        bytes.insert(0, b'[');
        bytes.push(b']');
    }),
    CREATE.client_data("challenge-twice", &[24], |members| {
        let challenge = members.get("challenge").cloned().unwrap_or_default();
        members.push("challenge", challenge);
    }),
    CREATE.client_data("origin-twice", &[24], |members| members.push("origin", "https://example.com")),
    CREATE.client_data("type-in-client-data-missing", &[25], |members| members.remove("type")),
    CREATE.client_data("type-in-client-data-number", &[25], |members| members.set("type", 1)),
    CREATE.codes(TYPE).client_data("type-of-other-ceremony-at-registration", &[26], |members| {
        members.set("type", "webauthn.get");
    }),
    CREATE
        .codes(TYPE)
        .client_data("type-in-capitals", &[26], |members| members.set("type", "webauthn.Create")),
    GET.codes(TYPE).client_data("type-of-other-ceremony-at-authentication", &[27], |members| {
        members.set("type", "webauthn.create");
    }),
    GET.codes(TYPE).client_data("type-of-payment", &[27, 28], |members| members.set("type", "payment.get")),
    CREATE.client_data("challenge-missing", &[30], |members| members.remove("challenge")),
    CREATE.client_data("challenge-null", &[30], |members| members.set("challenge", Value::Null)),
    CREATE.codes(CHALLENGE).client_data("challenge-other", &[31], |members| {
        members.set("challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }),
    GET.codes(CHALLENGE).client_data("challenge-other-at-authentication", &[31], |members| {
        members.set("challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }),
    CREATE.codes(CHALLENGE).client_data("challenge-prefix", &[32], |members| {
        change_challenge(members, |text| text.chars().take(40).collect());
    }),
    CREATE.codes(CHALLENGE_TEXT).client_data("challenge-longer", &[32], |members| {
        change_challenge(members, |text| format!("{text}A"));
    }),
    CREATE.codes(CHALLENGE_TEXT).client_data("challenge-padded", &[32], |members| {
        change_challenge(members, |text| format!("{text}="));
    }),
    CREATE.codes(CHALLENGE_TEXT).client_data("challenge-in-other-case", &[32], |members| {
        change_challenge(members, str::to_lowercase);
    }),
    CREATE.client_data("origin-missing", &[34], |members| members.remove("origin")),
    CREATE.client_data("origin-number", &[34], |members| members.set("origin", 1)),
    ORIGIN.client_data("origin-other-host", &[35], |members| members.set("origin", "https://example.com")),
    GET.codes(&[Code::OriginMismatch]).client_data("origin-other-host-at-authentication", &[35], |members| {
        members.set("origin", "https://example.com");
    }),
    ORIGIN.client_data("origin-same-ending", &[36], |members| {
        members.set("origin", "https://evil-example.org");
    }),
    ORIGIN
        .client_data("origin-subdomain", &[37], |members| members.set("origin", "https://login.example.org")),
    ORIGIN
        .client_data("origin-other-port", &[38], |members| members.set("origin", "https://example.org:8443")),
    ORIGIN.client_data("origin-default-port", &[35], |members| {
        members.set("origin", "https://example.org:443");
    }),
    ORIGIN.client_data("origin-http", &[39], |members| members.set("origin", "http://example.org")),
    ORIGIN.client_data("origin-with-user", &[40], |members| members.set("origin", "https://jo@example.org")),
    ORIGIN.client_data("origin-with-path", &[40], |members| members.set("origin", "https://example.org/")),
    ORIGIN.client_data("origin-null-text", &[40], |members| members.set("origin", "null")),
    ORIGIN.client_data("origin-of-an-app", &[41], |members| {
        members.set("origin", "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }),
    ORIGIN
        .client_data("origin-in-unicode", &[43], |members| members.set("origin", "https://ex\u{e4}mple.org")),
    ORIGIN.client_data("origin-percent-encoded", &[43], |members| {
        members.set("origin", "https://ex%61mple.org");
    }),
    ORIGIN.client_data("origin-in-capitals", &[35], |members| members.set("origin", "https://EXAMPLE.org")),
    CREATE.client_data("cross-origin-text", &[44], |members| members.set("crossOrigin", "false")),
    CREATE.codes(CROSS_ORIGIN).client_data("cross-origin", &[45], |members| members.set("crossOrigin", true)),
    GET.codes(CROSS_ORIGIN)
        .client_data("cross-origin-at-authentication", &[45], |members| members.set("crossOrigin", true)),
    CREATE.codes(CROSS_ORIGIN).client_data("top-origin", &[46], |members| {
        members.set("crossOrigin", true);
        members.push("topOrigin", "https://example.com");
    }),
    TOP_ORIGIN
        .codes(&[Code::CrossOriginNotAllowed, Code::ClientDataMalformed, Code::TopOriginMismatch])
        .client_data("top-origin-without-cross-origin", &[47], |members| members.set("crossOrigin", false)),
    TOP_ORIGIN.client_data("top-origin-not-listed", &[48], |members| {
        members.set("topOrigin", "https://example.net");
    }),
    TOP_ORIGIN_GET.client_data("top-origin-not-listed-at-authentication", &[48], |members| {
        members.set("topOrigin", "https://example.net");
    }),
    TOP_ORIGIN.client_data("top-origin-missing", &[49], |members| members.remove("topOrigin")),
    TOP_ORIGIN_GET
        .client_data("top-origin-missing-at-authentication", &[49], |members| members.remove("topOrigin")),
    TOP_ORIGIN.client_data("top-origin-of-an-app", &[42], |members| {
        members.set("topOrigin", "android:apk-key-hash:AAAA");
    }),
    CREATE.client_data("top-origin-number", &[46], |members| {
        members.set("crossOrigin", true);
        members.push("topOrigin", json!(1));
    }),
];
