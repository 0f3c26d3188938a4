//! Malformed requests to every endpoint: the answer is always a clean 4xx.

use axum::body::Body;
use axum::http::{HeaderValue, Request};
use countersign::types::base64url;
use serde_json::{Value, json};

use crate::site::{Client, Site, finish};

const POSTS: [(&str, &str); 10] = [
    ("POST", "/api/inspect"),
    ("POST", "/api/step-up/start"),
    ("POST", "/api/step-up/finish"),
    ("POST", "/api/accounts/start"),
    ("POST", "/api/accounts/finish"),
    ("POST", "/api/sessions/start"),
    ("POST", "/api/sessions/finish"),
    ("POST", "/api/credentials/start"),
    ("POST", "/api/credentials/finish"),
    ("PATCH", "/api/credentials/AQ"),
];

async fn send(client: &mut Client, method: &str, path: &str, body: impl Into<Body>) -> crate::site::Answer {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    client.request(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_malformed_everywhere() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    let deep = "[".repeat(100_000);
    let deep_object = "{\"name\":".repeat(20_000);
    let bodies: [&[u8]; 22] = [
        b"",
        b" ",
        b"null",
        b"true",
        b"0",
        b"\"text\"",
        b"[]",
        b"[\"Ada\"]",
        b"[\"AAAA\", {}]",
        b"{",
        b"{}}",
        b"{} {}",
        b"{]",
        b"{\"name\"}",
        b"{'name': 'Ada'}",
        b"{\"name\": \"Ada\",}",
        b"{\"x\": \"\xff\xfe\"}",
        b"\xef\xbb\xbf{}",
        b"{\"x\": 1e}",
        b"\x00\x01\x02",
        deep.as_bytes(),
        deep_object.as_bytes(),
    ];
    for (method, path) in POSTS {
        for body in bodies {
            let answer = send(&mut client, method, path, body.to_vec()).await;
            answer.expect_error(400, "request-malformed");
        }
    }
}

#[tokio::test]
async fn a_member_of_the_wrong_kind_is_malformed() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    let values =
        [json!(null), json!(1), json!(true), json!([]), json!({}), json!(["Ada"]), json!({ "a": "b" })];
    for (method, path, member) in [
        ("POST", "/api/accounts/start", "name"),
        ("POST", "/api/accounts/finish", "ceremony"),
        ("POST", "/api/sessions/finish", "ceremony"),
        ("POST", "/api/credentials/finish", "ceremony"),
        ("POST", "/api/step-up/start", "act"),
        ("POST", "/api/step-up/finish", "ceremony"),
        ("PATCH", "/api/credentials/AQ", "label"),
        ("POST", "/api/inspect", "text"),
    ] {
        for value in &values {
            let body = json!({ member: value, "response": {} });
            send(&mut client, method, path, body.to_string()).await.expect_error(400, "request-malformed");
        }
        let twice = format!("{{\"{member}\":\"Ada\",\"{member}\":\"Ada\",\"response\":{{}}}}");
        send(&mut client, method, path, twice).await.expect_error(400, "request-malformed");
        let lone_surrogate = format!("{{\"{member}\":\"\\ud800\",\"response\":{{}}}}");
        send(&mut client, method, path, lone_surrogate).await.expect_error(400, "request-malformed");
    }
    for path in ["/api/accounts/finish", "/api/sessions/finish", "/api/credentials/finish"] {
        let without = json!({ "ceremony": "AAAA" });
        send(&mut client, "POST", path, without.to_string()).await.expect_error(400, "request-malformed");
    }
}

#[tokio::test]
async fn a_ceremony_that_was_never_started_has_expired() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    for ceremony in
        ["", "x", &"A".repeat(43), &"A".repeat(200_000), "é\u{0}", "../../etc/passwd", "' OR 1=1 --"]
    {
        for (path, status) in
            [("/api/accounts/finish", 400), ("/api/sessions/finish", 401), ("/api/credentials/finish", 400)]
        {
            let body = json!({ "ceremony": ceremony, "response": {} });
            client.post(path, &body).await.expect_error(status, "challenge-expired");
        }
    }
}

