//! What `/metrics` counts.

use std::net::{Ipv4Addr, SocketAddr};

use axum::{body::Body, http::Request};
use countersign_server::{Config, Listen, Server};
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::authenticator::Passkey;
use crate::metadata::value;
use crate::serving::ask;
use crate::site::{Client, ORIGIN, Site, finish};

/// The values of these series.
async fn values<const N: usize>(client: &mut Client, series: [&str; N]) -> [Option<i64>; N] {
    let text = text(client).await;
    series.map(|name| value(&text, &format!("countersign_{name}")))
}

async fn text(client: &mut Client) -> String {
    String::from_utf8(client.get("/metrics").await.expect(200).body).unwrap()
}

#[tokio::test]
async fn ceremonies_are_counted_by_kind_and_outcome_and_repeated_ones_apart() {
    let site = Site::new().await;
    let mut client = site.client();
    let series = [
        "ceremonies_started_total{ceremony=\"account\"}",
        "ceremonies_finished_total{ceremony=\"account\",outcome=\"accepted\"}",
        "ceremonies_finished_total{ceremony=\"account\",outcome=\"repeated\"}",
        "ceremonies_finished_total{ceremony=\"account\",outcome=\"origin-mismatch\"}",
        "ceremony_finish_duration_seconds_count{ceremony=\"account\"}",
        "registrations_total{format=\"none\",model=\"none\"}",
    ];
    assert_eq!(values(&mut client, series).await, [Some(0), Some(0), None, None, None, None]);

    let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.json();
    let passkey = Passkey::new(&started["options"], ORIGIN, 1);
    let body = finish(&started, &passkey.registration(&started["options"]));
    client.post("/api/accounts/finish", &body).await.expect(201);
    client.post("/api/accounts/finish", &body).await.expect(201);
    assert_eq!(values(&mut client, series).await, [Some(1), Some(1), Some(1), None, Some(2), Some(1)]);

    let started = client.post("/api/accounts/start", &json!({ "name": "Eve" })).await.json();
    let elsewhere = Passkey::new(&started["options"], "https://evil.example", 2);
    let body = finish(&started, &elsewhere.registration(&started["options"]));
    client.post("/api/accounts/finish", &body).await.expect_error(400, "origin-mismatch");
    assert_eq!(values(&mut client, series).await, [Some(2), Some(1), Some(1), Some(1), Some(3), Some(1)]);
}

#[tokio::test]
async fn the_operator_sees_the_exact_code_of_a_rejected_sign_in() {
    let site = Site::new().await;
    let (mut client, mut passkey) = site.account("Ada", 1).await;
    passkey.counter = 5;
    client.sign_in(&passkey).await.expect(200);
    passkey.counter = 3;
    client.sign_in(&passkey).await.expect_error(401, "signature-invalid");
    let series = [
        "authentications_total{model=\"none\"}",
        "ceremonies_finished_total{ceremony=\"session\",outcome=\"sign-count-not-increased\"}",
        "ceremonies_finished_total{ceremony=\"session\",outcome=\"signature-invalid\"}",
    ];
    assert_eq!(values(&mut client, series).await, [Some(1), Some(1), None]);
}

#[tokio::test]
async fn a_client_that_invents_models_methods_and_paths_makes_no_series() {
    let site = Site::new().await;
    let mut client = site.client();
    for seed in 1..4 {
        let started =
            client.post("/api/accounts/start", &json!({ "name": format!("Ada {seed}") })).await.json();
        let mut passkey = Passkey::new(&started["options"], ORIGIN, seed);
        passkey.aaguid = [seed; 16];
        let body = finish(&started, &passkey.registration(&started["options"]));
        client.post("/api/accounts/finish", &body).await.expect(201);
    }
    for method in ["BREW", "X-1", "BREW"] {
        let request = Request::builder().method(method).uri("/").body(Body::empty()).unwrap();
        client.request(request).await.expect(405);
        client.get(&format!("/nowhere/{method}")).await.expect(404);
    }
    let series = [
        "registrations_total{format=\"none\",model=\"other\"}",
        "http_requests_total{method=\"GET\",route=\"none\",code=\"404\"}",
        "http_requests_total{method=\"other\",route=\"/\",code=\"405\"}",
    ];
    assert_eq!(values(&mut client, series).await, [Some(3), Some(3), Some(3)]);
    let text = text(&mut client).await;
    assert!(!text.contains("BREW") && !text.contains("nowhere") && !text.contains("01010101"), "{text}");
}

#[tokio::test]
async fn requests_are_counted_by_route_without_what_is_in_their_paths() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    client.get(&format!("/api/credentials/{}", passkey.id())).await.expect(405);
    let series = [
        "http_requests_total{method=\"GET\",route=\"/api/credentials/{id}\",code=\"405\"}",
        "http_request_duration_seconds_count{route=\"/api/credentials/{id}\"}",
    ];
    assert_eq!(values(&mut client, series).await, [Some(1), Some(1)]);
    let (text, handle) = (text(&mut client).await, client.account.clone().unwrap());
    for personal in ["Ada", &passkey.id(), &handle, &client.cookie.clone().unwrap()] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
}

#[tokio::test]
async fn failures_of_the_database_are_counted_by_code() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let series = [
        "store_failures_total{code=\"failed\"}",
        "store_failures_total{code=\"disk-full\"}",
        "store_operations_in_progress",
    ];
    assert_eq!(values(&mut client, series).await, [Some(0), Some(0), Some(0)]);
    site.sql("ALTER TABLE finishes RENAME TO elsewhere");
    client.sign_in(&passkey).await.expect_error(503, "storage-failed");
    assert_eq!(values(&mut client, series).await, [Some(1), Some(0), Some(0)]);
    let [writes] =
        values(&mut client, ["store_operation_duration_seconds_count{operation=\"transact\"}"]).await;
    assert!(writes.is_some_and(|writes| writes >= 1), "{writes:?}");
}

async fn scrape(address: SocketAddr, series: &str) -> Option<i64> {
    let answer = ask(address, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    value(&answer, series)
}

#[tokio::test]
async fn connections_are_counted_until_they_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
    config.metrics_listen = Some(config.listen);
    let server = Server::bind(&config).await.unwrap();
    let (page, metrics) = (server.addresses()[0], server.metrics_addresses()[0]);
    let serving = tokio::spawn(server.serve(std::future::pending()));
    let open = "countersign_connections_open{listener=\"page\"}";
    assert_eq!(scrape(metrics, open).await, Some(0));
    let mut client = TcpStream::connect(page).await.unwrap();
    client.write_all(b"GET ").await.unwrap();
    // The scrapes themselves are connections of the other listener.
    until(metrics, open, 1).await;
    drop(client);
    until(metrics, open, 0).await;
    assert_eq!(scrape(metrics, "countersign_connections_accepted_total{listener=\"page\"}").await, Some(1));
    assert_eq!(scrape(metrics, "countersign_connections_open{listener=\"operator\"}").await, Some(1));
    serving.abort();
}

async fn until(address: SocketAddr, series: &str, expected: i64) {
    for _ in 0..500 {
        if scrape(address, series).await == Some(expected) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{series} is not {expected}");
}
