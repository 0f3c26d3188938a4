//! Files with metadata.

use std::fs;
use std::path::Path;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::BlobSigner;
use serde_json::json;

/// Writes metadata, and the root that signed it.
pub(crate) fn write_metadata(folder: &Path, next_update: &str) -> [String; 2] {
    let [blob, root] = ["blob", "root.pem"].map(|name| folder.join(name));
    let signer = BlobSigner::new();
    let payload = json!({ "no": 7, "nextUpdate": next_update, "entries": [] });
    fs::write(&blob, signer.sign(payload.to_string().as_bytes())).unwrap();
    let pem = STANDARD.encode(&signer.root);
    fs::write(&root, format!("-----BEGIN CERTIFICATE-----\n{pem}\n-----END CERTIFICATE-----\n")).unwrap();
    [blob, root].map(|path| path.to_str().unwrap().to_owned())
}
