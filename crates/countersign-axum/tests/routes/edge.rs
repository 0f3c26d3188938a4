//! What is checked before a handler runs.

use axum::body::Body;
use axum::http::{Request, header};
use countersign::RelyingParty;
use countersign::store::MemoryStore;
use countersign_axum::Passkeys;
use serde_json::json;
use tower::ServiceExt as _;

use crate::site::{Answer, ORIGIN, Site, application};

async fn send(site: &Site, origin: Option<&str>, content_type: &str, body: &str) -> Answer {
    let request = Request::post("/passkeys/sessions/start").header(header::CONTENT_TYPE, content_type);
    let request = origin.into_iter().fold(request, |request, origin| request.header(header::ORIGIN, origin));
    site.browser().send(request.body(Body::from(body.to_owned())).unwrap()).await
}

#[tokio::test]
async fn a_changing_request_from_another_origin_is_rejected() {
    let site = Site::new();
    let json = "application/json";
    send(&site, Some(ORIGIN), json, "{}").await.expect(200);
    send(&site, None, json, "{}").await.expect(200);
    for origin in ["https://example.org:8443", "http://example.org", "null", "https://evil.example"] {
        send(&site, Some(origin), json, "{}").await.expect_error(403, "origin-not-allowed");
    }
}

#[tokio::test]
async fn a_body_is_a_json_object_of_a_limited_length() {
    let site = Site::new();
    for content_type in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let answer = send(&site, Some(ORIGIN), content_type, "{}").await;
        answer.expect_error(415, "content-type-unsupported");
    }
    let json = "application/json; charset=utf-8";
    for body in ["", "[]", "null", "{", "{\"name\": 1}"] {
        send(&site, Some(ORIGIN), json, body).await.expect_error(400, "request-malformed");
    }
    let long = format!("{{\"x\": \"{}\"}}", "x".repeat(256 * 1024));
    send(&site, Some(ORIGIN), json, &long).await.expect_error(413, "body-too-large");
}

#[tokio::test]
async fn what_is_not_there_is_an_error_in_json() {
    let site = Site::new();
    let mut browser = site.browser();
    browser.get("nothing").await.expect_error(404, "not-found");
    browser.get("sessions/start").await.expect_error(405, "method-not-allowed");
    let session = browser.get("session").await;
    assert_eq!(session.headers["cache-control"], "no-store");
    let expected = json!({ "account": null, "rpId": "example.org", "origins": [ORIGIN], "signUp": "open" });
    assert_eq!(session.expect(200), expected);
}

#[tokio::test]
async fn the_script_and_its_types_are_served() {
    let site = Site::new();
    for (path, kind) in
        [("passkeys.js", "text/javascript; charset=utf-8"), ("passkeys.d.ts", "text/plain; charset=utf-8")]
    {
        let answer = site.browser().get(path).await;
        assert_eq!((answer.status.as_u16(), answer.headers["content-type"].to_str().unwrap()), (200, kind));
    }
}

#[tokio::test]
async fn password_managers_find_the_pages_for_passkeys() {
    let site = Site::new();
    let path = "/.well-known/passkey-endpoints";
    assert_eq!(site.browser().page(path).await.expect(200), json!({}));
    let site = Site::with(MemoryStore::new(), |builder| {
        builder.enroll_page("https://example.org/add").manage_page("https://example.org/keys")
    });
    let pages = json!({ "enroll": "https://example.org/add", "manage": "https://example.org/keys" });
    assert_eq!(site.browser().page(path).await.expect(200), pages);
}

#[tokio::test]
async fn related_origins_are_listed_if_there_are_any() {
    let path = "/.well-known/webauthn";
    assert_eq!(Site::new().browser().page(path).await.status, 404);
    let party = RelyingParty::builder("example.org", "Example").origin(ORIGIN);
    let party = party.related_origin("https://shop.example");
    let passkeys = Passkeys::builder(party, MemoryStore::new()).build().unwrap();
    let site = Site { router: application(&passkeys), ..Site::new() };
    let answer = site.browser().page(path).await;
    assert_eq!(answer.expect(200), json!({ "origins": ["https://shop.example"] }));
    send(&site, Some("https://shop.example"), "application/json", "{}").await.expect(200);
}

#[tokio::test]
async fn an_extractor_without_the_layer_is_a_server_error() {
    let handler = async |countersign_axum::SignedIn(session)| session.name;
    let router: axum::Router = axum::Router::new().route("/", axum::routing::get(handler));
    let answer = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 500);
}

#[tokio::test]
async fn a_start_sets_and_renews_the_cookie_of_the_browser_and_a_navigation_does_not() {
    let site = Site::new();
    let mut browser = site.browser();
    let answer = browser.get("session").await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.ends_with("; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    let again = browser.post("sessions/start", &json!({})).await;
    assert_eq!(again.headers["set-cookie"].to_str().unwrap(), cookie);
    let request = Request::get("/passkeys/session").header("sec-fetch-mode", "navigate");
    let answer = site.browser().send(request.body(Body::empty()).unwrap()).await;
    assert!(!answer.headers.contains_key("set-cookie"));
}
