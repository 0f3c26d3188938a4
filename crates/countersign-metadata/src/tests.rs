//! Payloads that a test changes in one thing.

mod blob;
mod certificates;
mod current;
mod diff;
mod entries;
mod hostile;
mod metadata_policy;
mod rogue;
mod roots;

use countersign_authenticator::{BlobSigner, METADATA_HOST};
use countersign_cose::Verifiers;
use serde_json::{Value, json};

use self::certificates::{NOW, anchor};
use crate::{
    blob::Blob,
    blob_policy::{BlobPolicy, Seen},
    error::MetadataError,
};

/// The AAGUIDs of the two FIDO2 models.
pub(crate) const MODEL: &str = "01010101-0101-0101-0101-010101010101";
pub(crate) const OTHER: &str = "02020202-0202-0202-0202-020202020202";

/// The key identifier of the U2F model.
pub(crate) const KEY: &str = "0303030303030303030303030303030303030303";

pub(crate) fn statement(description: &str, protocol: &str) -> Value {
    json!({
        "legalHeader": "terms",
        "description": description,
        "authenticatorVersion": 2,
        "protocolFamily": protocol,
        "schema": 3,
        "upv": [{"major": 1, "minor": 0}],
        "authenticationAlgorithms": ["secp256r1_ecdsa_sha256_raw"],
        "publicKeyAlgAndEncodings": ["cose"],
        "attestationTypes": ["basic_full"],
        "userVerificationDetails": [[{"userVerificationMethod": "presence_internal"}], [
            {"userVerificationMethod": "fingerprint_internal", "baDesc": {"selfAttestedFRR": 0.1}},
            {"userVerificationMethod": "passcode_external"},
        ]],
        "keyProtection": ["hardware", "secure_element"],
        "matcherProtection": ["on_chip"],
        "attachmentHint": ["external"],
        "tcDisplay": [],
        "attestationRootCertificates": [],
        "icon": "data:image/png;base64,AAAA",
        "somethingNew": {"a": [null, true, -1.5e3]},
    })
}

/// A payload with a FIDO2 model, another, a U2F one and a UAF one.
pub(crate) fn payload() -> Value {
    let entry = |key: &str, value: Value, protocol: &str| {
        let mut statement = statement(&format!("Model {value}"), protocol);
        statement[key] = value.clone();
        json!({
            key: value,
            "metadataStatement": statement,
            "statusReports": [{"status": "FIDO_CERTIFIED_L1", "effectiveDate": "2025-02-01"}],
            "timeOfLastStatusChange": "2025-02-01",
        })
    };
    json!({
        "legalHeader": "terms",
        "no": 7,
        "nextUpdate": "2026-02-01",
        "entries": [
            entry("aaguid", MODEL.into(), "fido2"),
            entry("aaguid", OTHER.into(), "fido2"),
            entry("attestationCertificateKeyIdentifiers", json!([KEY]), "u2f"),
            entry("aaid", "4746#3208".into(), "uaf"),
        ],
    })
}

pub(crate) fn policy() -> BlobPolicy {
    BlobPolicy::new([anchor(&BlobSigner::new().root)]).with_host_name(METADATA_HOST)
}

pub(crate) fn verify(blob: &[u8]) -> Result<Blob, MetadataError> {
    policy().verify(blob, Seen::Nothing, NOW, &Verifiers::rust_crypto())
}

pub(crate) fn read(payload: &Value) -> Result<Blob, MetadataError> {
    verify(&BlobSigner::new().sign(payload.to_string().as_bytes()))
}
