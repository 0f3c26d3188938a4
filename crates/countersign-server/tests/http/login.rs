//! The login of other applications: what proxies and back ends ask, and the way back.

use std::fs;

use axum::body::Body;
use axum::http::{Method, Request, header};
use countersign_server::{ClientConfig, Config, Server, StartError, router};
use serde_json::json;
use tempfile::TempDir;

use crate::authenticator::Passkey;
use crate::site::{Answer, Client, Site, finish};

const APP: &str = "http://localhost:3000";
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A server that is the login of one application, which is also a client.
async fn site() -> Site {
    Site::with(|config, folder| {
        let secret = folder.join("secret");
        fs::write(&secret, format!("{SECRET}\n")).unwrap();
        config.return_addresses = vec![APP.into()];
        config.clients = vec![ClientConfig::new("wiki", secret)];
    })
    .await
}

/// Sends a request with header fields, as a proxy or a browser does.
async fn ask(client: &mut Client, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
    let request =
        fields.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| {
            request.header(*name, *value)
        });
    client.request(request.body(Body::empty()).unwrap()).await
}

async fn check(client: &mut Client, query: &str) -> Answer {
    ask(client, Method::GET, &format!("/auth/check{query}"), &[]).await
}

fn code(answer: &Answer) -> &str {
    answer.headers.get("countersign-error").map_or("", |code| code.to_str().unwrap())
}

const FORWARDED: [(&str, &str); 4] = [
    ("x-forwarded-method", "GET"),
    ("x-forwarded-proto", "http"),
    ("x-forwarded-host", "localhost:3000"),
    ("x-forwarded-uri", "/a?b=c&d"),
];

const PAGE: &str = "http://localhost:8080/?return_to=http%3A%2F%2Flocalhost%3A3000%2Fa%3Fb%3Dc%26d";

#[tokio::test]
async fn a_proxy_gets_the_account_of_the_session() {
    let site = site().await;
    let (mut client, passkey) = site.account("Zoë 愛", 1).await;
    let handle = countersign::types::base64url::encode(&passkey.user_handle);
    for method in [Method::GET, Method::HEAD] {
        // A cookie of the application, and its own origin, make no difference.
        let fields = [("cookie", "a=b"), ("origin", APP)];
        let answer = ask(&mut client, method, "/auth/check", &fields).await.expect(204);
        assert_eq!(answer.header("countersign-user"), handle);
        assert_eq!(answer.header("countersign-name"), "Zo%C3%AB%20%E6%84%9B");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.headers.get(header::SET_COOKIE).is_none());
    }
}

#[tokio::test]
async fn without_a_session_a_proxy_gets_401_and_no_account() {
    let site = site().await;
    let answer = check(&mut site.client(), "").await.expect(401);
    assert_eq!(code(&answer), "not-signed-in");
    assert!(
        answer.headers.get("countersign-user").is_none()
            && answer.headers.get("countersign-sign-in").is_none()
    );
    assert_eq!(answer.header("cache-control"), "no-store");

    let (mut client, _) = site.account("Ada", 1).await;
    let mut kept = client.clone();
    client.delete("/api/session").await.expect(204);
    assert_eq!(code(&check(&mut kept, "").await.expect(401)), "not-signed-in");
}

#[tokio::test]
async fn a_demand_for_a_recent_verification_is_met_by_a_confirmation() {
    let site = site().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    check(&mut client, "?max_age=300").await.expect(204);
    site.sql("UPDATE sessions SET verified_at = verified_at - 301");
    assert_eq!(code(&check(&mut client, "?max_age=300").await.expect(401)), "verification-too-old");
    check(&mut client, "").await.expect(204);
    check(&mut client, "?max_age=400").await.expect(204);
    client.passkey = Some(passkey);
    client.confirm(json!({ "kind": "add-credential" })).await;
    check(&mut client, "?max_age=300").await.expect(204);
}

#[tokio::test]
async fn a_question_that_is_not_understood_is_no_yes() {
    let site = site().await;
    let (mut client, _) = site.account("Ada", 1).await;
    for query in ["?maxage=300", "?max_age=", "?max_age=-1", "?max_age=1&max_age=2", "?redirect=1", "?x"] {
        let answer = check(&mut client, query).await.expect(400);
        assert_eq!(code(&answer), "query-malformed", "{query}");
        assert!(answer.headers.get("countersign-user").is_none());
    }
    ask(&mut client, Method::POST, "/auth/check", &[]).await.expect(405);
}

