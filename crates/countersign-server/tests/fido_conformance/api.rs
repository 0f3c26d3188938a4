//! The API by itself: its errors, its sessions, and what can't be reached through it.

use countersign_authenticator::{Authenticator, Client, types::CreationOptions};
use countersign_server::{FidoConformanceApi, Server, StartError};
use serde_json::{Value, json};

use crate::case::{Registration, creation_request, get_request};
use crate::models;
use crate::tool::{Answer, Tool};

/// The paths of the API.
const PATHS: [&str; 4] =
    ["/attestation/options", "/attestation/result", "/assertion/options", "/assertion/result"];

async fn plain() -> Tool {
    Tool::with(|_, _| {}).await
}

/// Starts a registration, and answers it as a browser does.
async fn answered(tool: &Tool, user: &str) -> (Answer, String) {
    let started = tool.post("/attestation/options", &creation_request(user, "none"), None).await;
    let options: CreationOptions = serde_json::from_value(started.body.clone()).unwrap();
    let response =
        Client::new(&tool.origin).create_json(&options, &mut Authenticator::platform(user)).unwrap();
    (started, response)
}

#[tokio::test]
async fn requests_that_are_no_messages_are_answered_in_the_form_of_the_api() {
    let tool = plain().await;
    for path in PATHS {
        let send = |content_type: &'static str, body: String| {
            let tool = &tool;
            async move { tool.send("POST", path, content_type, &body, None).await }
        };
        send("text/plain", "{}".into()).await.expect_failed(415, "content-type-unsupported");
        send("application/json", " ".repeat(300_000)).await.expect_failed(413, "body-too-large");
        for body in ["", "[]", "{", "7", r#"{"username":7,"id":}"#] {
            send("application/json", body.into()).await.expect_failed(400, "request-malformed");
        }
        let get = tool.send("GET", path, "application/json", "", None).await;
        get.expect_failed(405, "method-not-allowed");
    }
}

#[tokio::test]
async fn a_request_for_options_needs_names() {
    let tool = plain().await;
    let tool = &tool;
    let ask = |body: Value| async move { tool.post("/attestation/options", &body, None).await };
    ask(json!({ "username": "ada" })).await.expect_failed(400, "request-malformed");
    ask(json!({ "displayName": "Ada" })).await.expect_failed(400, "request-malformed");
    ask(json!({ "username": "", "displayName": "Ada" })).await.expect_failed(400, "name-invalid");
    ask(json!({ "username": "\u{200b}", "displayName": "Ada" })).await.expect_failed(400, "name-invalid");
    ask(json!({ "username": "a".repeat(257), "displayName": "Ada" }))
        .await
        .expect_failed(400, "name-invalid");
    ask(json!({ "username": "ada", "displayName": "a".repeat(257) }))
        .await
        .expect_failed(400, "name-invalid");
    let unfit = json!({ "username": "ada", "displayName": "Ada", "extensions": { "getCredBlob": true } });
    ask(unfit).await.expect_failed(400, "extension-invalid");
    let bare = ask(json!({ "username": "ada", "displayName": "Ada" })).await;
    bare.expect_ok();
    assert_eq!(bare.body["attestation"], "none");
    assert_eq!(bare.body["authenticatorSelection"]["userVerification"], "preferred");
}

#[tokio::test]
async fn unknown_values_are_as_good_as_none() {
    let tool = plain().await;
    let mut request = creation_request("ada", "perhaps");
    request["authenticatorSelection"] = json!({
        "userVerification": "perhaps", "authenticatorAttachment": "perhaps", "residentKey": "perhaps",
    });
    let answer = tool.post("/attestation/options", &request, None).await;
    answer.expect_ok();
    assert_eq!(answer.body["attestation"], "none");
    let selection = json!({ "residentKey": "discouraged", "userVerification": "preferred" });
    assert_eq!(answer.body["authenticatorSelection"], selection);
}

#[tokio::test]
async fn a_user_without_a_credential_can_not_authenticate() {
    let tool = plain().await;
    let ask = || async { tool.post("/assertion/options", &get_request("ada", "required"), None).await };
    ask().await.expect_failed(404, "credential-unknown");
    let (started, response) = answered(&tool, "ada").await;
    ask().await.expect_failed(404, "credential-unknown");
    tool.finish("/attestation/result", &response, &started).await.expect_ok();
    ask().await.expect_ok();
}

#[tokio::test]
async fn a_ceremony_belongs_to_its_session_and_is_finished_once() {
    let tool = plain().await;
    let (started, response) = answered(&tool, "ada").await;
    let without = Answer { cookie: None, ..started.clone() };
    tool.finish("/attestation/result", &response, &without).await.expect_failed(400, "challenge-expired");
    let (other, _) = answered(&tool, "eve").await;
    tool.finish("/attestation/result", &response, &other).await.expect_failed(400, "challenge-mismatch");
    tool.finish("/attestation/result", &response, &started).await.expect_ok();
    tool.finish("/attestation/result", &response, &started).await.expect_failed(400, "challenge-expired");
    // A registration can't be finished as an assertion, and is over after the attempt.
    let (started, response) = answered(&tool, "joe").await;
    tool.finish("/assertion/result", &response, &started).await.expect_failed(400, "challenge-expired");
    tool.finish("/attestation/result", &response, &started).await.expect_failed(400, "challenge-expired");
}

#[tokio::test]
async fn the_members_of_to_json_are_accepted_too() {
    let tool = plain().await;
    let (started, response) = answered(&tool, "ada").await;
    let response: Value = serde_json::from_str(&response).unwrap();
    tool.post("/attestation/result", &response, started.cookie.as_deref()).await.expect_ok();
}

