//! Metadata from a file: who may register, and what becomes of those who did.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::CreationOptions;
use countersign_authenticator::{Attestation, Attester, Authenticator, Client as Browser};
use countersign_metadata::testing::TestChain;
use countersign_server::{Config, MetadataConfig, Registrations, StartError, http::router};
use serde_json::{Value, json};

use crate::site::{Client, ORIGIN, finish};

const MODEL: &str = "01010101-0101-0101-0101-010101010101";

fn attester() -> Attester {
    Attester::from_seed("vendor")
}

/// Writes a BLOB in which the model has this status, and the root that signed it.
fn write(folder: &Path, number: u64, status: &str) {
    let chain = TestChain::new();
    let root = STANDARD.encode(chain.root.certificate().as_der());
    fs::write(
        folder.join("root.pem"),
        format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n"),
    )
    .unwrap();
    let payload = json!({
        "no": number,
        "nextUpdate": "2054-01-01",
        "entries": [{
            "aaguid": MODEL,
            "metadataStatement": {
                "aaguid": MODEL,
                "description": "Model One",
                "authenticatorVersion": 1,
                "protocolFamily": "fido2",
                "authenticationAlgorithms": ["secp256r1_ecdsa_sha256_raw", "ed25519_eddsa_sha512_raw"],
                "attestationTypes": ["basic_full"],
                "attestationRootCertificates": [STANDARD.encode(attester().authority().certificate())],
            },
            "statusReports": [{"status": status, "effectiveDate": "2025-02-01"}],
        }],
    });
    fs::write(folder.join("blob"), chain.sign(payload.to_string().as_bytes())).unwrap();
}

fn open(folder: &Path, registrations: Registrations) -> Result<Client, StartError> {
    let mut metadata = MetadataConfig::new(folder.join("blob"));
    metadata.roots = vec![folder.join("root.pem")];
    metadata.registrations = registrations;
    let mut config = Config::new(folder.join("data/countersign.sqlite3"));
    config.metadata = Some(metadata);
    Ok(Client { router: router(&config)?, cookie: None })
}

/// Registers the model with its attestation for a new account, and returns the status and the body.
async fn register(client: &mut Client, name: &str) -> (u16, Value) {
    let started = client.post("/api/accounts/start", &json!({ "name": name })).await.json();
    let options: CreationOptions = serde_json::from_value(started["options"].clone()).unwrap();
    let mut authenticator = Authenticator::security_key(name)
        .with_aaguid(MODEL.parse().unwrap())
        .with_attestation(Attestation::Packed(attester()));
    let response = Browser::new(ORIGIN).create_json(&options, &mut authenticator).unwrap();
    let response: Value = serde_json::from_str(&response).unwrap();
    let answer = client.post("/api/accounts/finish", &finish(&started, &response)).await;
    (answer.status.as_u16(), answer.json())
}

#[tokio::test]
async fn a_compromised_model_is_refused_at_registration_and_found_among_those_stored() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut client = open(folder.path(), Registrations::Attested).unwrap();
    let (status, body) = register(&mut client, "Ada").await;
    assert_eq!(status, 201, "{body}");
    let listed = client.get("/api/credentials").await.json();
    assert_eq!(listed["credentials"][0]["authenticator"], "Model One");
    assert_eq!(listed["credentials"][0]["trouble"], Value::Null);

    write(folder.path(), 8, "USER_KEY_REMOTE_COMPROMISE");
    let mut restarted = open(folder.path(), Registrations::Attested).unwrap();
    let (status, body) = register(&mut restarted, "Eve").await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("authenticator-not-accepted")), "{body}");

    restarted.cookie = client.cookie;
    let listed = restarted.get("/api/credentials").await.json();
    let trouble = "its status is USER_KEY_REMOTE_COMPROMISE since 2025-02-01";
    assert_eq!(listed["credentials"][0]["trouble"], trouble);
}

#[tokio::test]
async fn an_authenticator_without_attestation_registers_only_where_none_is_demanded() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    for (registrations, expected) in [(Registrations::Any, 201), (Registrations::Attested, 400)] {
        let mut client = open(folder.path(), registrations).unwrap();
        let started =
            client.post("/api/accounts/start", &json!({ "name": format!("{expected}") })).await.json();
        let passkey = crate::authenticator::Passkey::new(&started["options"], ORIGIN, 1);
        let response = passkey.registration(&started["options"]);
        let answer = client.post("/api/accounts/finish", &finish(&started, &response)).await;
        assert_eq!(answer.status.as_u16(), expected);
    }
}

#[tokio::test]
async fn rule_348_the_number_is_remembered_over_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 8, "FIDO_CERTIFIED_L1");
    open(folder.path(), Registrations::Any).unwrap();
    open(folder.path(), Registrations::Any).unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let error = open(folder.path(), Registrations::Any).err().unwrap();
    assert!(error.to_string().ends_with("has number 7, and number 8 was seen before"), "{error}");
}

#[tokio::test]
async fn rule_349_a_server_does_not_start_with_metadata_that_is_not_valid() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 8, "FIDO_CERTIFIED_L1");
    fs::write(folder.path().join("blob"), "a.b.c").unwrap();
    assert!(matches!(open(folder.path(), Registrations::Any), Err(StartError::Metadata(..))));
    fs::remove_file(folder.path().join("blob")).unwrap();
    assert!(matches!(open(folder.path(), Registrations::Any), Err(StartError::MetadataFile(..))));
    fs::write(folder.path().join("root.pem"), "x").unwrap();
    assert!(matches!(open(folder.path(), Registrations::Any), Err(StartError::MetadataRoot(..))));
}
