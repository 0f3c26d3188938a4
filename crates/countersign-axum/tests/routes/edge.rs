//! What is checked before a handler runs.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpStream};

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

#[tokio::test]
async fn another_method_gets_the_allowed_ones_and_an_error_in_json() {
    let site = Site::new();
    for (method, path, allowed) in [
        ("GET", "sessions/start", "POST"),
        ("OPTIONS", "sessions/start", "POST"),
        ("TRACE", "session", "GET,HEAD,DELETE"),
        ("POST", "passkeys.js", "GET,HEAD"),
    ] {
        let request = Request::builder().method(method).uri(format!("/passkeys/{path}"));
        let answer = site.browser().send(request.body(Body::empty()).unwrap()).await;
        answer.expect_error(405, "method-not-allowed");
        assert_eq!(answer.headers["allow"], allowed, "{method} {path}");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn a_head_request_has_the_fields_of_an_answer_without_its_body() {
    let (mut browser, _) = Site::new().account("Ada").await;
    for path in ["session", "sessions", "credentials", "signals", "passkeys.js"] {
        let request = Request::head(format!("/passkeys/{path}")).body(Body::empty()).unwrap();
        let answer = browser.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""), "{path}");
    }
}

#[tokio::test]
async fn every_origin_of_a_request_is_checked() {
    let site = Site::new();
    let request = Request::post("/passkeys/sessions/start").header(header::CONTENT_TYPE, "application/json");
    let request = request.header(header::ORIGIN, ORIGIN).header(header::ORIGIN, "https://evil.example");
    let answer = site.browser().send(request.body(Body::from("{}")).unwrap()).await;
    answer.expect_error(403, "origin-not-allowed");
}

#[tokio::test]
async fn a_web_socket_from_another_origin_is_rejected() {
    let site = Site::new();
    let passkeys = crate::site::builder(site.store.clone(), &site.clock).build().unwrap();
    let socket = axum::routing::get(async || "a socket");
    let router = axum::Router::new().route("/socket", socket).layer(passkeys.origin_check());
    let site = Site { router, ..site };
    let open = async |origin: &str, upgrade: Option<&str>| {
        let request = Request::get("/socket").header(header::ORIGIN, origin);
        let request = upgrade.into_iter().fold(request, |request, it| request.header(header::UPGRADE, it));
        site.browser().send(request.body(Body::empty()).unwrap()).await
    };
    assert_eq!(open(ORIGIN, Some("websocket")).await.body, "a socket");
    assert_eq!(open("https://evil.example", None).await.body, "a socket");
    open("https://evil.example", Some("websocket")).await.expect_error(403, "origin-not-allowed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_breaks_off_changes_nothing() {
    let site = Site::new();
    let (mut browser, _) = site.account("Ada").await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, site.router.clone()).into_future());
    let listed = browser.get("credentials").await.expect(200);
    let cookies: Vec<_> = browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = "{\"label\": \"Key\"}";
    for (missing, label) in [(1, "Passkey"), (0, "Key")] {
        let request = format!(
            "PATCH /passkeys/credentials/{} HTTP/1.1\r\nhost: example.org\r\ncontent-type: application/json\r\n\
             cookie: {}\r\ncountersign-account: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            listed["credentials"][0]["id"].as_str().unwrap(),
            cookies.join("; "),
            browser.account.as_ref().unwrap(),
            body.len() + missing,
        );
        let sent = tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            // There may be no answer.
            let _ = stream.read_to_end(&mut Vec::new());
        });
        sent.await.unwrap();
        let now = browser.get("credentials").await.expect(200);
        assert_eq!(now["credentials"][0]["label"], label);
    }
}