#[tokio::test]
async fn a_credential_id_is_registered_once() {
    let tool = plain().await;
    let (started, response) = answered(&tool, "ada").await;
    tool.finish("/attestation/result", &response, &started).await.expect_ok();
    let started = tool.post("/attestation/options", &creation_request("eve", "none"), None).await;
    let options: CreationOptions = serde_json::from_value(started.body.clone()).unwrap();
    // The same seed gives the same ID.
    let response =
        Client::new(&tool.origin).create_json(&options, &mut Authenticator::platform("ada")).unwrap();
    let answer = tool.finish("/attestation/result", &response, &started).await;
    answer.expect_failed(400, "credential-already-registered");
}

#[tokio::test]
async fn attestations_are_accepted_without_trust_if_there_is_no_metadata() {
    let tool = plain().await;
    let unknown = Registration::PACKED.model(models::SELF_MODEL);
    unknown.run(&tool, "ada").await.expect_ok();
}

#[tokio::test]
async fn no_session_or_account_of_the_server_comes_of_it() {
    let tool = plain().await;
    let (started, response) = answered(&tool, "ada").await;
    let answer = tool.finish("/attestation/result", &response, &started).await;
    answer.expect_ok();
    assert_eq!(answer.cookie, None);
    assert!(started.cookie.as_ref().unwrap().starts_with("countersign-fido-conformance="));
    // Neither the cookie nor the credential is worth anything elsewhere.
    let session = tool.send("GET", "/api/session", "", "", started.cookie.as_deref()).await;
    assert_eq!((session.status, &session.body["account"]), (200, &Value::Null));
    let token = started.cookie.as_ref().unwrap().split_once('=').unwrap().1;
    let port = tool.origin.rsplit(':').next().unwrap();
    let forged = format!("countersign-session-{port}={token}");
    let session = tool.send("GET", "/api/session", "", "", Some(&forged)).await;
    assert_eq!((session.status, &session.body["account"]), (200, &Value::Null));
    let database = rusqlite::Connection::open(tool.folder.path().join("data/countersign.sqlite3")).unwrap();
    for table in ["accounts", "credentials", "sessions"] {
        let rows: i64 =
            database.query_row(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "{table}");
    }
}

#[tokio::test]
async fn there_is_no_api_unless_it_was_asked_for() {
    let mut tool = Tool::with(|config, _| config.fido_conformance.api = FidoConformanceApi::Off).await;
    tool.sent_origin.clone_from(&tool.origin);
    for path in PATHS {
        assert_eq!(tool.send("POST", path, "application/json", "{}", None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_server_of_another_domain_does_not_start_with_it_unless_that_was_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = countersign_server::Config::new(folder.path().join("countersign.sqlite3"));
    config.listen = countersign_server::Listen::Localhost(0);
    config.rp_id = "example.org".into();
    config.fido_conformance.api = FidoConformanceApi::Localhost;
    let error = Server::bind(&config).await.err().unwrap();
    assert!(matches!(error, StartError::FidoConformancePublic), "{error}");
    let findings = Server::check(&config).await;
    let found: Vec<_> = findings.problems.iter().map(|it| it.key).collect();
    assert_eq!(found, [Some("fido_conformance.api")]);
    config.fido_conformance.api = FidoConformanceApi::DangerousAnywhere;
    let findings = Server::check(&config).await;
    assert_eq!(findings.problems, []);
    assert!(findings.warnings.iter().any(|it| it.key == Some("fido_conformance.api")));
    Server::bind(&config).await.unwrap();
}

#[tokio::test]
async fn a_check_finds_files_that_are_no_metadata() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        path
    };
    let (junk, missing) = (write("junk", "junk"), folder.path().join("missing"));
    let mut base = countersign_server::Config::new(folder.path().join("countersign.sqlite3"));
    base.fido_conformance.api = FidoConformanceApi::Localhost;
    let found = |change: &dyn Fn(&mut countersign_server::FidoConformanceConfig)| {
        let mut config = base.clone();
        change(&mut config.fido_conformance);
        async move {
            let findings = Server::check(&config).await;
            let [finding] = findings.problems.as_slice() else { panic!("{findings:?}") };
            (finding.key.unwrap(), finding.position)
        }
    };
    let statements = "fido_conformance.statements";
    assert_eq!(found(&|own| own.statements = Some(missing.clone())).await, (statements, None));
    for content in ["junk", "[]", "{}", r#"{"aaguid":"no AAGUID"}"#] {
        let path = write("statements/one.json", content);
        let folder = path.parent().unwrap().to_owned();
        assert_eq!(
            found(&|own| own.statements = Some(folder.clone())).await,
            (statements, None),
            "{content}"
        );
    }
    let of_list =
        |own: &mut countersign_server::FidoConformanceConfig| own.blobs = vec![junk.clone(), missing.clone()];
    assert_eq!(found(&of_list).await, ("fido_conformance.blobs", Some(1)));
    let roots = |own: &mut countersign_server::FidoConformanceConfig| {
        own.blobs = vec![junk.clone()];
        own.roots = vec![missing.clone()];
    };
    assert_eq!(found(&roots).await, ("fido_conformance.roots", Some(0)));
    let lists = |own: &mut countersign_server::FidoConformanceConfig| {
        (own.blobs, own.revocation_lists) = (vec![missing.clone()], vec![junk.clone()]);
    };
    assert_eq!(found(&lists).await, ("fido_conformance.revocation_lists", Some(0)));
}
