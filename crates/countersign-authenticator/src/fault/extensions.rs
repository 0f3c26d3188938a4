//! Faults of extension outputs ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)) that were asked for.

use countersign_types::Code;
use serde_json::{Map, Value, json};

use super::definition::Fault;
use crate::{
    cbor::Cbor,
    change::Change,
    response::{AuthenticatorDataDraft, Envelope, flags},
    scenario::Scenario,
};

const CREATE: Scenario = Scenario::REGISTRATION.with_extensions(
    r#"{"credProps":true,"prf":{},"minPinLength":true,"uvm":true,"credBlob":"AQI","largeBlob":{"support":"preferred"},
        "credentialProtectionPolicy":"userVerificationOptionalWithCredentialIDList"}"#,
    "{}",
);
const GET: Scenario = Scenario::AUTHENTICATION.with_extensions(
    r#"{"prf":{},"largeBlob":{"support":"preferred"}}"#,
    r#"{"prf":{"eval":{"first":"AQI"}},"largeBlob":{"read":true},"uvm":true,"getCredBlob":true}"#,
);
// Such a protection is requested if user verification is required.
const ENFORCED: Scenario = Scenario::REGISTRATION.with_required_verification().with_extensions(
    r#"{"credentialProtectionPolicy":"userVerificationRequired","enforceCredentialProtectionPolicy":true}"#,
    "{}",
);
const INVALID: &[Code] = &[Code::ExtensionInvalid];
const NOT_ACCEPTED: &[Code] = &[Code::ExtensionNotAccepted];

const fn client(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&mut Envelope),
) -> Fault {
    Fault::new(name, rules, INVALID, scenario, Change::Envelope(change))
}

const fn authenticator(
    name: &'static str,
    rules: &'static [u16],
    codes: &'static [Code],
    scenario: Scenario,
    change: fn(&mut AuthenticatorDataDraft),
) -> Fault {
    Fault::new(name, rules, codes, scenario, Change::AuthenticatorData(change))
}

/// Changes the results of extensions.
pub(super) fn results(envelope: &mut Envelope, change: impl FnOnce(&mut Map<String, Value>)) {
    if let Some(Value::Object(mut results)) = envelope.members.get("clientExtensionResults").cloned() {
        change(&mut results);
        envelope.members.set("clientExtensionResults", results);
    }
}

/// The result of one extension.
pub(super) fn set(envelope: &mut Envelope, name: &str, output: Value) {
    results(envelope, |results| drop(results.insert(name.to_owned(), output)));
}

/// The output of one extension in authenticator data.
fn output(data: &mut AuthenticatorDataDraft, name: &str, output: impl Into<Cbor>) {
    if let Some(extensions) = &mut data.extensions {
        extensions.set(name, output);
    }
}

pub(super) const FAULTS: &[Fault] = &[
    client("cred-props-array", &[316], CREATE, |envelope| set(envelope, "credProps", json!([]))),
    client("cred-props-rk-text", &[316], CREATE, |envelope| {
        set(envelope, "credProps", json!({"rk": "true"}));
    }),
    client("large-blob-text", &[316], GET, |envelope| set(envelope, "largeBlob", json!(""))),
    authenticator("cred-blob-text", &[316], INVALID, CREATE, |data| output(data, "credBlob", "true")),
    authenticator("cred-protect-out-of-range", &[319], INVALID, CREATE, |data| {
        output(data, "credProtect", 4);
    }),
    authenticator("cred-protect-text", &[316, 319], INVALID, CREATE, |data| output(data, "credProtect", "2")),
    authenticator("cred-protect-weaker", &[318], NOT_ACCEPTED, CREATE, |data| output(data, "credProtect", 1)),
    authenticator("cred-protect-absent-though-enforced", &[317], NOT_ACCEPTED, ENFORCED, |data| {
        data.extensions = None;
        data.flags &= !flags::EXTENSION_DATA;
    }),
    authenticator("min-pin-length-text", &[320], INVALID, CREATE, |data| output(data, "minPinLength", "4")),
    client("prf-enabled-at-authentication", &[322], GET, |envelope| {
        set(envelope, "prf", json!({"enabled": true}));
    }),
    authenticator("hmac-secret-text", &[326], INVALID, CREATE, |data| output(data, "hmac-secret", "true")),
    authenticator("hmac-secret-short", &[326], INVALID, GET, |data| {
        output(data, "hmac-secret", vec![7; 16]);
    }),
    client("prf-not-enabled-with-hmac-secret", &[327], CREATE, |envelope| {
        set(envelope, "prf", json!({"enabled": false}));
    }),
    client("large-blob-supported-at-authentication", &[328], GET, |envelope| {
        set(envelope, "largeBlob", json!({"supported": true}));
    }),
    client("large-blob-written-at-registration", &[328], CREATE, |envelope| {
        set(envelope, "largeBlob", json!({"written": true}));
    }),
    authenticator("uvm-of-four", &[336], INVALID, CREATE, |data| {
        let triple = Cbor::Array(vec![2.into(), 4.into(), 2.into()]);
        output(data, "uvm", vec![triple; 4]);
    }),
    authenticator("uvm-of-pairs", &[336], INVALID, GET, |data| {
        output(data, "uvm", vec![Cbor::Array(vec![2.into(), 4.into()])]);
    }),
    Fault::new(
        "remote-client-data-unasked",
        &[338],
        NOT_ACCEPTED,
        Scenario::REGISTRATION,
        Change::Envelope(|envelope| set(envelope, "remoteClientDataJSON", json!(true))),
    ),
];
