//! A server with its sockets.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use countersign_server::{Config, Listen, Server, StartError};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::{net::TcpStream, sync::oneshot};

fn config(listen: Listen) -> (TempDir, Config) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.listen = listen;
    (folder, config)
}

pub(crate) async fn ask(address: SocketAddr, request: &[u8]) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    // The server may answer before it has read everything.
    let _ = client.write_all(request).await;
    let mut answer = Vec::new();
    let reading = tokio::time::timeout(Duration::from_secs(20), client.read_to_end(&mut answer));
    let _ = reading.await.expect("the server answers and hangs up");
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn localhost_is_both_loopback_addresses_and_the_origin_follows_the_port() {
    let (_folder, config) = config(Listen::Localhost(0));
    let server = Server::bind(&config).await.unwrap();
    let port = server.addresses()[0].port();
    assert_eq!(server.addresses()[0], (Ipv4Addr::LOCALHOST, port).into());
    assert!(
        server.addresses()[1..].iter().all(|address| *address == ([0, 0, 0, 0, 0, 0, 0, 1], port).into())
    );
    assert_eq!(server.url(), format!("http://localhost:{port}"));

    let addresses = server.addresses().to_vec();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async {
        let _ = stopped.await;
    }));
    for address in addresses {
        let answer = ask(address, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nok"), "{answer}");
        let answer = ask(
            address,
            format!(
                "POST /api/sessions/start HTTP/1.1\r\nHost: x\r\nOrigin: http://localhost:{port}\r\n\
                 Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
            )
            .as_bytes(),
        )
        .await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stopped_server_finishes_what_is_under_way() {
    let (_folder, config) = config(Listen::Address((Ipv4Addr::LOCALHOST, 0).into()));
    let server = Server::bind(&config).await.unwrap();
    let address = server.addresses()[0];
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async {
        let _ = stopped.await;
    }));
    let mut client = TcpStream::connect(address).await.unwrap();
    let head = "POST /api/sessions/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
    client.write_all(head.as_bytes()).await.unwrap();
    // It asks for the body, so the request is under way.
    let mut answer = vec![0; 25];
    client.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stop.send(()).unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!serving.is_finished());
    client.write_all(b"{}").await.unwrap();
    answer.clear();
    client.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n"));
    serving.await.unwrap().unwrap();
    TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test]
