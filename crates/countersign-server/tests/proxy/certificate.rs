//! The certificate of the proxies in tests.

use std::path::{Path, PathBuf};
use std::{fs, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::{Algorithm, CertificateDraft, PrivateKey};
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

/// Writes a certificate for all hosts of example.org, and its key.
pub(crate) fn write(folder: &Path) -> [PathBuf; 2] {
    let key = key(9);
    let leaf = CertificateDraft::new("proxy", &key.spki()).with_issuer("proxy root");
    let certificate = leaf.with_key_usage(&[7, 0x80]).with_dns_name("*.example.org").sign(&self::key(8));
    // ECPrivateKey of RFC 5915: version, the number, the curve, the point.
    let point = key.public_bytes();
    let private = [
        &[0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20][..],
        &[9; 32],
        &[0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        &[0xa1, 0x44, 0x03, 0x42, 0x00],
        &point,
    ];
    [("example.org.pem", "CERTIFICATE", certificate), ("example.org.key", "EC PRIVATE KEY", private.concat())]
        .map(|(name, label, bytes)| {
            let path = folder.join(name);
            let text =
                format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(bytes));
            fs::write(&path, text).unwrap();
            path
        })
}

/// A TLS client that trusts the certificate.
pub(crate) fn client() -> Arc<ClientConfig> {
    let root = key(8);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(CertificateDraft::ca("proxy root", &root.spki()).sign(&root))).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// The private key whose bytes are all `number`.
fn key(number: u8) -> PrivateKey {
    PrivateKey::from_bytes(Algorithm::Es256, &[number; 32]).unwrap()
}
