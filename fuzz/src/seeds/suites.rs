//! What the accepted cases of our own conformance suites hold for each target.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    sync::LazyLock,
};

use countersign_cose::hash::sha256;
use countersign_types::{
    AttestationObject, AuthenticationResponse, AuthenticatorData, RegistrationResponse, base64url,
};
use serde_json::Value;

/// The inputs by the target's name, and the known data that the oracles compare with; in the order of the suites, nothing
/// twice.
#[derive(Default)]
pub(super) struct Derived(BTreeMap<String, Vec<Vec<u8>>>, BTreeSet<(String, Vec<u8>)>);

/// All of it.
pub(super) static DERIVED: LazyLock<BTreeMap<String, Vec<Vec<u8>>>> = LazyLock::new(|| {
    let mut all = Derived::default();
    for case in ["test-vectors", "authenticator-formats"].into_iter().flat_map(cases) {
        seed(&case, &mut all).unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
    }
    all.0
});

/// The cases of one of our suites.
pub(super) fn cases(suite: &str) -> Vec<Value> {
    let path = super::folder().join("../conformance").join(suite).with_extension("json");
    let suite: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    suite["cases"].as_array().unwrap().clone()
}

impl Derived {
    fn add(&mut self, target: &str, data: &[u8]) {
        if self.1.insert((target.to_owned(), data.to_vec())) {
            self.0.entry(target.to_owned()).or_default().push(data.to_vec());
        }
    }
}

fn accepted(step: &Value) -> bool {
    step["expect"] == "accept" || step["expect"].get("accept").is_some()
}

fn seed(case: &Value, into: &mut Derived) -> Result<(), Box<dyn Error>> {
    let mut key = case.pointer("/credential/public_key").and_then(Value::as_str).map(str::to_owned);
    if let Some(step) = case.get("registration").filter(|step| accepted(step)) {
        let text = serde_json::to_vec(&step["response"])?;
        let response = RegistrationResponse::from_json(&text)?;
        into.add("registration_response", &text);
        into.add("registration_ceremony", &text);
        into.add("client_data", response.client_data_json());
        let bytes = response.attestation_object();
        let object = AttestationObject::parse(bytes)?;
        into.add("attestation_object", bytes);
        into.add("strict_cbor", bytes);
        into.add("authenticator_data", object.authenticator_data);
        let data = AuthenticatorData::parse(object.authenticator_data)?;
        let credential = data.attested_credential_data.ok_or("no attested credential data")?;
        into.add("cose_key", credential.public_key);
        into.add("strict_cbor", credential.public_key);
        key = Some(base64url::encode(credential.public_key));
        if object.format != "none" {
            let seed = [&sha256(&[response.client_data_json()]), bytes].concat();
            into.add("attestations", &seed);
            into.add(&format!("attestation_{}", object.format.replace('-', "_")), &seed);
            certificates(object.statement, into)?;
        }
    }
    let steps = case.get("authentications").and_then(Value::as_array);
    for step in steps.into_iter().flatten().filter(|step| accepted(step)) {
        let text = serde_json::to_vec(&step["response"])?;
        let response = AuthenticationResponse::from_json(&text)?;
        into.add("authentication_response", &text);
        into.add("authentication_ceremony", &text);
        into.add("client_data", response.client_data_json());
        into.add("authenticator_data", response.authenticator_data());
        if let Some(key) = &key {
            let hash = sha256(&[response.client_data_json()]);
            let parts =
                [&base64url::decode(key)?, response.authenticator_data(), &hash, response.signature()];
            into.add("assertions", &pieces(&parts)?);
        }
    }
    Ok(())
}

/// The certificates of `x5c`, one by one and as a path.
fn certificates(statement: &[u8], into: &mut Derived) -> Result<(), Box<dyn Error>> {
    let value: ciborium::Value = ciborium::from_reader(statement)?;
    for (name, value) in value.as_map().into_iter().flatten() {
        if name.as_text() != Some("x5c") {
            continue;
        }
        let x5c: Vec<_> = value.as_array().into_iter().flatten().filter_map(|it| it.as_bytes()).collect();
        for certificate in &x5c {
            into.add("certificate", certificate);
            if let Ok(certificate) = countersign_attestation::Certificate::from_der(certificate) {
                into.add("spki_key", certificate.subject_public_key_info());
            }
        }
        let last = 1_u8.checked_shl(u32::try_from(x5c.len().saturating_sub(1))?).unwrap_or(0);
        let x5c: Vec<&[u8]> = x5c.into_iter().map(Vec::as_slice).collect();
        let now = 1_767_225_600_u32.to_be_bytes();
        into.add("certificate_path", &[[last].as_slice(), &now, &pieces(&x5c)?].concat());
    }
    Ok(())
}

fn pieces(parts: &[&[u8]]) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut all = Vec::new();
    for part in parts {
        all.extend(u16::try_from(part.len())?.to_be_bytes());
        all.extend(*part);
    }
    Ok(all)
}
