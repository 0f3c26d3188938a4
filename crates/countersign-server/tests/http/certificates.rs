//! Certificates for TLS from software keys: an authority, and a server's for `localhost`.

use std::path::{Path, PathBuf};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::{Algorithm, CertificateDraft, PrivateKey};

/// The private key whose bytes are all `number`.
fn key(number: u8) -> PrivateKey {
    PrivateKey::from_bytes(Algorithm::Es256, &[number; 32]).unwrap()
}

/// The certificate of the authority.
pub(crate) fn authority() -> Vec<u8> {
    let root = key(8);
    CertificateDraft::ca("https root", &root.spki()).sign(&root)
}

/// The certificate of the server for `localhost`.
pub(crate) fn certificate() -> Vec<u8> {
    let leaf = CertificateDraft::new("https", &key(9).spki()).with_issuer("https root");
    leaf.with_key_usage(&[7, 0x80]).with_dns_name("localhost").sign(&key(8))
}

/// The server's private key: `ECPrivateKey` of RFC 5915, which is version, the number, the curve and the point.
pub(crate) fn private_key() -> Vec<u8> {
    [
        &[0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20][..],
        &[9; 32],
        &[0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        &[0xa1, 0x44, 0x03, 0x42, 0x00],
        &key(9).public_bytes(),
    ]
    .concat()
}

/// Writes a PEM file into a folder.
pub(crate) fn write(folder: &Path, name: &str, label: &str, content: &[u8]) -> PathBuf {
    let path = folder.join(name);
    let text = STANDARD.encode(content);
    std::fs::write(&path, format!("-----BEGIN {label}-----\n{text}\n-----END {label}-----\n")).unwrap();
    path
}
