//! Faults of client data ([section 5.8.1](https://www.w3.org/TR/webauthn-3/#dictionary-client-data)).

use countersign_types::Code;
use serde_json::{Value, json};

use super::definition::Fault;
use crate::{change::Change, members::Members, scenario::Scenario};

const CREATE: Scenario = Scenario::REGISTRATION;
const GET: Scenario = Scenario::AUTHENTICATION;

const fn member(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    scenario: Scenario,
    change: fn(&mut Members),
) -> Fault {
    Fault::new(name, rules, codes, scenario, Change::ClientData(change))
}

const fn malformed(name: &'static str, rules: &'static [u16], change: fn(&mut Members)) -> Fault {
    member(name, rules, &[Code::ClientDataMalformed], CREATE, change)
}

const fn bytes(name: &'static str, rules: &'static [u16], change: fn(&mut Vec<u8>)) -> Fault {
    Fault::new(name, rules, &[Code::ClientDataMalformed], CREATE, Change::ClientDataBytes(change))
}

const fn origin(name: &'static str, rules: &'static [u16], change: fn(&mut Members)) -> Fault {
    member(name, rules, &[Code::OriginMismatch], CREATE, change)
}

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

pub(super) const FAULTS: &[Fault] = &[
    bytes("client-data-not-utf-8", &[22], |bytes| {
        let end = bytes.len().saturating_sub(1);
        bytes.splice(end..end, *b",\"x\":\"\xff\"");
    }),
    bytes("client-data-not-json", &[23], |bytes| {
        bytes.pop();
    }),
    bytes("client-data-trailing", &[23], |bytes| bytes.extend_from_slice(b"{}")),
    bytes("client-data-array", &[23], |bytes| {
        bytes.insert(0, b'[');
        bytes.push(b']');
    }),
    malformed("challenge-twice", &[24], |members| {
        let challenge = members.get("challenge").cloned().unwrap_or_default();
        members.push("challenge", challenge);
    }),
    malformed("origin-twice", &[24], |members| members.push("origin", "https://example.com")),
    malformed("type-in-client-data-missing", &[25], |members| members.remove("type")),
    malformed("type-in-client-data-number", &[25], |members| members.set("type", 1)),
    member("type-of-other-ceremony-at-registration", &[26], TYPE, CREATE, |members| {
        members.set("type", "webauthn.get");
    }),
    member("type-in-capitals", &[26], TYPE, CREATE, |members| members.set("type", "webauthn.Create")),
    member("type-of-other-ceremony-at-authentication", &[27], TYPE, GET, |members| {
        members.set("type", "webauthn.create");
    }),
    member("type-of-payment", &[27, 28], TYPE, GET, |members| members.set("type", "payment.get")),
    malformed("challenge-missing", &[30], |members| members.remove("challenge")),
    malformed("challenge-null", &[30], |members| members.set("challenge", Value::Null)),
    member("challenge-other", &[31], CHALLENGE, CREATE, |members| {
        members.set("challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }),
    member("challenge-other-at-authentication", &[31], CHALLENGE, GET, |members| {
        members.set("challenge", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }),
    member("challenge-prefix", &[32], CHALLENGE, CREATE, |members| {
        change_challenge(members, |text| text.chars().take(40).collect());
    }),
    member("challenge-longer", &[32], CHALLENGE_TEXT, CREATE, |members| {
        change_challenge(members, |text| format!("{text}A"));
    }),
    member("challenge-padded", &[32], CHALLENGE_TEXT, CREATE, |members| {
        change_challenge(members, |text| format!("{text}="));
    }),
    member("challenge-in-other-case", &[32], CHALLENGE_TEXT, CREATE, |members| {
        change_challenge(members, str::to_lowercase);
    }),
    malformed("origin-missing", &[34], |members| members.remove("origin")),
    malformed("origin-number", &[34], |members| members.set("origin", 1)),
    origin("origin-other-host", &[35], |members| members.set("origin", "https://example.com")),
    member("origin-other-host-at-authentication", &[35], &[Code::OriginMismatch], GET, |members| {
        members.set("origin", "https://example.com");
    }),
    origin("origin-same-ending", &[36], |members| members.set("origin", "https://evil-example.org")),
    origin("origin-subdomain", &[37], |members| members.set("origin", "https://login.example.org")),
    origin("origin-other-port", &[38], |members| members.set("origin", "https://example.org:8443")),
    origin("origin-default-port", &[35], |members| members.set("origin", "https://example.org:443")),
    origin("origin-http", &[39], |members| members.set("origin", "http://example.org")),
    origin("origin-with-user", &[40], |members| members.set("origin", "https://jo@example.org")),
    origin("origin-with-path", &[40], |members| members.set("origin", "https://example.org/")),
    origin("origin-null-text", &[40], |members| members.set("origin", "null")),
    origin("origin-of-an-app", &[41], |members| {
        members.set("origin", "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    }),
    origin("origin-in-unicode", &[43], |members| members.set("origin", "https://ex\u{e4}mple.org")),
    origin("origin-percent-encoded", &[43], |members| members.set("origin", "https://ex%61mple.org")),
    origin("origin-in-capitals", &[35], |members| members.set("origin", "https://EXAMPLE.org")),
    malformed("cross-origin-text", &[44], |members| members.set("crossOrigin", "false")),
    member("cross-origin", &[45], CROSS_ORIGIN, CREATE, |members| members.set("crossOrigin", true)),
    member("cross-origin-at-authentication", &[45], CROSS_ORIGIN, GET, |members| {
        members.set("crossOrigin", true);
    }),
    member("top-origin", &[46], CROSS_ORIGIN, CREATE, |members| {
        members.set("crossOrigin", true);
        members.push("topOrigin", "https://example.com");
    }),
    member(
        "top-origin-without-cross-origin",
        &[47],
        &[Code::CrossOriginNotAllowed, Code::ClientDataMalformed, Code::TopOriginMismatch],
        CREATE.with_top_origin(),
        |members| members.set("crossOrigin", false),
    ),
    member("top-origin-not-listed", &[48], &[Code::TopOriginMismatch], CREATE.with_top_origin(), |members| {
        members.set("topOrigin", "https://example.net");
    }),
    member(
        "top-origin-not-listed-at-authentication",
        &[48],
        &[Code::TopOriginMismatch],
        GET.with_top_origin(),
        |members| members.set("topOrigin", "https://example.net"),
    ),
    member("top-origin-missing", &[49], &[Code::TopOriginMismatch], CREATE.with_top_origin(), |members| {
        members.remove("topOrigin");
    }),
    member(
        "top-origin-missing-at-authentication",
        &[49],
        &[Code::TopOriginMismatch],
        GET.with_top_origin(),
        |members| members.remove("topOrigin"),
    ),
    member("top-origin-of-an-app", &[42], &[Code::TopOriginMismatch], CREATE.with_top_origin(), |members| {
        members.set("topOrigin", "android:apk-key-hash:AAAA");
    }),
    malformed("top-origin-number", &[46], |members| {
        members.set("crossOrigin", true);
        members.push("topOrigin", json!(1));
    }),
];