#[tokio::test]
async fn a_malformed_response_is_rejected_with_a_code_of_the_ceremony() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    client.confirm(json!({ "kind": "add-credential" })).await;
    let huge = base64url::encode(vec![7; 60_000]);
    let junk = [
        json!(null),
        json!(7),
        json!("text"),
        json!([]),
        json!({}),
        json!({ "id": "AQ", "rawId": "AQ", "type": "public-key", "response": {}, "clientExtensionResults": {} }),
        json!({ "id": huge, "rawId": huge, "type": "public-key", "response": null }),
    ];
    for (start, end, body) in [
        ("/api/accounts/start", "/api/accounts/finish", json!({ "name": "Eve" })),
        ("/api/sessions/start", "/api/sessions/finish", json!({})),
        ("/api/credentials/start", "/api/credentials/finish", json!({})),
    ] {
        for response in &junk {
            let started = client.post(start, &body).await.expect(200).json();
            let answer = client.post(end, &finish(&started, response)).await;
            let status = if end.contains("sessions") { 401 } else { 400 };
            answer.expect_error(status, "response-malformed");
        }
        // Each member of a real response, replaced by junk.
        for pointer in [
            "/id",
            "/rawId",
            "/type",
            "/response",
            "/response/clientDataJSON",
            "/response/attestationObject",
            "/response/authenticatorData",
            "/response/signature",
            "/response/userHandle",
            "/clientExtensionResults",
        ] {
            for value in [json!(7), json!(""), json!("é"), json!("AAAA"), json!(huge), json!([[[]]])] {
                let started = client.post(start, &body).await.expect(200).json();
                let mut response = if end.contains("sessions") {
                    passkey.authentication(&started["options"])
                } else {
                    passkey.registration(&started["options"])
                };
                let Some(member) = response.pointer_mut(pointer) else { continue };
                *member = value;
                let answer = client.post(end, &finish(&started, &response)).await;
                assert!(answer.status.is_client_error(), "{end} {pointer}: {answer:?}");
                assert!(answer.json()["error"]["code"].is_string());
            }
        }
    }
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn a_malformed_id_is_not_found() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    let long = "A".repeat(16_000);
    for id in ["AQ=", "AB", "!", "%00", "%ff", "%C3%28", "%zz", "%", "..", "%2e%2e%2f", "'--", &long, "AQ"] {
        let path = format!("/api/credentials/{id}");
        let body = json!({ "label": "x" }).to_string();
        send(&mut client, "PATCH", &path, body).await.expect_error(404, "not-found");
        if id != ".." {
            let path = format!("/api/sessions/{id}");
            send(&mut client, "DELETE", &path, "").await.expect_error(404, "not-found");
        }
        send(&mut client, "DELETE", &path, "").await.expect_error(404, "not-found");
    }
}

#[tokio::test]
async fn a_malformed_cookie_is_no_session() {
    let site = Site::new().await;
    let mut client = site.client();
    let long = format!("countersign-session-8080={}", "A".repeat(60_000));
    for cookie in [
        &b""[..],
        b";;;=;",
        b"countersign-session-8080",
        b"countersign-session-8080=",
        b"countersign-session-8080=\xff\xfe\x80",
        b"countersign-session-8080=\"AAAA\"",
        b"countersign-session-8080=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        b"countersign-session-8080=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        long.as_bytes(),
    ] {
        let request = |method: &str, path: &str| {
            let value = HeaderValue::from_bytes(cookie).unwrap();
            Request::builder().method(method).uri(path).header("cookie", value).body(Body::empty()).unwrap()
        };
        let session = client.request(request("GET", "/api/session")).await.expect(200).json();
        assert_eq!(session["account"], Value::Null);
        client.request(request("GET", "/api/credentials")).await.expect_error(401, "not-signed-in");
        client.request(request("DELETE", "/api/account")).await.expect_error(401, "not-signed-in");
        client.request(request("DELETE", "/api/session")).await.expect(204);
    }
}
