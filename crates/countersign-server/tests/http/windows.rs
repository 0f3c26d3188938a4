//! Several windows of one browser, and slow requests: a request changes only the account that the user sees.

use std::net::SocketAddr;

use axum::http::Request;
use countersign::types::base64url;
use countersign_server::{Listen, Server};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::authenticator::Passkey;
use crate::site::{Client, ORIGIN, Site, finish};

const CHANGING: [(&str, &str); 9] = [
    ("POST", "/api/step-up/start"),
    ("POST", "/api/step-up/finish"),
    ("DELETE", "/api/sessions"),
    ("DELETE", "/api/sessions/x"),
    ("POST", "/api/credentials/start"),
    ("POST", "/api/credentials/finish"),
    ("PATCH", "/api/credentials/AQ"),
    ("DELETE", "/api/credentials/AQ"),
    ("DELETE", "/api/account"),
];

#[tokio::test]
async fn rule_394_a_window_that_shows_another_account_than_the_session_changes_nothing() {
    let site = Site::new().await;
    let (alice, _) = site.account("Alice", 1).await;
    let (bob, _) = site.account("Bob", 2).await;
    // Bob signed in in another window of the browser.
    let mut window = Client { account: alice.account, ..bob };
    for (method, path) in CHANGING.into_iter().chain([("DELETE", "/api/session")]) {
        for (account, status, code) in [
            (window.account.clone(), 409, "account-changed"),
            (Some(base64url::encode([7; 64])), 409, "account-changed"),
            (Some("no handle!".into()), 409, "account-changed"),
            (None, 400, "account-missing"),
        ] {
            let mut window = Client { account, ..window.clone() };
            let request = Request::builder().method(method).uri(path);
            let request = request.header("origin", ORIGIN).header("content-type", "application/json");
            let body = json!({ "label": "x", "ceremony": "x", "response": {} }).to_string();
            window.request(request.body(body.into()).unwrap()).await.expect_error(status, code);
        }
    }
    assert_eq!(site.rows(), [2, 2, 2]);
    assert_eq!(window.name().await.unwrap(), "Bob", "still signed in");
}

#[tokio::test]
async fn a_passkey_that_was_started_for_one_account_is_not_added_to_another() {
    let site = Site::new().await;
    let (mut alice, _) = site.account("Alice", 1).await;
    let (bob, _) = site.account("Bob", 2).await;
    let started = alice.start_adding().await;
    let response = Passkey::new(&started["options"], ORIGIN, 3).registration(&started["options"]);
    // In between, Bob signs in in another window of the browser.
    let mut window = Client { cookie: bob.cookie, ..alice.clone() };
    let body = finish(&started, &response);
    window.post("/api/credentials/finish", &body).await.expect_error(409, "account-changed");
    assert_eq!(site.rows(), [2, 2, 2]);
    alice.post("/api/credentials/finish", &body).await.expect(201);
}

#[tokio::test]
async fn signing_out_without_a_session_succeeds() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    client.delete("/api/session").await.expect(204);
    client.account = None;
    client.delete("/api/session").await.expect(204);
}

/// A request over a socket without its body yet: the server has read its headers, and waits for the body.
async fn half_sent(address: SocketAddr, client: &Client, request: &str, body: &str) -> TcpStream {
    let head = format!(
        "{request} HTTP/1.1\r\nHost: localhost:8080\r\nOrigin: {ORIGIN}\r\nContent-Type: application/json\r\n\
         Cookie: {}; {}\r\nCountersign-Account: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n",
        client.cookie.as_ref().unwrap(),
        client.browser.as_ref().unwrap(),
        client.account.as_ref().unwrap(),
        body.len(),
    );
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream
}

/// Sends the body, and returns the status and the code of the answer.
async fn rest(mut stream: TcpStream, body: &str) -> (String, Value) {
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let answer: Value = serde_json::from_str(body).unwrap();
    (head[9..12].to_owned(), answer["error"]["code"].clone())
}

#[tokio::test]
async fn rule_395_a_request_whose_session_ends_while_its_body_arrives_writes_nothing() {
    let site = Site::new().await;
    let mut config = site.config.clone();
    config.listen = Listen::Address(([127, 0, 0, 1], 0).into());
    config.origins = vec![ORIGIN.into()];
    let server = Server::bind(&config).await.unwrap();
    let address = server.addresses()[0];
    let serving = tokio::spawn(server.serve(std::future::pending()));

    let (owner, passkey) = site.account("Ada", 1).await;
    for round in 0..4_u8 {
        let mut thief = site.client();
        thief.sign_in(&passkey).await.expect(200);
        let started = thief.start_adding().await;
        let response = Passkey::new(&started["options"], ORIGIN, 2 + round).registration(&started["options"]);
        let path = format!("/api/credentials/{}", passkey.id());
        let (request, body) = match round {
            0 => ("POST /api/credentials/finish".to_owned(), finish(&started, &response)),
            1 => (format!("PATCH {path}"), json!({ "label": "mine" })),
            2 => ("POST /api/credentials/start".to_owned(), json!({})),
            _ => ("POST /api/step-up/start".to_owned(), json!({ "act": { "kind": "delete-account" } })),
        };
        let body = body.to_string();
        let stream = half_sent(address, &thief, &request, &body).await;
        owner.clone().delete("/api/sessions").await.expect(200);
        assert_eq!(rest(stream, &body).await, ("401".into(), json!("not-signed-in")), "{request}");
        assert_eq!(site.sql("SELECT count(*) FROM credentials WHERE label = 'Passkey'"), 1);
    }
    assert_eq!(site.rows(), [1, 1, 1]);
    serving.abort();
}

#[tokio::test]
async fn an_account_that_is_deleted_during_a_request_is_no_server_error() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let started = client.start_adding().await;
    let response = Passkey::new(&started["options"], ORIGIN, 2).registration(&started["options"]);
    let mut window = site.client();
    window.sign_in(&passkey).await.expect(200);
    window.delete_account().await.expect(200);
    let answer = client.post("/api/credentials/finish", &finish(&started, &response)).await;
    answer.expect_error(401, "not-signed-in");
    assert_eq!(site.rows(), [0, 0, 0]);
}
