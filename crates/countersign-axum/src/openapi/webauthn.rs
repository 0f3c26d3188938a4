//! The schemas of the dictionaries in JSON of Web Authentication
//! ([section 5.1.8](https://www.w3.org/TR/webauthn-3/#sctn-parseCreationOptionsFromJSON),
//! [section 5.1.9](https://www.w3.org/TR/webauthn-3/#sctn-parseRequestOptionsFromJSON) and
//! [section 5.1](https://www.w3.org/TR/webauthn-3/#iface-pkcredential)).
//!
//! Enumerations are open, as the specification has them: clients ignore values that they do not support, so the schemas
//! list the defined ones as examples.

use countersign::types::identifiers::{CREDENTIAL_ID_MAX, USER_HANDLE_MAX};
use countersign::types::response::TRANSPORTS_MAX;
use serde_json::{Map, Value, json};

use super::schema::reference;
use super::schemas::base64url;

/// The schemas by the names that the specification gives the dictionaries.
pub(super) fn schemas() -> Map<String, Value> {
    let all = [
        ("PublicKeyCredentialCreationOptionsJSON", creation_options()),
        ("PublicKeyCredentialRequestOptionsJSON", request_options()),
        ("PublicKeyCredentialRpEntity", rp_entity()),
        ("PublicKeyCredentialUserEntityJSON", user_entity()),
        ("PublicKeyCredentialParameters", parameters()),
        ("PublicKeyCredentialDescriptorJSON", descriptor()),
        ("AuthenticatorSelectionCriteria", selection()),
        ("AuthenticationExtensionsClientInputsJSON", extension_inputs()),
        ("AuthenticationExtensionsClientOutputsJSON", extension_outputs()),
        ("RegistrationResponseJSON", registration_response()),
        ("AuthenticatorAttestationResponseJSON", attestation_response()),
        ("AuthenticationResponseJSON", authentication_response()),
        ("AuthenticatorAssertionResponseJSON", assertion_response()),
    ];
    all.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// Bytes of a response, whose number only the limit of the whole body limits.
fn bytes() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$" })
}

/// An open enumeration with these values.
fn open(values: &[&str]) -> Value {
    json!({ "type": "string", "examples": values })
}

fn public_key() -> Value {
    json!({ "type": "string", "const": "public-key" })
}

fn challenge() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z0-9_-]+$", "minLength": 22 })
}

fn timeout() -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX, "description": "Milliseconds." })
}

fn transports() -> Value {
    let values = open(&["usb", "nfc", "ble", "smart-card", "hybrid", "internal"]);
    json!({ "type": "array", "items": values, "maxItems": TRANSPORTS_MAX })
}

fn hints() -> Value {
    json!({ "type": "array", "items": open(&["security-key", "client-device", "hybrid"]) })
}

fn descriptors() -> Value {
    json!({ "type": "array", "items": reference("PublicKeyCredentialDescriptorJSON") })
}

fn user_verification() -> Value {
    open(&["required", "preferred", "discouraged"])
}

fn creation_options() -> Value {
    json!({
        "type": "object",
        "required": ["rp", "user", "challenge", "pubKeyCredParams"],
        "properties": {
            "rp": reference("PublicKeyCredentialRpEntity"),
            "user": reference("PublicKeyCredentialUserEntityJSON"),
            "challenge": challenge(),
            "pubKeyCredParams": {
                "type": "array", "minItems": 1, "items": reference("PublicKeyCredentialParameters"),
            },
            "timeout": timeout(),
            "excludeCredentials": descriptors(),
            "authenticatorSelection": reference("AuthenticatorSelectionCriteria"),
            "hints": hints(),
            "attestation": open(&["none", "indirect", "direct", "enterprise"]),
            "attestationFormats": { "type": "array", "items": { "type": "string" } },
            "extensions": reference("AuthenticationExtensionsClientInputsJSON"),
        },
        "additionalProperties": false,
    })
}

fn request_options() -> Value {
    json!({
        "type": "object",
        "required": ["challenge"],
        "properties": {
            "challenge": challenge(),
            "timeout": timeout(),
            "rpId": { "type": "string" },
            "allowCredentials": descriptors(),
            "userVerification": user_verification(),
            "hints": hints(),
            "extensions": reference("AuthenticationExtensionsClientInputsJSON"),
        },
        "additionalProperties": false,
    })
}

fn rp_entity() -> Value {
    json!({
        "type": "object",
        "required": ["name"],
        "properties": { "id": { "type": "string" }, "name": { "type": "string" } },
        "additionalProperties": false,
    })
}