async fn bytes_that_are_not_http_do_no_harm() {
    let (_folder, config) = config(Listen::Address((Ipv4Addr::LOCALHOST, 0).into()));
    let server = Server::bind(&config).await.unwrap();
    let address = server.addresses()[0];
    let serving = tokio::spawn(server.serve(std::future::pending()));
    let many_headers = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(5000));
    let long_line = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(1_000_000));
    for junk in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\0\0\0",
        b"GET \xff\xfe HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /api/sessions/start HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/sessions/start HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n",
        many_headers.as_bytes(),
        long_line.as_bytes(),
    ] {
        let answer = ask(address, junk).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    let answer = ask(address, b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    serving.abort();
}

#[tokio::test]
async fn answers_of_hyper_have_the_headers_of_every_answer() {
    let (_folder, mut config) = config(Listen::Address((Ipv4Addr::LOCALHOST, 0).into()));
    config.rp_id = "example.org".into();
    let server = Server::bind(&config).await.unwrap();
    let address = server.addresses()[0];
    let serving = tokio::spawn(server.serve(std::future::pending()));
    let many_headers = format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(5000));
    let long_line = format!("GET /{} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "a".repeat(20_000));
    let longer_line = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(70_000));
    for (request, status) in [
        (&b"GET / HTTP/9.9\r\n\r\n"[..], "400"),
        (b"G\0T / HTTP/1.1\r\nHost: x\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: x\r\nno field\r\n\r\n", "400"),
        (b"POST /api/sessions/start HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
        (b"GET / HTTP/1.0\r\n\r\n", "400"),
        // After an answer on the same connection.
        (b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n\0\r\n\r\n", "200"),
        (many_headers.as_bytes(), "431"),
        (longer_line.as_bytes(), "414"),
        // The server's own.
        (long_line.as_bytes(), "414"),
    ] {
        let answers = ask(address, request).await;
        assert_eq!(answers.get(9..12), Some(status), "{answers}");
        let heads = answers.matches("HTTP/1.").count();
        assert_eq!(heads, if status == "200" { 2 } else { 1 }, "{answers}");
        for line in [
            "\r\ncontent-security-policy: default-src 'none'; ",
            "\r\nx-content-type-options: nosniff\r\n",
            "\r\nreferrer-policy: no-referrer\r\n",
            "\r\nstrict-transport-security: max-age=31536000\r\n",
            "\r\ncountersign-page: ",
            "\r\ncache-control: no-",
        ] {
            assert_eq!(answers.matches(line).count(), heads, "{line:?} in {answers}");
        }
    }
    serving.abort();
}

#[tokio::test]
async fn a_load_balancer_may_check_health_in_http_1_0_without_a_host() {
    let (_folder, config) = config(Listen::Address((Ipv4Addr::LOCALHOST, 0).into()));
    let server = Server::bind(&config).await.unwrap();
    let address = server.addresses()[0];
    let serving = tokio::spawn(server.serve(std::future::pending()));
    for (request, status) in [
        ("GET /health/live HTTP/1.0\r\n\r\n", "200"),
        ("HEAD /health/live HTTP/1.0\r\n\r\n", "200"),
        ("GET /metrics HTTP/1.0\r\n\r\n", "200"),
        ("GET /health/live HTTP/1.0\r\nHost: a b\r\n\r\n", "400"),
        ("GET /health/live HTTP/1.1\r\nConnection: close\r\n\r\n", "400"),
        ("POST /health/live HTTP/1.0\r\n\r\n", "400"),
        ("GET / HTTP/1.0\r\n\r\n", "400"),
        ("GET /api/session HTTP/1.0\r\n\r\n", "400"),
    ] {
        let answer = ask(address, request.as_bytes()).await;
        assert_eq!(answer.get(9..12), Some(status), "{request}{answer}");
    }
    serving.abort();
}

#[tokio::test]
async fn metrics_can_have_a_separate_address() {
    let local = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
    let (_folder, mut config) = config(local);
    config.metrics_listen = Some(local);
    let server = Server::bind(&config).await.unwrap();
    let (page, metrics) = (server.addresses()[0], server.metrics_addresses()[0]);
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async {
        let _ = stopped.await;
    }));
    for (address, path, status) in [
        (page, "/metrics", "404"),
        (page, "/health/live", "200"),
        (page, "/", "200"),
        (metrics, "/metrics", "200"),
        (metrics, "/health/live", "200"),
        (metrics, "/", "404"),
        (metrics, "/api/session", "404"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        let answer = ask(address, request.as_bytes()).await;
        assert_eq!(answer.get(9..12), Some(status), "{path} {answer}");
        assert!(answer.contains("\r\nx-content-type-options: nosniff\r\n"), "{answer}");
    }
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn an_unusable_address_is_reported_by_name() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = taken.local_addr().unwrap();
    for listen in [Listen::Address(address), Listen::Localhost(address.port())] {
        let (folder, config) = config(listen);
        let error = Server::bind(&config).await.unwrap_err();
        assert!(matches!(error, StartError::AddressInUse(found) if found == address));
        assert_eq!(error.to_string(), format!("another program is listening on {address} already"));
        assert!(!folder.path().join("test.sqlite3").exists(), "no database for a server that can't start");
    }
    // 192.0.2.0/24 is for documentation, so no machine has it.
    let (_folder, config) = config(Listen::Address("192.0.2.1:8080".parse().unwrap()));
    let error = Server::bind(&config).await.unwrap_err();
    assert!(matches!(error, StartError::AddressUnavailable(_)), "{error}");
}

#[tokio::test]
async fn an_unusable_relying_party_is_reported_by_name() {
    let (_folder, mut config) = config(Listen::Address((Ipv4Addr::LOCALHOST, 0).into()));
    config.rp_id = "https://example.org".into();
    let error = Server::bind(&config).await.unwrap_err();
    assert!(matches!(error, StartError::RelyingParty(_)));
    assert!(error.to_string().contains("\"https://example.org\""), "{error}");
    config.rp_id = "example.org".into();
    config.origins = vec!["http://example.org".into()];
    let error = Server::bind(&config).await.unwrap_err();
    assert!(error.to_string().contains("\"http://example.org\""), "{error}");
}
