//! Extensions ([section 10](https://www.w3.org/TR/webauthn-3/#sctn-defined-extensions), and those of
//! [CTAP2](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#sctn-defined-extensions)):
//! the client's part and the authenticator's.

use countersign_cose::hash::sha256;
use countersign_types::{base64url, extensions::ClientExtensionInputs};
use serde_json::{Map, Value, json};

use crate::generator::Generator;
use crate::{
    cbor::Cbor,
    credential::{Credential, CredentialKind},
    generator::hmac,
};

/// The extension outputs of one ceremony.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    /// In authenticator data.
    pub(crate) authenticator: Vec<(Cbor, Cbor)>,
    /// In `clientExtensionResults`.
    pub(crate) client: Map<String, Value>,
}

impl Outputs {
    /// The map in authenticator data; `None` if it would be empty.
    pub(crate) fn map(&self) -> Option<Cbor> {
        let mut map = Cbor::Map(self.authenticator.clone());
        map.sort();
        (!self.authenticator.is_empty()).then_some(map)
    }

    fn of_authenticator(&mut self, name: &str, output: impl Into<Cbor>) {
        self.authenticator.push((name.into(), output.into()));
    }

    fn of_client(&mut self, name: &str, output: impl Into<Value>) {
        self.client.insert(name.to_owned(), output.into());
    }
}

/// The inputs as JSON.
pub(crate) fn inputs(inputs: &ClientExtensionInputs) -> Map<String, Value> {
    match serde_json::to_value(inputs) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// What is kept with a new credential.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    pub(crate) prf_secret: Option<Vec<u8>>,
    pub(crate) blob: Option<Vec<u8>>,
}

/// The shortest PIN of the authenticator.
const MIN_PIN_LENGTH: i64 = 4;

/// The most bytes of a `credBlob`: what CTAP2 demands of an authenticator at least.
const CREDENTIAL_BLOB_MAX: usize = 32;

/// At registration. `secret` is the one of `hmac-secret`, should it be needed.
pub(crate) fn create(
    inputs: &Map<String, Value>,
    kind: CredentialKind,
    secret: impl FnOnce() -> Vec<u8>,
) -> (Outputs, Kept) {
    let (mut outputs, mut kept) = (Outputs::default(), Kept::default());
    if inputs.get("credProps") == Some(&Value::Bool(true)) {
        outputs.of_client("credProps", json!({"rk": kind == CredentialKind::Discoverable}));
    }
    if inputs.contains_key("appidExclude") {
        outputs.of_client("appidExclude", true);
    }
    let level = match inputs.get("credentialProtectionPolicy").and_then(Value::as_str) {
        Some("userVerificationOptional") => Some(1),
        Some("userVerificationOptionalWithCredentialIDList") => Some(2),
        Some("userVerificationRequired") => Some(3),
        _ => None,
    };
    if let Some(level) = level {
        outputs.of_authenticator("credProtect", level);
    }
    if inputs.get("minPinLength") == Some(&Value::Bool(true)) {
        outputs.of_authenticator("minPinLength", MIN_PIN_LENGTH);
    }
    if let Some(blob) = inputs.get("credBlob").and_then(Value::as_str) {
        kept.blob = base64url::decode(blob).ok().filter(|blob| blob.len() <= CREDENTIAL_BLOB_MAX);
        outputs.of_authenticator("credBlob", kept.blob.is_some());
        outputs.of_client("credBlob", kept.blob.is_some());
    }
    if inputs.get("largeBlob").is_some_and(|input| input.get("support").is_some()) {
        outputs.of_client("largeBlob", json!({"supported": kind == CredentialKind::Discoverable}));
    }
    let prf = inputs.get("prf");
    if prf.is_some() || inputs.get("hmacCreateSecret") == Some(&Value::Bool(true)) {
        let secret = secret();
        outputs.of_authenticator("hmac-secret", true);
        if let Some(prf) = prf {
            let mut output = json!({"enabled": true});
            if let (Some(results), Some(output)) =
                (prf.get("eval").and_then(|eval| prf_results(&secret, eval)), output.as_object_mut())
            {
                output.insert("results".to_owned(), results);
            }
            outputs.of_client("prf", output);
        }
        if inputs.contains_key("hmacCreateSecret") {
            outputs.of_client("hmacCreateSecret", true);
        }
        kept.prf_secret = Some(secret);
    }
    user_verification_methods(inputs, &mut outputs);
    (outputs, kept)
}

