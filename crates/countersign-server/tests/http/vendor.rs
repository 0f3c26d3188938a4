//! A vendor with one authenticator model: the metadata that has it, and the passkeys that attest it.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::types::{CreationOptions, enumerations::ResidentKeyRequirement};
use countersign::{Policy, relying_party::policy::AttestationPolicy};
use countersign_authenticator::{Attestation, Attester, Authenticator, BlobSigner, Client as Browser};
use countersign_server::{Config, MetadataConfig};
use serde_json::{Value, json};

/// The AAGUID of the model.
pub(crate) const MODEL: &str = "01010101-0101-0101-0101-010101010101";

/// What attests the model.
pub(crate) fn attester() -> Attester {
    Attester::from_seed("vendor")
}

/// Writes a BLOB in which the model has this status, and the root that signed it.
pub(crate) fn write(folder: &Path, number: u64, status: &str) {
    write_with(folder, number, status, "fingerprint_internal");
}

/// Writes a BLOB in which the model has this status and this user verification method, and the root that signed it.
pub(crate) fn write_with(folder: &Path, number: u64, status: &str, method: &str) {
    let signer = BlobSigner::new();
    write_root(folder, &signer);
    fs::write(folder.join("blob"), blob(&signer, number, status, method)).unwrap();
}

/// Writes the root that signs BLOBs.
pub(crate) fn write_root(folder: &Path, signer: &BlobSigner) {
    let root = STANDARD.encode(&signer.root);
    fs::write(
        folder.join("root.pem"),
        format!("-----BEGIN CERTIFICATE-----\n{root}\n-----END CERTIFICATE-----\n"),
    )
    .unwrap();
}

/// A BLOB with one model, which has this status and verifies its users by this method.
pub(crate) fn blob(signer: &BlobSigner, number: u64, status: &str, method: &str) -> Vec<u8> {
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
                "userVerificationDetails": [[{ "userVerificationMethod": method }]],
                "icon": "data:image/png;base64,+/8=",
                "attestationTypes": ["basic_full"],
                "attestationRootCertificates": [STANDARD.encode(attester().authority().certificate())],
            },
            "statusReports": [{"status": status, "effectiveDate": "2025-02-01"}],
        }],
    });
    signer.sign(payload.to_string().as_bytes())
}

/// A server with the metadata in this folder.
pub(crate) fn config(folder: &Path, policy: Policy) -> Config {
    let mut metadata = MetadataConfig::new(folder.join("blob"));
    metadata.roots = vec![folder.join("root.pem")];
    let mut config = Config::new(folder.join("data/countersign.sqlite3"));
    config.metadata = Some(metadata);
    config.policy = policy;
    config
}

/// The policy that accepts all authenticators.
pub(crate) fn any() -> Policy {
    Config::new("x").policy
}

/// The policy that accepts only authenticators that the metadata vouches for.
pub(crate) fn attested() -> Policy {
    Policy::attested(AttestationPolicy::new()).with_resident_key(ResidentKeyRequirement::Required)
}

/// The response of a new authenticator of the model, which attests it, to these creation options at this page. Different seeds make
/// different passkeys.
pub(crate) fn attested_registration(options: &Value, origin: &str, seed: &str) -> Value {
    let options: CreationOptions = serde_json::from_value(options.clone()).unwrap();
    let mut authenticator = Authenticator::security_key(seed)
        .with_aaguid(MODEL.parse().unwrap())
        .with_attestation(Attestation::Packed(attester()));
    let response = Browser::new(origin).create_json(&options, &mut authenticator).unwrap();
    serde_json::from_str(&response).unwrap()
}
