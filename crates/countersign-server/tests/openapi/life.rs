//! The answers in the life of an account, from its creation to its deletion, have the described form.

use std::sync::{Arc, Mutex};
use std::{fs, process::Command};

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Router, http::header};
use countersign_server::ClientConfig;
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::document::DOCUMENT;
use crate::python;
use crate::site::{Client, ORIGIN, Site, finish};

/// The program that compares answers with the document.
const CONFORMS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi/conforms.py");

/// The secret of the client that asks about sessions.
pub(crate) const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Answers, with the method and the path of their requests.
pub(crate) type Answers = Arc<Mutex<Vec<Value>>>;

/// Writes down each answer.
pub(crate) fn recorded(router: &Router, answers: &Answers) -> Router {
    let answers = answers.clone();
    let record = move |request: Request, next: Next| {
        let (answers, method) = (answers.clone(), request.method().to_string());
        let path = request.uri().path().to_owned();
        async move {
            let (parts, body) = next.run(request).await.into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let fields: Vec<_> = parts
                .headers
                .iter()
                .map(|(name, value)| json!([name.as_str(), value.to_str().unwrap()]))
                .collect();
            answers.lock().unwrap().push(json!({
                "method": method,
                "path": path,
                "status": parts.status.as_u16(),
                "headers": fields,
                "body": String::from_utf8_lossy(&body),
            }));
            Response::from_parts(parts, Body::from(body))
        }
    };
    router.clone().layer(middleware::from_fn(record))
}

async fn create(client: &mut Client, name: &str, seed: u8) {
    let started = client.post("/api/accounts/start", &json!({ "name": name })).await.expect(200).json();
    let passkey = Passkey::new(&started["options"], ORIGIN, seed);
    let finish = finish(&started, &passkey.registration(&started["options"]));
    client.post("/api/accounts/finish", &finish).await.expect(201);
    // The same finish again.
    client.post("/api/accounts/finish", &finish).await.expect(201);
    client.passkey = Some(passkey);
}

/// Passkeys are added, renamed and removed.
async fn credentials(client: &mut Client) {
    let (added, answer) = client.add(2).await;
    answer.expect(201);
    let path = format!("/api/credentials/{}", added.id());
    client.get("/api/credentials").await.expect(200);
    client.patch(&path, &json!({ "label": "Key" })).await.expect(200);
    client.patch(&path, &json!({ "label": "\u{202e}" })).await.expect_error(400, "label-invalid");
    client.delete(&path).await.expect_error(401, "reauthentication-required");
    client.remove(&added).await.expect(200);
    client.delete("/api/credentials/AQ").await.expect_error(404, "not-found");
    client.patch("/api/credentials/AQ", &json!({ "label": "Key" })).await.expect_error(404, "not-found");
    let sole = client.passkey.clone().unwrap();
    let act = json!({ "act": { "kind": "remove-credential", "credential": sole.id() } });
    client.post("/api/step-up/start", &act).await.expect_error(409, "last-credential");
}

/// Recovery codes are made, and one of them is used.
async fn recovery(site: &Client, client: &mut Client) {
    client.get("/api/recovery-codes").await.expect(200);
    client.confirm(json!({ "kind": "make-recovery-codes" })).await;
    let codes = client.post("/api/recovery-codes", &json!({})).await.expect(201).json();
    client.get("/api/recovery-codes").await.expect(200);
    let mut other = site.clone();
    let wrong = json!({ "name": "Nobody", "code": codes["codes"][0] });
    other.post("/api/recovery/start", &wrong).await.expect_error(401, "recovery-code-invalid");
    let code = json!({ "name": "Ada", "code": codes["codes"][0] });
    let started = other.post("/api/recovery/start", &code).await.expect(200).json();
    let passkey = Passkey::new(&started["options"], ORIGIN, 3);
    let finish = finish(&started, &passkey.registration(&started["options"]));
    other.post("/api/recovery/finish", &finish).await.expect(201);
    client.sign_in(&client.passkey.clone().unwrap()).await.expect(200);
}

/// Sessions are listed, asked about and ended.
async fn sessions(site: &Client, client: &mut Client) {
    let mut other = site.clone();
    other.sign_in(client.passkey.as_ref().unwrap()).await.expect(200);
    let list = client.get("/api/sessions").await.expect(200).json();
    let is_other = |session: &&Value| session["current"] == false;
    let other_id = list["sessions"].as_array().unwrap().iter().find(is_other).unwrap()["id"].clone();
    client.delete(&format!("/api/sessions/{}", other_id.as_str().unwrap())).await.expect(200);
    client.delete("/api/sessions/unknown").await.expect_error(404, "not-found");
    client.delete("/api/sessions").await.expect(200);
    client.get("/auth/check").await.expect(204);
    client.get("/auth/check?max_age=x").await.expect_error(400, "query-malformed");
    other.get("/auth/check").await.expect_error(401, "not-signed-in");
    client.get("/auth/return?to=https://app.example.org/").await.expect(303);
    client.get("/api/return?to=https://app.example.org/").await.expect(200);
    client.get("/api/return?to=https://example.com/").await.expect_error(400, "return-address-not-allowed");
    let cookie = client.cookie.clone().unwrap();
    for (session, status) in [(cookie.split_once('=').unwrap().1, 200), ("unknown", 404)] {
        let question = Request::post("/auth/session")
            .header(header::AUTHORIZATION, format!("Bearer {SECRET}"))
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json!({ "session": session }).to_string()))
            .unwrap();
        site.clone().request(question).await.expect(status);
    }
    site.clone().post("/auth/session", &json!({ "session": "" })).await.expect_error(401, "client-unknown");
}

