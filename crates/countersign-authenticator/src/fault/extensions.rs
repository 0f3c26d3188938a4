//! Faults of extension outputs ([section 9](https://www.w3.org/TR/webauthn-3/#sctn-extensions)) that were asked for.

use countersign_types::Code;
use serde_json::{Map, Value, json};

use super::definition::{Fault, Faults};
use crate::{
    cbor::Cbor,
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

const CREATE_INVALID: Faults = Faults::of(CREATE, &[Code::ExtensionInvalid]);
const GET_INVALID: Faults = Faults::of(GET, &[Code::ExtensionInvalid]);
const NOT_ACCEPTED: &[Code] = &[Code::ExtensionNotAccepted];

pub(super) const FAULTS: &[Fault] = &[
    CREATE_INVALID.envelope("cred-props-array", &[316], |envelope| set(envelope, "credProps", json!([]))),
    CREATE_INVALID
        .envelope("cred-props-rk-text", &[316], |envelope| set(envelope, "credProps", json!({"rk": "true"}))),
    GET_INVALID.envelope("large-blob-text", &[316], |envelope| set(envelope, "largeBlob", json!(""))),
    CREATE_INVALID.data("cred-blob-text", &[316], |data| output(data, "credBlob", "true")),
    CREATE_INVALID.data("cred-protect-out-of-range", &[319], |data| output(data, "credProtect", 4)),
    CREATE_INVALID.data("cred-protect-text", &[316, 319], |data| output(data, "credProtect", "2")),
    Faults::of(CREATE, NOT_ACCEPTED)
        .data("cred-protect-weaker", &[318], |data| output(data, "credProtect", 1)),
    Faults::of(ENFORCED, NOT_ACCEPTED).data("cred-protect-absent-though-enforced", &[317], |data| {
        data.extensions = None;
        data.flags &= !flags::EXTENSION_DATA;
    }),
    CREATE_INVALID.data("min-pin-length-text", &[320], |data| output(data, "minPinLength", "4")),
    GET_INVALID.envelope("prf-enabled-at-authentication", &[322], |envelope| {
        set(envelope, "prf", json!({"enabled": true}));
    }),
    CREATE_INVALID.data("hmac-secret-text", &[326], |data| output(data, "hmac-secret", "true")),
    GET_INVALID.data("hmac-secret-short", &[326], |data| {
        output(data, "hmac-secret", vec![7; 16]);
    }),
    CREATE_INVALID.envelope("prf-not-enabled-with-hmac-secret", &[327], |envelope| {
        set(envelope, "prf", json!({"enabled": false}));
    }),
    GET_INVALID.envelope("large-blob-supported-at-authentication", &[328], |envelope| {
        set(envelope, "largeBlob", json!({"supported": true}));
    }),
    CREATE_INVALID.envelope("large-blob-written-at-registration", &[328], |envelope| {
        set(envelope, "largeBlob", json!({"written": true}));
    }),
    CREATE_INVALID.data("uvm-of-four", &[336], |data| {
        let triple = Cbor::Array(vec![2.into(), 4.into(), 2.into()]);
        output(data, "uvm", vec![triple; 4]);
    }),
    GET_INVALID.data("uvm-of-pairs", &[336], |data| {
        output(data, "uvm", vec![Cbor::Array(vec![2.into(), 4.into()])]);
    }),
    Faults::of(Scenario::REGISTRATION, NOT_ACCEPTED).envelope(
        "remote-client-data-unasked",
        &[338],
        |envelope| set(envelope, "remoteClientDataJSON", json!(true)),
    ),
];