/// At authentication.
pub(crate) fn get(inputs: &Map<String, Value>, credential: &mut Credential, used_appid: bool) -> Outputs {
    let mut outputs = Outputs::default();
    if inputs.contains_key("appid") {
        outputs.of_client("appid", used_appid);
    }
    if inputs.get("getCredBlob") == Some(&Value::Bool(true)) {
        let blob = credential.blob.clone().unwrap_or_default();
        outputs.of_client("getCredBlob", base64url::encode(&blob));
        outputs.of_authenticator("credBlob", blob);
    }
    if let Some(large_blob) = inputs.get("largeBlob") {
        if let Some(written) = large_blob.get("write").and_then(Value::as_str) {
            credential.large_blob = base64url::decode(written).ok();
            outputs.of_client("largeBlob", json!({"written": credential.large_blob.is_some()}));
        } else if large_blob.get("read") == Some(&Value::Bool(true)) {
            let blob = credential.large_blob.as_ref().map(base64url::encode);
            outputs.of_client("largeBlob", blob.map_or(json!({}), |blob| json!({"blob": blob})));
        }
    }
    if let Some(prf) = inputs.get("prf") {
        prf_assertion(prf, credential, &mut outputs);
    }
    user_verification_methods(inputs, &mut outputs);
    outputs
}

/// [Section 10.1.4](https://www.w3.org/TR/webauthn-3/#prf-extension): the salts of the credential, or of all.
fn prf_assertion(prf: &Value, credential: &Credential, outputs: &mut Outputs) {
    let id = base64url::encode(credential.id.as_bytes());
    let by_credential = prf.get("evalByCredential").and_then(|map| map.get(&id));
    let eval = by_credential.or_else(|| prf.get("eval"));
    let Some(results) =
        credential.prf_secret.as_ref().and_then(|secret| eval.and_then(|eval| prf_results(secret, eval)))
    else {
        outputs.of_client("prf", json!({}));
        return;
    };
    // The encrypted outputs that CTAP2 has, with an initialisation vector before one or two blocks of 32 bytes. Only
    // the client could decrypt them, so any bytes of this length will do.
    let length = if results.get("second").is_some() { 80 } else { 48 };
    let mut generator = Generator::new(&id, "hmac-secret");
    outputs.of_authenticator("hmac-secret", generator.bytes(length));
    outputs.of_client("prf", json!({"results": results}));
}

/// HMAC under the credential's secret of the hash of the domain separator and the salt.
fn prf_results(secret: &[u8], eval: &Value) -> Option<Value> {
    let result = |name: &str| {
        let salt = base64url::decode(eval.get(name)?.as_str()?).ok()?;
        let salt = sha256(&[b"WebAuthn PRF", &[0], &salt]);
        Some(base64url::encode(hmac(secret, &salt)))
    };
    let mut results = json!({"first": result("first")?});
    if let (Some(second), Some(results)) = (result("second"), results.as_object_mut()) {
        results.insert("second".to_owned(), second.into());
    }
    Some(results)
}

/// `uvm` ([section 10.3 of Level 2](https://www.w3.org/TR/webauthn-2/#sctn-uvm-extension)): by fingerprint, in a
/// trusted environment.
fn user_verification_methods(inputs: &Map<String, Value>, outputs: &mut Outputs) {
    if inputs.get("uvm") == Some(&Value::Bool(true)) {
        let triple = [2, 4, 2].map(Cbor::from).to_vec();
        outputs.of_authenticator("uvm", vec![Cbor::Array(triple)]);
        outputs.of_client("uvm", json!([[2, 4, 2]]));
    }
}

#[cfg(test)]
mod tests {
    use countersign_types::hex;

    use super::*;

    /// The vector of the specification's section "Pseudo-random function extension (prf)".
    #[test]
    fn outputs_of_prf_equal_the_vector_of_the_specification() {
        let derived = |number: u8| sha256(&[b"WebAuthn PRF test vectors", &[number]]);
        let input = |number: u8| base64url::encode([&b"WebAuthn PRF test vectors"[..], &[number]].concat());
        let eval = json!({"first": input(2), "second": input(3)});
        let results = prf_results(&derived(6), &eval).unwrap();
        for (name, expected) in [
            ("first", "3c33e07d202c3b029cc21f1722767021bf27d595933b3d2b6a1b9d5dddc77fae"),
            ("second", "a62a8773b19cda90d7ed4ef72a80a804320dbd3997e2f663805ad1fd3293d50b"),
        ] {
            let expected = hex::decode(expected).unwrap();
            assert_eq!(results[name], base64url::encode(expected), "{name}");
        }
    }
}
