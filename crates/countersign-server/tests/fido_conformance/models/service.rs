//! The models of a metadata service, each in a BLOB of its own, and what is wrong with these.

use std::{fs, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::{
    Algorithm, BlobSigner, CertificateDraft, Generator, PrivateKey, RevocationListDraft,
};
use countersign_server::FidoConformanceConfig;
use serde_json::{Value, json};

use super::statement;

pub(crate) const GOOD: &str = "0a0a0a0a-0000-0000-0000-000000000001";
pub(crate) const CHANGED: &str = "0a0a0a0a-0000-0000-0000-000000000002";
pub(crate) const COMPROMISED: &str = "0a0a0a0a-0000-0000-0000-000000000003";
pub(crate) const FORGED: &str = "0a0a0a0a-0000-0000-0000-000000000004";
pub(crate) const UNTRUSTED: &str = "0a0a0a0a-0000-0000-0000-000000000005";
pub(crate) const INTERMEDIATE_REVOKED: &str = "0a0a0a0a-0000-0000-0000-000000000006";
pub(crate) const SIGNER_REVOKED: &str = "0a0a0a0a-0000-0000-0000-000000000007";

/// All models of the service.
pub(crate) const ALL: [&str; 7] =
    [GOOD, CHANGED, COMPROMISED, FORGED, UNTRUSTED, INTERMEDIATE_REVOKED, SIGNER_REVOKED];

/// The serial number of a revoked signer, and that of a revoked intermediate certificate.
const REVOKED: [u8; 2] = [33, 44];

/// Writes the BLOBs, the root that signs them, and the revocation lists, and configures them.
pub(crate) fn write(folder: &Path, config: &mut FidoConformanceConfig) {
    let write = |name: &str, content: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, content).unwrap();
        path
    };
    let signer = BlobSigner::new();
    let pem = STANDARD.encode(&signer.root);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n");
    config.roots = vec![write("root.pem", pem.as_bytes())];
    let blobs = [
        (
            "good.blob",
            signer
                .sign(&payload(&[(GOOD, "FIDO_CERTIFIED_L1"), (COMPROMISED, "USER_KEY_REMOTE_COMPROMISE")])),
        ),
        ("changed.blob", changed(&signer)),
        ("forged.blob", forged()),
        ("untrusted.blob", untrusted()),
        ("intermediate.blob", below_revoked_intermediate()),
        ("signer.blob", by_revoked_signer()),
    ];
    config.blobs = blobs.iter().map(|(name, blob)| write(name, blob)).collect();
    let list = |issuer: &str, serial_number: u8, key: &PrivateKey| {
        let list = RevocationListDraft::new(issuer).with_updates(["20250101000000Z", "20540101000000Z"]);
        list.with_revoked(&[serial_number]).sign(key)
    };
    config.revocation_lists = vec![
        write("ca.crl", &list("ca", REVOKED[0], &signer.authority_key)),
        write("root.crl", &list("root", REVOKED[1], &signer.root_key)),
    ];
}

/// The payload of a BLOB with these models and statuses.
fn payload(models: &[(&str, &str)]) -> Vec<u8> {
    let entry = |(aaguid, status): &(&str, &str)| {
        json!({
            "aaguid": aaguid,
            "metadataStatement": statement(aaguid, &["secp256r1_ecdsa_sha256_raw"], &["basic_full"]),
            "statusReports": [{ "status": status, "effectiveDate": "2025-01-01" }],
            "timeOfLastStatusChange": "2025-01-01",
        })
    };
    let entries: Vec<Value> = models.iter().map(entry).collect();
    json!({ "no": 1, "nextUpdate": "2054-01-01", "entries": entries }).to_string().into_bytes()
}

fn of(model: &str) -> Vec<u8> {
    payload(&[(model, "FIDO_CERTIFIED_L1")])
}

/// The payload of one BLOB, and the signature of another.
fn changed(signer: &BlobSigner) -> Vec<u8> {
    let parts = |blob: Vec<u8>| {
        let text = String::from_utf8(blob).unwrap();
        text.split('.').map(str::to_owned).collect::<Vec<_>>()
    };
    let (new, old) = (parts(signer.sign(&of(CHANGED))), parts(signer.sign(&of(GOOD))));
    format!("{}.{}.{}", new[0], new[1], old[2]).into_bytes()
}

fn forged() -> Vec<u8> {
    let key = PrivateKey::generate(Algorithm::Es256, &mut Generator::new("a stranger", "key")).unwrap();
    let mut signer = BlobSigner::new();
    let header = signer.header().to_string();
    signer.key = key;
    signer.sign_with_header(&header, &of(FORGED))
}

/// The root has the same name, and another key.
fn untrusted() -> Vec<u8> {
    let key = PrivateKey::generate(Algorithm::Es256, &mut Generator::new("a stranger", "root")).unwrap();
    let mut signer = BlobSigner::new();
    signer.x5c[1] = CertificateDraft::ca("ca", &signer.authority_key.spki()).with_issuer("root").sign(&key);
    signer.sign(&of(UNTRUSTED))
}

fn below_revoked_intermediate() -> Vec<u8> {
    let mut signer = BlobSigner::new();
    signer.x5c[1] = CertificateDraft::ca("ca", &signer.authority_key.spki())
        .with_issuer("root")
        .with_serial_number([REVOKED[1]])
        .sign(&signer.root_key);
    signer.sign(&of(INTERMEDIATE_REVOKED))
}

fn by_revoked_signer() -> Vec<u8> {
    let signer = BlobSigner::new();
    let leaf = signer.leaf().with_key_usage(&[7, 0x80]).with_serial_number([REVOKED[0]]);
    signer.with_leaf(&leaf).sign(&of(SIGNER_REVOKED))
}
