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
    over(rusqlite::Connection::open_in_memory().unwrap())
}

fn over(connection: rusqlite::Connection) -> Router {
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
async fn an_account_is_created_and_signs_in() {
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

    // A second time it is rejected.
    let response = send(&program, "/sign-in/finish", body).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(json_of(response).await["error"], "challenge-expired");
}

#[tokio::test]
async fn without_an_account_a_sign_in_is_rejected() {
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

/// Signs in after `change` replaced the text of the stored record.
async fn signs_in_with_a_stored_record_that_is(name: &str, change: impl Fn(&Value) -> String) {
    let shared = format!("file:{name}?mode=memory&cache=shared");
    let table = rusqlite::Connection::open(&shared).unwrap();
    let (program, client) = (over(rusqlite::Connection::open(&shared).unwrap()), Client::new(ORIGIN));
    let mut authenticator = Authenticator::platform("jo's laptop");
    registered(&program, &client, &mut authenticator).await;
    let stored =
        || -> String { table.query_row("SELECT record FROM credential", [], |row| row.get(0)).unwrap() };
    let as_written: Value = serde_json::from_str(&stored()).unwrap();
    table.execute("UPDATE credential SET record = ?", [change(&as_written)]).unwrap();
    assert_ne!(stored(), as_written.to_string());
    let before = stored();
    // Twice: once from the changed text, once from what the first sign-in wrote.
    for _ in 0..2 {
        let body = sign_in(&program, &client, &mut authenticator).await;
        let response = send(&program, "/sign-in/finish", body).await;
        assert_eq!(response.status(), StatusCode::NO_CONTENT, "{name}");
    }
    assert_ne!(stored(), before);
}

#[tokio::test]
async fn a_record_of_version_1_signs_in() {
    signs_in_with_a_stored_record_that_is("version-1", |record| {
        let (fixed, dynamic) = (&record["static"], &record["dynamic"]);
        json!({
            "version": 1,
            "id": fixed["id"],
            "rp_id": fixed["rp_id"],
            "user_handle": fixed["user_handle"],
            "public_key": fixed["public_key"],
            "algorithm": fixed["algorithm"],
            "sign_count": dynamic["sign_count"],
            "uv_initialized": dynamic["uv_initialized"],
            "transports": fixed["transports"],
            "backup_eligible": dynamic["backup_eligible"],
            "backup_state": dynamic["backup_state"],
            "aaguid": fixed["aaguid"],
            "attestation": null,
        })
        .to_string()
    })
    .await;
}

#[tokio::test]
async fn a_record_whose_members_the_database_reordered_signs_in() {
    // As `jsonb` of PostgreSQL gives it back: the shortest names first, and white space.
    signs_in_with_a_stored_record_that_is("reordered", |record| {
        let mut members: Vec<_> = record.as_object().unwrap().iter().collect();
        members.sort_by_key(|(name, _)| (name.len(), *name));
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{{}}}", members.join(", "))
    })
    .await;
}
