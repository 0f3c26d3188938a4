//! The program against a software authenticator, over HTTP without a socket.

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use countersign_authenticator::{Authenticator, Client};
use countersign_guide::{app, passkeys::Passkeys};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const ORIGIN: &str = "http://localhost:8080";

fn program() -> Router {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    app::router(Passkeys::new("localhost", ORIGIN, connection).unwrap())
}

async fn send(program: &Router, path: &str, body: Value) -> Response<Body> {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap();
    program.clone().oneshot(request).await.unwrap()
}

async fn json_of(response: Response<Body>) -> Value {
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    serde_json::from_slice(&body).unwrap()
}

async fn started(program: &Router, path: &str, body: Value) -> (Value, Value) {
    let mut value = json_of(send(program, path, body).await).await;
    (value["ceremony"].take(), value["publicKey"].take())
}

/// The body that a page sends to finish a sign-in.
async fn sign_in(program: &Router, client: &Client, authenticator: &mut Authenticator) -> Value {
    let (ceremony, options) = started(program, "/sign-in/start", json!({})).await;
    let options = serde_json::from_value(options).unwrap();
    let response: Value = serde_json::from_str(&client.get_json(&options, authenticator).unwrap()).unwrap();
    json!({"ceremony": ceremony, "response": response})
}

async fn registered(program: &Router, client: &Client, authenticator: &mut Authenticator) -> Response<Body> {
    let (ceremony, options) = started(program, "/registration/start", json!({"name": "jo"})).await;
    let options = serde_json::from_value(options).unwrap();
    let response: Value =
        serde_json::from_str(&client.create_json(&options, authenticator).unwrap()).unwrap();
    let body = json!({"ceremony": ceremony, "response": response});
    send(program, "/registration/finish", body).await
}

#[tokio::test]
async fn an_account_is_made_and_signed_in_to() {
    let (program, client) = (program(), Client::new(ORIGIN));
    let mut authenticator = Authenticator::platform("jo's laptop");
    let response = registered(&program, &client, &mut authenticator).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);

    let body = sign_in(&program, &client, &mut authenticator).await;
    let response = send(&program, "/sign-in/finish", body.clone()).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap().split(';').next().unwrap();
    let request = Request::get("/account").header(header::COOKIE, cookie).body(Body::empty()).unwrap();
    let account = json_of(program.clone().oneshot(request).await.unwrap()).await;
    assert!(account["account"].is_string());

    // A second time it is nothing.
    let response = send(&program, "/sign-in/finish", body).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(json_of(response).await["error"], "challenge-expired");
}

#[tokio::test]
async fn without_an_account_nobody_signs_in() {
    let (program, client) = (program(), Client::new(ORIGIN));
    let mut authenticator = Authenticator::platform("jo's laptop");
    let other = self::program();
    registered(&other, &client, &mut authenticator).await;
    let body = sign_in(&program, &client, &mut authenticator).await;
    let response = send(&program, "/sign-in/finish", body).await;
    assert_eq!(json_of(response).await["error"], "credential-unknown");
    let request = Request::get("/account").body(Body::empty()).unwrap();
    let account = json_of(program.oneshot(request).await.unwrap()).await;
    assert_eq!(account["account"], Value::Null);
}
