use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::{Algorithm, CertificateDraft, PrivateKey};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::*;

fn key(number: u8) -> PrivateKey {
    PrivateKey::from_bytes(Algorithm::Es256, &[number; 32]).unwrap()
}

fn pem(label: &str, content: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(content))
}

/// The certificate of the key of this number for `localhost`, issued by the key 8.
fn certificate(number: u8) -> String {
    let leaf = CertificateDraft::new("server", &key(number).spki()).with_issuer("root");
    pem("CERTIFICATE", &leaf.with_key_usage(&[7, 0x80]).with_dns_name("localhost").sign(&key(8)))
}

/// `ECPrivateKey` of RFC 5915: version, the number, the curve, the point.
fn private(number: u8) -> String {
    let parts = [
        &[0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20][..],
        &[number; 32],
        &[0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        &[0xa1, 0x44, 0x03, 0x42, 0x00],
        &key(number).public_bytes(),
    ];
    pem("EC PRIVATE KEY", &parts.concat())
}

/// A folder with the files of a pair.
fn folder(certificate: &str, private: &str) -> (tempfile::TempDir, TlsConfig) {
    let folder = tempfile::tempdir().unwrap();
    let config = TlsConfig::new(folder.path().join("chain.pem"), folder.path().join("key.pem"));
    std::fs::write(&config.certificate, certificate).unwrap();
    std::fs::write(&config.key, private).unwrap();
    (folder, config)
}

/// The certificate that a new connection gets.
async fn presented(acceptor: &TlsAcceptor) -> CertificateDer<'static> {
    let root = key(8);
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDraft::ca("root", &root.spki()).sign(&root).into()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let (client, server) = tokio::io::duplex(4096);
    let name = ServerName::try_from("localhost").unwrap();
    let (client, server) = tokio::join!(connector.connect(name, client), acceptor.accept(server));
    server.unwrap();
    client.unwrap().get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

fn der(pem: &str) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()
}

#[tokio::test]
async fn a_replaced_pair_is_used_for_new_connections_and_a_broken_one_is_not() {
    let (_folder, config) = folder(&certificate(9), &private(9));
    let tls = Tls::load(&config).unwrap();
    let acceptor = tls.acceptor().unwrap();
    assert_eq!(presented(&acceptor).await, der(&certificate(9)));
    assert!(!tls.try_reload().unwrap(), "nothing has changed");

    // One file is replaced, the other not yet.
    std::fs::write(&config.certificate, certificate(10)).unwrap();
    assert!(matches!(tls.reload(), Err(TlsError::Pair(..))));
    assert_eq!(presented(&acceptor).await, der(&certificate(9)), "the old pair");
    assert!(!tls.try_reload().unwrap(), "reported once");
    std::fs::write(&config.key, private(10)).unwrap();
    assert!(tls.try_reload().unwrap());
    assert_eq!(presented(&acceptor).await, der(&certificate(10)));

    std::fs::remove_file(&config.key).unwrap();
    assert!(matches!(tls.reload(), Err(TlsError::File(path, _)) if path == config.key));
    assert_eq!(presented(&acceptor).await, der(&certificate(10)));
}

#[test]
fn files_that_can_not_be_used_are_reported_by_name() {
    let (good, other) = (certificate(9), private(10));
    for (certificate, private, expected) in [
        ("", &private(9), "chain.pem has no certificate chain in PEM"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n", &private(9), "chain.pem has no certificate chain in PEM"),
        (&good, &String::new(), "key.pem has no private key in PEM"),
        (&good, &good, "key.pem has no private key in PEM"),
        (&good, &other, "keys may not be consistent: KeyMismatch"),
        (&pem("CERTIFICATE", b"junk"), &private(9), "can't be used with the certificate in"),
    ] {
        let (_folder, config) = folder(certificate, private);
        let error = Tls::load(&config).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let (folder, mut config) = folder(&good, &private(9));
    config.key = folder.path().join("none.pem");
    let error = Tls::load(&config).unwrap_err().to_string();
    assert!(error.starts_with("can't read ") && error.contains("none.pem for TLS: "), "{error}");
    let long = "x".repeat(FILE_MAX + 1);
    std::fs::write(&config.certificate, long).unwrap();
    assert!(matches!(Tls::load(&config), Err(TlsError::File(path, _)) if path == config.certificate));
}
