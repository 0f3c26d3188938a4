//! The authenticator models of the suite, and their metadata statements.

pub(crate) mod service;

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::attestation::Certificate;
use countersign_authenticator::{
    Attestation, Attester, Authenticator, Client, Scenario,
    types::{AttestationObject, RegistrationResponse, cbor},
};
use countersign_metadata::{KeyIdentifier, ModelKey};
use serde_json::{Value, json};

/// A model whose statement lists all algorithms.
pub(crate) const MODEL: &str = "01010101-0101-0101-0101-010101010101";

/// A model whose statement lists ES256 only.
pub(crate) const ES256_MODEL: &str = "02020202-0202-0202-0202-020202020202";

/// A model that attests only without certificates, so that its statement has no root.
pub(crate) const SELF_MODEL: &str = "03030303-0303-0303-0303-030303030303";

/// The AAGUID of models that have none, as with U2F.
pub(crate) const NO_MODEL: &str = "00000000-0000-0000-0000-000000000000";

/// The attester of a model, whose authority its statement names: one for the models of statements, and one for those of BLOBs.
pub(crate) fn attester(model: &str) -> Attester {
    let is_of_service = service::ALL.contains(&model);
    Attester::from_seed(if is_of_service { "vendor of the service" } else { "vendor" })
}

/// Writes the statements of all models into a folder.
pub(crate) fn write(folder: &Path) {
    let write = |name: &str, statement: &Value| {
        fs::write(folder.join(format!("{name}.json")), statement.to_string()).unwrap();
    };
    let all = [
        "secp256r1_ecdsa_sha256_raw",
        "secp384r1_ecdsa_sha384_raw",
        "secp521r1_ecdsa_sha512_raw",
        "secp256k1_ecdsa_sha256_raw",
        "ed25519_eddsa_sha512_raw",
        "rsassa_pkcsv15_sha256_raw",
        "rsassa_pkcsv15_sha1_raw",
    ];
    write("model", &statement(MODEL, &all, &["basic_full", "attca", "anonca"]));
    write("es256", &statement(ES256_MODEL, &all[..1], &["basic_full"]));
    let mut without_root = statement(SELF_MODEL, &all[..1], &["basic_surrogate"]);
    without_root["attestationRootCertificates"] = json!([]);
    write("self", &without_root);
    let mut u2f = statement(NO_MODEL, &all[..1], &["basic_full"]);
    u2f.as_object_mut().unwrap().remove("aaguid");
    u2f["protocolFamily"] = json!("u2f");
    u2f["attestationCertificateKeyIdentifiers"] = json!([u2f_key().to_string()]);
    write("u2f", &u2f);
}

pub(crate) fn statement(aaguid: &str, algorithms: &[&str], attestations: &[&str]) -> Value {
    json!({
        "aaguid": aaguid,
        "description": "A model of the suite",
        "authenticatorVersion": 1,
        "protocolFamily": "fido2",
        "schema": 3,
        "authenticationAlgorithms": algorithms,
        "userVerificationDetails": [[{ "userVerificationMethod": "fingerprint_internal" }]],
        "attestationTypes": attestations,
        "attestationRootCertificates": [STANDARD.encode(attester(aaguid).authority().certificate())],
    })
}

/// The identifier of the key that attests U2F credentials: that of the certificate in such an attestation.
fn u2f_key() -> KeyIdentifier {
    let options = Scenario::REGISTRATION.creation_options(&[7; 32]);
    let mut authenticator =
        Authenticator::platform("u2f").with_attestation(Attestation::FidoU2f(attester(NO_MODEL)));
    let response = Client::new("https://example.org").create_json(&options, &mut authenticator).unwrap();
    let response = RegistrationResponse::from_json(response.as_bytes()).unwrap();
    let object = AttestationObject::parse(response.attestation_object()).unwrap();
    let mut members = cbor::map_members(object.statement).unwrap();
    let (_, x5c) = members.find(|(key, _)| *key == cbor::Key::Text("x5c")).unwrap();
    let certificate = cbor::as_bytes(cbor::array_elements(x5c).unwrap().next().unwrap()).unwrap();
    match ModelKey::of_attestation_key(&Certificate::from_der(certificate).unwrap()) {
        Some(ModelKey::KeyIdentifier(identifier)) => identifier,
        other => panic!("{other:?}"),
    }
}