fn user_entity() -> Value {
    json!({
        "type": "object",
        "required": ["id", "name", "displayName"],
        "properties": {
            "id": base64url(USER_HANDLE_MAX),
            "name": { "type": "string" },
            "displayName": { "type": "string" },
        },
        "additionalProperties": false,
    })
}

fn parameters() -> Value {
    json!({
        "type": "object",
        "required": ["type", "alg"],
        "properties": {
            "type": public_key(),
            "alg": { "type": "integer", "description": "A COSE algorithm identifier.", "examples": [-8, -7, -257] },
        },
        "additionalProperties": false,
    })
}

fn descriptor() -> Value {
    json!({
        "type": "object",
        "required": ["type", "id"],
        "properties": {
            "type": public_key(), "id": base64url(CREDENTIAL_ID_MAX), "transports": transports(),
        },
        "additionalProperties": false,
    })
}

fn selection() -> Value {
    json!({
        "type": "object",
        "properties": {
            "authenticatorAttachment": open(&["platform", "cross-platform"]),
            "residentKey": open(&["discouraged", "preferred", "required"]),
            "requireResidentKey": { "type": "boolean" },
            "userVerification": user_verification(),
        },
        "additionalProperties": false,
    })
}

/// The inputs and outputs of a pseudo-random function.
fn prf_values() -> Value {
    json!({
        "type": "object",
        "required": ["first"],
        "properties": { "first": { "type": "string" }, "second": { "type": "string" } },
    })
}

fn extension_inputs() -> Value {
    json!({
        "type": "object",
        "properties": {
            "appid": { "type": "string" },
            "appidExclude": { "type": "string" },
            "credProps": { "type": "boolean" },
            "prf": {
                "type": "object",
                "properties": {
                    "eval": prf_values(),
                    "evalByCredential": { "type": "object", "additionalProperties": prf_values() },
                },
            },
            "largeBlob": {
                "type": "object",
                "properties": {
                    "support": open(&["required", "preferred"]),
                    "read": { "type": "boolean" },
                    "write": { "type": "string" },
                },
            },
            "credentialProtectionPolicy": open(&[
                "userVerificationOptional", "userVerificationOptionalWithCredentialIDList",
                "userVerificationRequired",
            ]),
            "enforceCredentialProtectionPolicy": { "type": "boolean" },
            "minPinLength": { "type": "boolean" },
        },
    })
}

fn extension_outputs() -> Value {
    json!({
        "type": "object",
        "properties": {
            "appid": { "type": "boolean" },
            "appidExclude": { "type": "boolean" },
            "credProps": { "type": "object", "properties": { "rk": { "type": "boolean" } } },
            "prf": {
                "type": "object",
                "properties": { "enabled": { "type": "boolean" }, "results": prf_values() },
            },
            "largeBlob": {
                "type": "object",
                "properties": {
                    "supported": { "type": "boolean" },
                    "blob": { "type": "string" },
                    "written": { "type": "boolean" },
                },
            },
        },
    })
}

/// The members that both responses have around `response`.
fn envelope(response: &str) -> Value {
    json!({
        "type": "object",
        "required": ["id", "rawId", "type", "response"],
        "properties": {
            "id": base64url(CREDENTIAL_ID_MAX),
            "rawId": base64url(CREDENTIAL_ID_MAX),
            "type": public_key(),
            "authenticatorAttachment": {
                "type": ["string", "null"], "examples": ["platform", "cross-platform"],
            },
            "clientExtensionResults": reference("AuthenticationExtensionsClientOutputsJSON"),
            "response": reference(response),
        },
    })
}

fn registration_response() -> Value {
    envelope("AuthenticatorAttestationResponseJSON")
}

fn authentication_response() -> Value {
    envelope("AuthenticatorAssertionResponseJSON")
}

fn attestation_response() -> Value {
    json!({
        "type": "object",
        "required": ["clientDataJSON", "attestationObject"],
        "properties": {
            "clientDataJSON": bytes(),
            "attestationObject": bytes(),
            "authenticatorData": bytes(),
            "transports": transports(),
            "publicKey": { "anyOf": [bytes(), { "type": "null" }] },
            "publicKeyAlgorithm": { "type": "integer" },
        },
    })
}

fn assertion_response() -> Value {
    json!({
        "type": "object",
        "required": ["clientDataJSON", "authenticatorData", "signature"],
        "properties": {
            "clientDataJSON": bytes(),
            "authenticatorData": bytes(),
            "signature": bytes(),
            "userHandle": { "anyOf": [base64url(USER_HANDLE_MAX), { "type": "null" }] },
        },
    })
}
