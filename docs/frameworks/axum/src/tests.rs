//! The program with a software authenticator, without a socket.

use axum::body;
use countersign_authenticator::{Authenticator, Client};
use serde_json::Value;
use tower::ServiceExt as _;

use super::*;

const ORIGIN: &str = "http://localhost:8080";

fn program() -> Router {
    app(Arc::new(Passkeys::new(relying_party().unwrap())))
}

async fn send(
    program: &Router,
    request: axum::http::request::Builder,
    body: String,
) -> (StatusCode, String, Value) {
    let response = program
        .clone()
        .oneshot(request.body(body::Body::from(body)).unwrap())
        .await
        .unwrap();
    let status = response.status();
    let cookie =
        response.headers().get(header::SET_COOKIE).map(|cookie| cookie.to_str().unwrap());
    let cookie =
        cookie.and_then(|cookie| cookie.split(';').next()).unwrap_or_default().to_owned();
    let body = body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, cookie, serde_json::from_slice(&body).unwrap_or_default())
}

async fn post_from(
    program: &Router,
    origin: &str,
    path: &str,
    body: Value,
) -> (StatusCode, String, Value) {
    let request = Request::post(path).header(header::ORIGIN, origin);
    send(
        program,
        request.header(header::CONTENT_TYPE, "application/json"),
        body.to_string(),
    )
    .await
}

async fn account(program: &Router, cookie: &str) -> (StatusCode, String, Value) {
    send(program, Request::get("/account").header(header::COOKIE, cookie), String::new())
        .await
}

#[tokio::test]
async fn a_passkey_is_registered_signs_in_and_is_not_accepted_twice() {
    let (program, client, mut authenticator) =
        (program(), Client::new(ORIGIN), Authenticator::platform("a laptop"));

    let (_, _, started) =
        post_from(&program, ORIGIN, "/registration/start", json!({ "name": "jo" })).await;
    let options = serde_json::from_value(started["publicKey"].clone()).unwrap();
    let response: Value =
        serde_json::from_str(&client.create_json(&options, &mut authenticator).unwrap())
            .unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "response": response });
    let (status, registered, _) =
        post_from(&program, ORIGIN, "/registration/finish", finish).await;
    assert_eq!(status, StatusCode::NO_CONTENT);

    let (_, _, started) = post_from(&program, ORIGIN, "/sign-in/start", json!({})).await;
    let options = serde_json::from_value(started["publicKey"].clone()).unwrap();
    let response: Value =
        serde_json::from_str(&client.get_json(&options, &mut authenticator).unwrap())
            .unwrap();
    let finish = json!({ "ceremony": started["ceremony"], "response": response });
    let (status, signed_in, _) =
        post_from(&program, ORIGIN, "/sign-in/finish", finish.clone()).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        account(&program, &registered).await.2,
        account(&program, &signed_in).await.2
    );

    let (status, _, again) = post_from(&program, ORIGIN, "/sign-in/finish", finish).await;
    assert_eq!(
        (status, again),
        (StatusCode::BAD_REQUEST, json!({ "error": "challenge-expired" }))
    );

    let request = Request::post("/sign-out")
        .header(header::ORIGIN, ORIGIN)
        .header(header::COOKIE, &signed_in);
    assert_eq!(send(&program, request, String::new()).await.0, StatusCode::NO_CONTENT);
    let (status, _, ended) = account(&program, &signed_in).await;
    assert_eq!(
        (status, ended),
        (StatusCode::UNAUTHORIZED, json!({ "error": "not-signed-in" }))
    );
}

#[tokio::test]
async fn requests_of_other_sites_and_bad_bodies_are_rejected() {
    let (program, name) = (program(), json!({ "name": "jo" }));
    let (status, _, other) =
        post_from(&program, "https://evil.example", "/registration/start", name).await;
    assert_eq!(
        (status, other),
        (StatusCode::FORBIDDEN, json!({ "error": "origin-not-allowed" }))
    );
    for (body, expected) in [
        (json!({}), StatusCode::UNPROCESSABLE_ENTITY),
        (json!({ "name": "j".repeat(RESPONSE_JSON_MAX) }), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let (status, _, bad) =
            post_from(&program, ORIGIN, "/registration/start", body).await;
        assert_eq!((status, bad), (expected, json!({ "error": "request-malformed" })));
    }
}
