//! The server with TLS of its own, over sockets.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign_server::{Config, LimitsConfig, Listen, Server, StartError, TlsConfig};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::certificates;
use crate::wire::{Running, WireAnswer};

/// How long an answer may take: far more than it does, since the machine may be busy.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// The files of the server's certificate, in this folder.
fn files(folder: &Path) -> TlsConfig {
    TlsConfig::new(
        certificates::write(folder, "chain.pem", "CERTIFICATE", &certificates::certificate()),
        certificates::write(folder, "key.pem", "EC PRIVATE KEY", &certificates::private_key()),
    )
}

/// A server with TLS for `localhost`.
pub(crate) async fn server(change: impl FnOnce(&mut Config)) -> Running {
    Running::with(|config| {
        config.tls = Some(files(config.database.path().unwrap().parent().unwrap()));
        change(config);
    })
    .await
}

/// A connection to the server that offers these protocols.
pub(crate) async fn connect(server: &Running, number: u8, protocols: &[&str]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(certificates::authority())).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    let stream = server.connect(number).await;
    let name = ServerName::try_from("localhost").unwrap();
    timeout(LONG, TlsConnector::from(Arc::new(config)).connect(name, stream)).await.unwrap().unwrap()
}

#[tokio::test]
async fn the_page_is_served_over_tls_and_its_origin_is_https() {
    let server = server(|_| {}).await;
    assert_eq!(server.origin, format!("https://localhost:{}", server.address.port()));
    let mut stream = connect(&server, 1, &["http/1.1"]).await;
    stream
        .write_all(b"GET /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap();
    let answer = WireAnswer::parse(&answer).expect(200);
    assert_eq!(answer.field("strict-transport-security"), Some("max-age=31536000"));
    assert!(
        answer.field("set-cookie").unwrap().starts_with("__Host-countersign-browser="),
        "{}",
        answer.head
    );
    assert_eq!(answer.json()["origins"][0], server.origin);
}

#[tokio::test]
async fn answers_of_hyper_have_the_headers_of_every_answer_over_tls_too() {
    let server = server(|_| {}).await;
    let mut stream = connect(&server, 1, &[]).await;
    stream.write_all(b"GET / HTTP/9.9\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.unwrap();
    let answer = WireAnswer::parse(&answer).expect(400);
    assert_eq!(answer.field("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.field("strict-transport-security"), Some("max-age=31536000"));
}

#[tokio::test]
async fn plain_http_and_half_a_handshake_do_no_harm() {
    let server = server(|config| config.limits = LimitsConfig::off()).await;
    let mut plain = server.connect(1).await;
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(LONG, plain.read_to_end(&mut answer)).await.expect("hung up on");
    assert!(!answer.starts_with(b"HTTP"));
    // Nothing, and the start of a message.
    let silent = server.connect(1).await;
    let mut half = server.connect(1).await;
    half.write_all(b"\x16\x03\x01\x02\x00\x01\x00\x01").await.unwrap();
    for mut stream in [silent, half] {
        let _ = timeout(LONG, stream.read_to_end(&mut answer)).await.expect("hung up on after ten seconds");
    }
}

#[tokio::test]
async fn an_unusable_certificate_stops_the_start_and_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
    let mut tls = files(folder.path());
    tls.key = folder.path().join("none.pem");
    config.tls = Some(tls);
    let error = Server::bind(&config).await.unwrap_err();
    assert!(matches!(error, StartError::Tls(_)));
    let problems = Server::check(&config).await.problems;
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!(problem.key, Some("tls.certificate"));
    for message in [&error.to_string(), &problem.message] {
        assert!(message.contains("none.pem for TLS: "), "{message}");
    }
    assert!(!folder.path().join("test.sqlite3").exists(), "no database for a server that can't start");
}
