//! The page that explains: who may ask, what is answered, and what is rejected.

use axum::body::Body;
use axum::http::Request;
use countersign_server::InspectPage;
use serde_json::json;

use crate::site::{ORIGIN, Site};

/// Authenticator data with BS and without BE, which no authenticator sends, in hexadecimal digits.
const DATA: &str = "a379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce19471500000007";

#[tokio::test]
async fn a_text_is_explained_to_a_signed_in_user_as_the_command_does() {
    let site = Site::new().await;
    let (mut ada, _) = site.account("Ada", 1).await;
    let answer = ada.post("/api/inspect", &json!({ "text": DATA })).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let explanation = answer.json();
    assert_eq!(explanation["kind"], "authenticator-data");
    assert_eq!(explanation["encodings"], json!(["hex"]));
    let flags = &explanation["field"]["fields"][1];
    assert_eq!(flags["value"], "0x15: UP UV BS");
    assert_eq!(flags["notes"][0]["code"], "backup-state-invalid");
    let other = ada.post("/api/inspect", &json!({ "text": DATA, "kind": "bytes" })).await.expect(200).json();
    assert_eq!(other["kind"], "bytes");
}

#[tokio::test]
async fn no_one_else_is_answered() {
    let site = Site::new().await;
    let (mut ada, _) = site.account("Ada", 1).await;
    let body = json!({ "text": DATA });
    site.client().post("/api/inspect", &body).await.expect_error(401, "not-signed-in");
    ada.origin = "https://evil.example";
    ada.post("/api/inspect", &body).await.expect_error(403, "origin-not-allowed");
    ada.origin = ORIGIN;
    ada.post("/api/inspect", &body).await.expect(200);
    ada.delete("/api/session").await.expect(204);
    ada.post("/api/inspect", &body).await.expect_error(401, "not-signed-in");
}

#[tokio::test]
async fn what_is_no_question_is_rejected_by_its_code() {
    let site = Site::new().await;
    let (mut ada, _) = site.account("Ada", 1).await;
    for body in [
        json!({}),
        json!({ "text": 1 }),
        json!({ "text": "a", "kind": "key" }),
        json!({ "text": "a", "more": 1 }),
        json!([DATA]),
    ] {
        ada.post("/api/inspect", &body).await.expect_error(400, "request-malformed");
    }
    let long = json!({ "text": "a".repeat(256 * 1024) });
    ada.post("/api/inspect", &long).await.expect_error(413, "body-too-large");
    let request = Request::post("/api/inspect").header("origin", ORIGIN).header("content-type", "text/plain");
    let answer = ada.request(request.body(Body::from(json!({ "text": "a" }).to_string())).unwrap()).await;
    answer.expect_error(415, "content-type-unsupported");
}

#[tokio::test]
async fn the_page_loads_only_its_own_files() {
    let site = Site::new().await;
    let mut client = site.client();
    let users = String::from_utf8(client.get("/").await.expect(200).body).unwrap();
    assert!(users.contains("href=\"/inspect\""));
    let page = client.get("/inspect").await.expect(200);
    assert!(page.header("content-security-policy").contains("require-trusted-types-for 'script'"));
    let html = String::from_utf8(page.body).unwrap();
    assert!(!html.contains(" style=") && !html.contains("onclick"), "inline code");
    let files: Vec<_> =
        html.split('"').filter(|text| text.contains(".js") || text.contains(".css")).collect();
    assert!(files.contains(&"/inspect/app.js") && files.contains(&"/inspect/style.css"), "{files:?}");
    for path in files {
        client.get(path).await.expect(200);
    }
}

#[tokio::test]
async fn a_configuration_without_it_has_no_page_no_link_and_no_answer() {
    let site = Site::with(|config, _| config.inspect_page = InspectPage::Off).await;
    let (mut ada, _) = site.account("Ada", 1).await;
    for path in ["/inspect", "/inspect/app.js", "/inspect/explanation.js", "/inspect/style.css"] {
        ada.get(path).await.expect(404);
    }
    ada.post("/api/inspect", &json!({ "text": DATA })).await.expect_error(404, "not-found");
    let users = String::from_utf8(ada.get("/").await.expect(200).body).unwrap();
    assert!(!users.contains("/inspect"));
}
