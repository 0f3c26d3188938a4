//! The rules of [Mozilla's HTTP Observatory](https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring), for
//! every kind of answer, those of the HTTP library too.

use axum::body::Body;
use axum::http::Request;
use countersign_server::{Config, LimitsConfig, router};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::site::Client;
use crate::tls::{connect, server};
use crate::wire::{Running, WireAnswer};

/// Half a year, which is the least that the rule on Strict-Transport-Security accepts.
const HALF_A_YEAR: u64 = 15_768_000;

/// Checks an answer over https against the rules.
#[track_caller]
fn obeys(what: &str, field: impl Fn(&str) -> Vec<String>) {
    let one = |name: &str| {
        let values = field(name);
        assert_eq!(values.len(), 1, "{what}: {name} {values:?}");
        values.into_iter().next().unwrap()
    };
    // Content-Security-Policy: nothing from elsewhere, nothing inline, no plug-ins, no frames.
    let policy = one("content-security-policy");
    let directives: Vec<_> = policy.split(';').map(str::trim).collect();
    for directive in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
    {
        assert!(directives.contains(&directive), "{what}: {policy}");
    }
    for source in ["unsafe-inline", "unsafe-eval", "data:", "http:", "https:", "*"] {
        assert!(!policy.contains(source), "{what}: {policy}");
    }
    // Strict-Transport-Security.
    let transport = one("strict-transport-security");
    let age = transport.strip_prefix("max-age=").and_then(|rest| rest.split(';').next()?.parse::<u64>().ok());
    assert!(age.is_some_and(|age| age >= HALF_A_YEAR), "{what}: {transport}");
    // X-Content-Type-Options, Referrer-Policy, Cross-Origin-Resource-Policy; X-Frame-Options is replaced by frame-ancestors.
    assert_eq!(one("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(one("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(one("cross-origin-resource-policy"), "same-origin", "{what}");
    // Cross-origin resource sharing: none.
    assert!(field("access-control-allow-origin").is_empty(), "{what}");
    // Cookies: for https only, out of the reach of scripts, and not sent by other sites.
    for cookie in field("set-cookie") {
        for part in ["__Host-", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{what}: {cookie}");
        }
    }
}

#[track_caller]
fn wire_obeys(what: &str, answer: &WireAnswer) {
    obeys(what, |name| {
        let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .filter(|(found, _)| found.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
            .collect()
    });
}

/// A server whose origin is https, without TLS of its own.
fn behind_a_proxy(config: &mut Config) {
    config.rp_id = "example.org".into();
    config.limits = LimitsConfig::off();
}

#[tokio::test]
async fn every_kind_of_answer_obeys_the_rules() {
    let server = Running::with(behind_a_proxy).await;
    let mut client = server.client(1);
    let long = format!("/{}", "a".repeat(20_000));
    let fields = "X: y\r\n".repeat(200);
    let large = json!({ "name": "x".repeat(300_000) });
    let small = json!({ "name": "Ada" });
    let plain = "Content-Type: text/plain\r\n";
    for (method, path, lines, body, status) in [
        ("GET", "/", "", None, 200),
        ("GET", "/app.js", "", None, 200),
        ("GET", "/health/ready", "", None, 200),
        ("GET", "/api/session", "", None, 200),
        ("GET", "/.well-known/passkey-endpoints", "", None, 200),
        ("GET", "/nowhere", "", None, 404),
        ("GET", "/api/nowhere", "", None, 404),
        ("GET", "/api/credentials", "", None, 401),
        ("GET", "/auth/check", "", None, 401),
        ("PUT", "/", "", None, 405),
        ("PUT", "/api/session", "", None, 405),
        ("POST", "/api/accounts/start", "Origin: https://evil.example\r\n", Some(&small), 403),
        ("GET", "/", "Host: other\r\n", None, 400),
        ("GET", "/", "Content-Length: -1\r\n", None, 400),
        ("GET", "/", "no field\r\n", None, 400),
        ("POST", "/api/accounts/start", "", Some(&large), 413),
        ("POST", "/api/sessions/start", "", Some(&large), 413),
        ("POST", "/api/sessions/finish", plain, None, 415),
        ("GET", &long, "", None, 414),
        ("GET", "/", &fields, None, 431),
    ] {
        let answer = client.send(method, path, lines, body).await;
        assert_eq!(answer.status, status, "{method} {path} {answer:?}");
        wire_obeys(&format!("{method} {path} {status}"), &answer);
    }
    std::fs::remove_file(server.folder.path().join("test.sqlite3")).unwrap();
    wire_obeys("503", &client.get("/health/ready").await.expect(503));
}

#[tokio::test]
async fn a_cookie_over_tls_obeys_the_rules() {
    let server = server(|_| {}).await;
    let mut stream = connect(&server, 1, &["http/1.1"]).await;
    stream
        .write_all(b"GET /api/session HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    let answer = WireAnswer::parse(&answer).expect(200);
    assert!(answer.field("set-cookie").is_some());
    wire_obeys("TLS", &answer);
}

#[tokio::test]
async fn rejections_by_limits_obey_the_rules() {
    let server = Running::with(|config| {
        behind_a_proxy(config);
        config.limits.checks = "1/h".parse().unwrap();
        config.limits.reads = "1/h".parse().unwrap();
    })
    .await;
    let mut client = server.client(1);
    client.get("/").await.expect(200);
    client.get("/auth/check").await.expect(401);
    for path in ["/", "/api/session", "/auth/check"] {
        wire_obeys(path, &client.get(path).await.expect(429));
    }
}

#[tokio::test]
async fn an_answer_to_a_late_body_obeys_the_rules() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    behind_a_proxy(&mut config);
    let mut client = Client::of(&router(&config).await.unwrap());
    tokio::time::pause();
    let request = Request::post("/api/sessions/start").header("content-type", "application/json");
    let body = Body::new(crate::limits::Never);
    let answer = client.request(request.body(body).unwrap()).await.expect(408);
    obeys("408", |name| {
        answer.headers.get_all(name).iter().map(|value| value.to_str().unwrap().to_owned()).collect()
    });
}