#[tokio::test]
async fn the_page_that_leads_back_is_named_for_a_browser_that_navigates() {
    let site = site().await;
    let mut client = site.client();
    let answer = ask(&mut client, Method::GET, "/auth/check", &FORWARDED).await.expect(401);
    assert_eq!(answer.header("countersign-sign-in"), PAGE);
    let answer = ask(&mut client, Method::GET, "/auth/check?redirect=true&max_age=60", &FORWARDED).await;
    assert_eq!(answer.expect(303).header("location"), format!("{PAGE}&max_age=60"));

    for (name, value) in [
        ("x-forwarded-host", "evil.example"),
        ("x-forwarded-host", "localhost:3000@evil.example"),
        ("x-forwarded-host", "localhost:3000, evil.example"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-proto", "javascript"),
        ("x-forwarded-uri", "@evil.example"),
        ("x-forwarded-method", "POST"),
        ("sec-fetch-mode", "cors"),
    ] {
        let mut fields: Vec<_> = FORWARDED.into_iter().filter(|(other, _)| *other != name).collect();
        fields.push((name, value));
        let answer = ask(&mut client, Method::GET, "/auth/check?redirect=true", &fields).await.expect(401);
        assert_eq!(code(&answer), "not-signed-in", "{name} {value}");
        for field in ["location", "countersign-sign-in"] {
            assert!(answer.headers.get(field).is_none(), "{name} {value}");
        }
    }
}

#[tokio::test]
async fn a_signed_in_user_is_sent_back_and_any_other_to_the_page() {
    let site = site().await;
    let to = "to=http%3A%2F%2Flocalhost%3A3000%2Fa%3Fb%3Dc%26d";
    let mut stranger = site.client();
    let answer = stranger.get(&format!("/auth/return?{to}")).await.expect(303);
    assert_eq!(answer.header("location"), "/?return_to=http%3A%2F%2Flocalhost%3A3000%2Fa%3Fb%3Dc%26d");
    let way = |open: bool| json!({ "to": "http://localhost:3000/a?b=c&d", "open": open });
    assert_eq!(stranger.get(&format!("/api/return?{to}")).await.expect(200).json(), way(false));

    let (mut client, _) = site.account("Ada", 1).await;
    let answer = client.get(&format!("/auth/return?{to}")).await.expect(303);
    assert_eq!(answer.header("location"), "http://localhost:3000/a?b=c&d");
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(client.get(&format!("/api/return?{to}")).await.expect(200).json(), way(true));

    site.sql("UPDATE sessions SET verified_at = verified_at - 301");
    let answer = client.get(&format!("/auth/return?{to}&max_age=300")).await.expect(303);
    assert_eq!(
        answer.header("location"),
        "/?return_to=http%3A%2F%2Flocalhost%3A3000%2Fa%3Fb%3Dc%26d&max_age=300"
    );
    assert_eq!(client.get(&format!("/api/return?{to}&max_age=300")).await.expect(200).json(), way(false));
}

#[tokio::test]
async fn no_link_leads_to_an_address_that_is_not_configured() {
    let site = site().await;
    let (mut client, _) = site.account("Ada", 1).await;
    for to in [
        "https://evil.example/",
        "//evil.example",
        "/%5Cevil.example",
        "https:%5C%5Cevil.example",
        "http://localhost:3000@evil.example/",
        "http://localhost:3000.evil.example/",
        "http://localhost:3001/",
        "https://localhost:3000/",
        "http://user@localhost:3000/",
        "http://localhost:3000%5C@evil.example/",
        "http:localhost:3000",
        "%09http://localhost:3000/",
        "http://local%0Ahost:3000/",
        "javascript:alert(1)//localhost:3000",
        "javascript://localhost:3000/%250aalert(1)",
        "data:text/html,x",
        "%00",
        "",
    ] {
        for path in ["/auth/return", "/api/return"] {
            let answer = client.get(&format!("{path}?to={to}")).await.expect(400);
            assert_eq!(code(&answer), "return-address-not-allowed", "{to}");
            assert!(answer.headers.get("location").is_none());
        }
    }
    client.get("/auth/return").await.expect(400);
    let two = "/auth/return?to=http://localhost:3000/&to=https://evil.example/";
    assert_eq!(code(&client.get(two).await.expect(400)), "query-malformed");
}

/// Asks about a session like a back end.
async fn describe(client: &mut Client, authorization: &str, body: &str) -> Answer {
    let request = Request::post("/auth/session").header("content-type", "application/json");
    let request =
        if authorization.is_empty() { request } else { request.header("authorization", authorization) };
    client.request(request.body(body.to_owned().into()).unwrap()).await
}

#[tokio::test]
async fn a_back_end_learns_whose_session_a_cookie_is() {
    let site = site().await;
    let (signed_in, passkey) = site.account("Zoë", 1).await;
    let token = signed_in.cookie.as_ref().unwrap().split_once('=').unwrap().1.to_owned();
    let body = json!({ "session": token }).to_string();
    let mut back_end = site.client();
    for scheme in ["Bearer", "bearer"] {
        let answer = describe(&mut back_end, &format!("{scheme} {SECRET}"), &body).await.expect(200);
        let session = answer.json();
        let handle = countersign::types::base64url::encode(&passkey.user_handle);
        assert_eq!(session["account"], json!({ "name": "Zoë", "userHandle": handle }));
        assert!(session["createdAt"].as_str() <= session["verifiedAt"].as_str());
        assert!(session["verifiedAt"].as_str() < session["expiresAt"].as_str());
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(!String::from_utf8(answer.body).unwrap().contains(&token));
    }
    signed_in.clone().delete("/api/session").await.expect(204);
    let answer = describe(&mut back_end, &format!("Bearer {SECRET}"), &body).await.expect(404);
    assert_eq!(code(&answer), "session-unknown");
}

#[tokio::test]
async fn a_back_end_without_the_secret_learns_nothing() {
    let site = site().await;
    let (signed_in, _) = site.account("Ada", 1).await;
    let token = signed_in.cookie.as_ref().unwrap().split_once('=').unwrap().1;
    let body = json!({ "session": token }).to_string();
    let upper = format!("Bearer {}", SECRET.to_uppercase());
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        SECRET,
        &format!("Basic {SECRET}"),
        &format!("Bearer {}", &SECRET[1..]),
        &format!("Bearer {SECRET}0"),
        &upper,
    ] {
        for client in [&mut site.client(), &mut signed_in.clone()] {
            let answer = describe(client, authorization, &body).await.expect(401);
            assert_eq!(code(&answer), "client-unknown", "{authorization}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    let bearer = format!("Bearer {SECRET}");
    for session in ["", "x", &token[1..], &"A".repeat(43)] {
        let answer = describe(&mut site.client(), &bearer, &json!({ "session": session }).to_string()).await;
        assert_eq!(code(&answer.expect(404)), "session-unknown", "{session}");
    }
    for body in ["", "{}", "[]", "{\"session\": 1}", &format!("{{\"session\": \"{}\"}}", "a".repeat(5000))] {
        let answer = describe(&mut site.client(), &bearer, body).await.expect(400);
        assert_eq!(code(&answer), "request-malformed");
    }
}

#[tokio::test]
async fn all_hosts_of_a_domain_get_the_cookie_if_that_is_configured() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = login_of_example_org(&folder);
    config.cookie_domain = Some("example.org".into());
    let mut client = Client::of(&router(&config).await.unwrap());
    client.origin = "https://login.example.org";
    let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.expect(200).json();
    let passkey = Passkey::new(&started["options"], client.origin, 1);
    let body = finish(&started, &passkey.registration(&started["options"]));
    let answer = client.post("/api/accounts/finish", &body).await.expect(201);
    let (pair, attributes) = answer.header("set-cookie").split_once("; ").unwrap();
    assert!(pair.starts_with("__Secure-countersign-session="), "{pair}");
    assert_eq!(attributes, "Path=/; Max-Age=2592000; Domain=example.org; HttpOnly; SameSite=Lax; Secure");
    assert!(client.browser.as_ref().unwrap().starts_with("__Host-countersign-browser="));
    check(&mut client, "").await.expect(204);
    let cleared = client.delete("/api/session").await.expect(204);
    assert!(cleared.header("set-cookie").contains("=; Path=/; Max-Age=0; Domain=example.org; "));
}

fn login_of_example_org(folder: &TempDir) -> Config {
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.rp_id = "example.org".into();
    config.origins = vec!["https://login.example.org".into()];
    config
}

#[tokio::test]
async fn a_configuration_that_browsers_would_not_follow_is_rejected_before_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let rejected = async |change: &dyn Fn(&mut Config)| {
        let mut config = login_of_example_org(&folder);
        change(&mut config);
        let error = router(&config).await.unwrap_err();
        let checked = Server::check(&config).await.problems;
        let found: Vec<_> = checked.iter().map(|finding| finding.message.clone()).collect();
        assert_eq!(found, [error.to_string()]);
        assert!(!folder.path().join("test.sqlite3").exists());
        error
    };
    let error = rejected(&|config| config.return_addresses = vec!["http://app.example.org".into()]).await;
    assert!(matches!(error, StartError::ReturnAddress { .. }), "{error}");
    let error = rejected(&|config| config.cookie_domain = Some("org".into())).await;
    assert!(matches!(error, StartError::CookieDomain { .. }), "{error}");
    let client = ClientConfig::new("wiki", "/nonexistent/secret");
    let error = rejected(&|config| config.clients = vec![client.clone()]).await;
    assert!(matches!(error, StartError::ClientSecretFile(..)), "{error}");
}