/// The account is described, renamed and deleted.
async fn account(client: &mut Client) {
    client.get("/api/account/data").await.expect(200);
    client.get("/api/signals").await.expect(200);
    // A registration of the specification's test vectors, cut: with a fault, notes, codes and rules.
    let cut = json!({ "text": "a363666d74646e6f6e656761747453746d74a0686175746844617461" });
    client.post("/api/inspect", &cut).await.expect(200);
    client.post("/api/inspect", &json!({})).await.expect_error(400, "request-malformed");
    client
        .patch("/api/account", &json!({ "name": "Eve" }))
        .await
        .expect_error(401, "reauthentication-required");
    client.confirm(json!({ "kind": "rename-account", "name": "Ada L." })).await;
    client.patch("/api/account", &json!({ "name": "Ada L." })).await.expect(200);
    client.delete_account().await.expect(200);
    client.get("/api/signals").await.expect_error(401, "not-signed-in");
    client.post("/api/inspect", &cut).await.expect_error(401, "not-signed-in");
    client.delete("/api/session").await.expect(204);
}

/// A rejected finish of each kind, and requests that are rejected before.
async fn rejections(site: &Client) {
    let mut client = site.clone();
    let started = client.post("/api/sessions/start", &json!({ "name": "Ada" })).await.expect(200).json();
    let stranger = Passkey::new(&json!({ "user": { "id": "AQ" }, "rp": { "id": "localhost" } }), ORIGIN, 9);
    let wrong = finish(&started, &stranger.authentication(&started["options"]));
    client.post("/api/sessions/finish", &wrong).await.expect_error(401, "credential-not-allowed");
    let started = client.post("/api/accounts/start", &json!({ "name": "Eve" })).await.expect(200).json();
    let mut forged = Passkey::new(&started["options"], ORIGIN, 9);
    forged.origin = "https://example.com".into();
    let wrong = finish(&started, &forged.registration(&started["options"]));
    client.post("/api/accounts/finish", &wrong).await.expect_error(400, "origin-mismatch");
    client.post("/api/accounts/start", &json!({})).await.expect_error(400, "request-malformed");
    client.origin = "https://example.com";
    client.post("/api/accounts/start", &json!({})).await.expect_error(403, "origin-not-allowed");
    for path in ["/health/live", "/health/ready", "/metrics", "/openapi.json"] {
        site.clone().get(path).await.expect(200);
    }
    for path in
        ["/api/passkeys.js", "/api/passkeys.d.ts", "/.well-known/passkey-endpoints", "/.well-known/webauthn"]
    {
        site.clone().get(path).await.expect(200);
    }
    site.clone().get("/models/00000000-0000-0000-0000-000000000000/icon").await.expect(404);
}

#[tokio::test]
async fn every_answer_in_the_life_of_an_account_has_the_described_form() {
    let site = Site::with(|config, folder| {
        let secret = folder.join("secret");
        fs::write(&secret, SECRET).unwrap();
        config.clients = vec![ClientConfig::new("test", secret)];
        config.return_addresses = vec!["https://app.example.org".into()];
        config.relying_party.related_origins = vec!["https://example.net".into()];
    });
    let site = site.await;
    let answers = Answers::default();
    let new = Client::of(&recorded(&site.router, &answers));
    let mut client = new.clone();
    client.get("/api/session").await.expect(200);
    create(&mut client, "Ada", 1).await;
    client.get("/api/session").await.expect(200);
    new.clone().post("/api/accounts/start", &json!({ "name": "Ada" })).await.expect_error(409, "name-taken");
    credentials(&mut client).await;
    recovery(&new, &mut client).await;
    sessions(&new, &mut client).await;
    rejections(&new).await;
    account(&mut client).await;

    check(DOCUMENT, &answers);
}

/// Compares answers with a document.
pub(crate) fn check(document: &str, answers: &Answers) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.json");
    fs::write(&file, serde_json::to_vec(&*answers.lock().unwrap()).unwrap()).unwrap();
    let mut conforms = Command::new(python::programs().join("python"));
    let output = conforms.arg(CONFORMS).arg(document).arg(&file).output().unwrap();
    let report =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{report}");
}
