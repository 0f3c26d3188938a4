//! The headers of every answer, and which requests are accepted.

use std::io::Read as _;

use axum::http::Request;
use countersign_server::{Config, router};
use serde_json::json;

use crate::site::{Answer, Client, ORIGIN, Site};

/// Sends a request with these headers and this body.
async fn send(client: &mut Client, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    client.request(request.body(body.to_owned().into()).unwrap()).await
}

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let site = Site::new().await;
    let mut client = site.client();
    for (method, path, status, caching) in [
        ("GET", "/", 200, "no-cache"),
        ("GET", "/app.js", 200, "no-cache"),
        ("GET", "/health/live", 200, "no-cache"),
        ("GET", "/nowhere", 404, "no-cache"),
        ("PUT", "/", 405, "no-cache"),
        ("GET", "/api/session", 200, "no-store"),
        ("GET", "/api/credentials", 401, "no-store"),
        ("GET", "/api/nowhere", 404, "no-store"),
        ("PUT", "/api/session", 405, "no-store"),
        ("POST", "/api/sessions/start", 415, "no-store"),
    ] {
        let answer = send(&mut client, method, path, &[], "").await;
        assert_eq!(answer.status, status, "{method} {path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
        for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "connect-src 'self'"]
        {
            assert!(policy.contains(part), "{policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(
            answer.header("permissions-policy"),
            "publickey-credentials-get=(self), publickey-credentials-create=(self)"
        );
        assert_eq!(answer.header("cache-control"), caching, "{method} {path}");
        assert_eq!(answer.header("strict-transport-security"), "", "this server's origin is http");
    }
}

