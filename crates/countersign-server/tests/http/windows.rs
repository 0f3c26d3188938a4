//! Several windows of one browser, and requests that take their time: what a person sees is what a request changes.

use axum::http::Request;
use countersign::types::base64url;
use serde_json::json;

use crate::{
    authenticator::Passkey,
    site::{Client, ORIGIN, Site, finish},
};

const CHANGING: [(&str, &str); 5] = [
    ("POST", "/api/credentials/start"),
    ("POST", "/api/credentials/finish"),
    ("PATCH", "/api/credentials/AQ"),
    ("DELETE", "/api/credentials/AQ"),
    ("DELETE", "/api/account"),
];

#[tokio::test]
async fn rule_394_a_window_that_shows_another_account_than_the_session_s_changes_nothing() {
    let site = Site::new();
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
    let site = Site::new();
    let (mut alice, _) = site.account("Alice", 1).await;
    let (bob, _) = site.account("Bob", 2).await;
    let started = alice.post("/api/credentials/start", &json!({})).await.expect(200).json();
    let response = Passkey::new(&started["options"], ORIGIN, 3).registration(&started["options"]);
    // In between, Bob signs in in another window of the browser.
    let mut window = Client { cookie: bob.cookie, ..alice.clone() };
    let body = finish(&started, &response);
    window.post("/api/credentials/finish", &body).await.expect_error(409, "account-changed");
    assert_eq!(site.rows(), [2, 2, 2]);
    alice.post("/api/credentials/finish", &body).await.expect(201);
}

#[tokio::test]
async fn signing_out_without_a_session_is_done_already() {
    let site = Site::new();
    let (mut client, _) = site.account("Ada", 1).await;
    client.delete("/api/session").await.expect(204);
    client.account = None;
    client.delete("/api/session").await.expect(204);
}