#[tokio::test]
async fn an_answer_that_is_an_error_has_the_id_of_its_request() {
    let site = Site::new().await;
    let mut client = site.client();
    let parent = ("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    let ids = async |client: &mut Client, path: &str, headers: &[(&str, &str)], status: u16| {
        let answer = send(client, "GET", path, headers, "").await.expect(status);
        answer.header("countersign-trace-id").to_owned()
    };
    for (path, status) in [("/nowhere", 404), ("/api/credentials", 401), ("/auth/check", 401)] {
        assert_eq!(ids(&mut client, path, &[parent], status).await, "4bf92f3577b34da6a3ce929d0e0e4736");
        let own = ids(&mut client, path, &[], status).await;
        assert_eq!(own.len(), 32, "{path}");
        assert_ne!(ids(&mut client, path, &[], status).await, own, "{path}");
    }
    let hostless = [parent, ("host", "a b")];
    assert_eq!(ids(&mut client, "/", &hostless, 400).await, "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(ids(&mut client, "/api/session", &[parent], 200).await, "");
}

#[tokio::test]
async fn an_https_server_requires_https_for_later_requests() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.rp_id = "example.org".into();
    let mut client = Client::of(&router(&config).await.unwrap());
    for path in ["/", "/health/live", "/nowhere", "/api/session", "/api/credentials", "/api/nowhere"] {
        let answer = client.get(path).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
}

#[tokio::test]
async fn a_request_that_names_no_host_or_two_is_rejected() {
    let site = Site::new().await;
    let mut client = site.client();
    for host in ["", "a@b", "a b", "/", "a, b"] {
        send(&mut client, "GET", "/api/session", &[("host", host)], "")
            .await
            .expect_error(400, "host-missing");
        let answer = send(&mut client, "GET", "/", &[("host", host)], "").await.expect(400);
        assert_eq!(
            (answer.body.as_slice(), answer.header("x-content-type-options")),
            (&b"Bad Request"[..], "nosniff")
        );
    }
    let twice = [("host", "localhost:8080"), ("host", "localhost:8080")];
    send(&mut client, "GET", "/api/session", &twice, "").await.expect_error(400, "host-missing");
    for host in ["localhost:8080", "127.0.0.1", "[::1]:8080", "example.org"] {
        send(&mut client, "GET", "/api/session", &[("host", host)], "").await.expect(200);
    }
}

#[tokio::test]
async fn every_answer_has_the_version_of_the_page() {
    let site = Site::new().await;
    let mut client = site.client();
    let answer = client.get("/").await.expect(200);
    let version = answer.header("countersign-page").to_owned();
    assert!(version.len() == 64 && version.bytes().all(|byte| byte.is_ascii_hexdigit()), "{version}");
    let meta = format!("<meta name=\"countersign-page\" content=\"{version}\">");
    assert!(String::from_utf8(answer.body).unwrap().contains(&meta));
    for path in ["/app.js", "/health/live", "/nowhere", "/api/session", "/api/credentials", "/api/nowhere"] {
        assert_eq!(client.get(path).await.header("countersign-page"), version, "{path}");
    }
}

#[tokio::test]
async fn a_file_of_the_page_that_a_browser_has_is_not_sent_again() {
    let site = Site::new().await;
    let mut client = site.client();
    for path in ["/", "/app.js", "/style.css", "/icon.svg"] {
        let tag = client.get(path).await.expect(200).header("etag").to_owned();
        let answer = send(&mut client, "GET", path, &[("if-none-match", &tag)], "").await.expect(304);
        assert_eq!((answer.body.len(), answer.header("etag")), (0, tag.as_str()), "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache");
        let answer = send(&mut client, "GET", path, &[("if-none-match", "\"other\"")], "").await.expect(200);
        assert!(!answer.body.is_empty());
    }
}

#[tokio::test]
async fn the_files_of_the_page_are_compressed_for_clients_that_accept_gzip() {
    let site = Site::new().await;
    let mut client = site.client();
    for path in ["/", "/app.js", "/style.css"] {
        let plain = client.get(path).await.expect(200);
        let gzip = send(&mut client, "GET", path, &[("accept-encoding", "gzip, br")], "").await.expect(200);
        assert_eq!(
            (plain.header("content-encoding"), gzip.header("content-encoding")),
            ("", "gzip"),
            "{path}"
        );
        assert_eq!((plain.header("vary"), gzip.header("vary")), ("accept-encoding", "accept-encoding"));
        assert_eq!(plain.header("content-type"), gzip.header("content-type"));
        assert_ne!(plain.header("etag"), gzip.header("etag"), "a strong tag is of these bytes alone");
        assert!(gzip.body.len() * 2 < plain.body.len(), "{path}: {}", gzip.body.len());
        let mut read = Vec::new();
        flate2::read::GzDecoder::new(&gzip.body[..]).read_to_end(&mut read).unwrap();
        assert_eq!(read, plain.body, "{path}");
    }
    // Answers of the API contain secrets next to what a client sent.
    let answer = send(&mut client, "GET", "/api/session", &[("accept-encoding", "gzip")], "").await;
    assert_eq!(answer.header("content-encoding"), "");
}

#[tokio::test]
async fn the_page_and_its_parts_have_their_types_also_for_head() {
    let site = Site::new().await;
    let mut client = site.client();
    for (path, content_type, part) in [
        ("/", "text/html; charset=utf-8", "<!doctype html>"),
        ("/app.js", "text/javascript; charset=utf-8", "from './client.js'"),
        ("/actions.js", "text/javascript; charset=utf-8", "from './client.js'"),
        ("/account.js", "text/javascript; charset=utf-8", "from './actions.js'"),
        ("/client.js", "text/javascript; charset=utf-8", "from '/api/passkeys.js'"),
        ("/entrance.js", "text/javascript; charset=utf-8", "from './returning.js'"),
        ("/items.js", "text/javascript; charset=utf-8", "from './view.js'"),
        ("/passkeys.js", "text/javascript; charset=utf-8", "from './actions.js'"),
        ("/recovery.js", "text/javascript; charset=utf-8", "from './actions.js'"),
        ("/returning.js", "text/javascript; charset=utf-8", "from './client.js'"),
        ("/sessions.js", "text/javascript; charset=utf-8", "from './items.js'"),
        ("/view.js", "text/javascript; charset=utf-8", "export function"),
        ("/style.css", "text/css; charset=utf-8", "{"),
        ("/icon.svg", "image/svg+xml", "<svg"),
        ("/health/live", "text/plain; charset=utf-8", "ok"),
    ] {
        let answer = client.get(path).await.expect(200);
        assert_eq!(answer.header("content-type"), content_type);
        assert!(String::from_utf8(answer.body.clone()).unwrap().contains(part), "{path}");
        let head = send(&mut client, "HEAD", path, &[], "").await.expect(200);
        assert_eq!(head.header("content-type"), content_type);
        assert_eq!(head.header("content-length"), answer.body.len().to_string());
        assert!(head.body.is_empty());
    }
}

/// The paths of the modules of its own that a page preloads or loads.
fn modules(page: &str) -> Vec<String> {
    let names = page.split('"').filter_map(|part| part.strip_suffix(".js"));
    let names = names.filter(|name| name.starts_with('/') && !name.starts_with("/api/"));
    let modules: Vec<String> = names.map(|name| format!("{name}.js")).collect();
    assert_eq!(modules.len(), 11, "{modules:?}");
    modules
}

#[tokio::test]
async fn the_page_needs_nothing_that_its_policy_rejects() {
    let site = Site::new().await;
    let mut client = site.client();
    let page = String::from_utf8(client.get("/").await.body).unwrap();
    let mut script = String::new();
    for path in modules(&page) {
        script.push_str(&String::from_utf8(client.get(&path).await.body).unwrap());
    }
    for forbidden in ["http://", "https://", "<style", " style=", "onclick=", "<script>", "javascript:"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for forbidden in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
        assert!(!script.contains(forbidden), "{forbidden}");
    }
}

#[tokio::test]
async fn an_unknown_path_or_method_is_json_below_api_and_plain_elsewhere() {
    let site = Site::new().await;
    let mut client = site.client();
    for path in ["/api", "/api/", "/api/nowhere", "/api/session/", "/api/credentials/a/b", "/api/%2e%2e/"] {
        client.get(path).await.expect_error(404, "not-found");
    }
    for path in ["/nowhere", "/apis", "/index.html", "/%ff%00"] {
        let answer = client.get(path).await.expect(404);
        assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
        assert_eq!(answer.body, b"Not Found");
    }
    for (method, path, allowed) in [
        ("GET", "/api/sessions/start", "POST"),
        ("GET", "/api/account", "DELETE,PATCH"),
        ("POST", "/api/session", "DELETE,GET,HEAD"),
        ("BREW", "/api/session", "DELETE,GET,HEAD"),
    ] {
        let answer = send(&mut client, method, path, &[], "").await;
        answer.expect_error(405, "method-not-allowed");
        let mut methods: Vec<_> = answer.header("allow").split(',').collect();
        methods.sort_unstable();
        assert_eq!(methods.join(","), allowed, "{method} {path}");
    }
    let answer = send(&mut client, "POST", "/", &[], "").await.expect(405);
    assert_eq!(answer.body, b"Method Not Allowed");
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    for origin in
        ["http://localhost:8081", "https://localhost:8080", "http://evil.example", "null", "", ORIGIN_SLASH]
    {
        for (method, path) in [
            ("POST", "/api/accounts/start"),
            ("POST", "/api/sessions/finish"),
            ("PATCH", "/api/credentials/AQ"),
            ("DELETE", "/api/session"),
            ("DELETE", "/api/account"),
        ] {
            let answer = send(&mut client, method, path, &[JSON, ("origin", origin)], "{}").await;
            answer.expect_error(403, "origin-not-allowed");
        }
    }
    let twice = [JSON, ("origin", ORIGIN), ("origin", "http://evil.example")];
    let answer = send(&mut client, "POST", "/api/sessions/start", &twice, "{}").await;
    answer.expect_error(403, "origin-not-allowed");
    assert_eq!(site.rows(), [1, 1, 1]);

    // The same-origin policy protects reads, and programs without an origin act for themselves.
    send(&mut client, "GET", "/api/session", &[("origin", "http://evil.example")], "").await.expect(200);
    send(&mut client, "POST", "/api/sessions/start", &[JSON], "{}").await.expect(200);
    send(&mut client, "POST", "/api/sessions/start", &[JSON, ("origin", ORIGIN)], "{}").await.expect(200);
}

const ORIGIN_SLASH: &str = "http://localhost:8080/";

#[tokio::test]
async fn a_body_must_say_that_it_is_json() {
    let site = Site::new().await;
    let mut client = site.client();
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "json", ";"]
    {
        let answer =
            send(&mut client, "POST", "/api/sessions/start", &[("content-type", content_type)], "{}").await;
        answer.expect_error(415, "content-type-unsupported");
    }
    send(&mut client, "POST", "/api/sessions/start", &[], "{}")
        .await
        .expect_error(415, "content-type-unsupported");
    for content_type in ["application/json", "Application/JSON; charset=utf-8", " application/json ;x"] {
        send(&mut client, "POST", "/api/sessions/start", &[("content-type", content_type)], "{}")
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn a_body_has_256_kib_at_most() {
    let site = Site::new().await;
    let mut client = site.client();
    let padded = |length: usize| format!("{{\"name\":\"Ada\"{}}}", " ".repeat(length - 14));
    let largest = padded(256 * 1024);
    assert_eq!(largest.len(), 256 * 1024);
    send(&mut client, "POST", "/api/accounts/start", &[JSON], &largest).await.expect(200);
    send(&mut client, "POST", "/api/accounts/start", &[JSON], &padded(256 * 1024 + 1))
        .await
        .expect_error(413, "body-too-large");
    for path in ["/api/accounts/finish", "/api/sessions/start", "/api/sessions/finish"] {
        let answer = send(&mut client, "POST", path, &[JSON], &"[".repeat(1024 * 1024)).await;
        answer.expect_error(413, "body-too-large");
    }
}

#[tokio::test]
async fn other_options_of_a_request_make_no_difference() {
    let site = Site::new().await;
    let mut client = site.client();
    let answer = client.post("/api/sessions/start?x=%ff&y", &json!({ "unknown": [1, {}] })).await.expect(200);
    assert_eq!(answer.json()["options"]["rpId"], "localhost");
    assert_eq!(answer.json()["options"]["userVerification"], "required");
}
