//! Limits on how often clients may ask, and floods.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use countersign_server::{Config, ForwardedField, Limit, LimitsConfig};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;

use crate::site::{Answer, Client, Site, finish};
use crate::wire::Running;

fn limit(text: &str) -> Limit {
    text.parse().unwrap()
}

/// A server with no other limits than these.
async fn site(change: impl FnOnce(&mut LimitsConfig)) -> Site {
    Site::with(|config, _| {
        config.limits = LimitsConfig::off();
        change(&mut config.limits);
    })
    .await
}

/// Sends a request as if over a connection from this address.
async fn from(client: &mut Client, peer: &str, request: Request<Body>) -> Answer {
    let mut request = request;
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 4711)));
    client.request(request).await
}

fn post(path: &str, body: &Value) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

const ONE: &str = "192.0.2.1";
const OTHER: &str = "192.0.2.2";

#[tokio::test]
async fn an_address_over_its_limit_is_rejected_and_others_are_not() {
    let site = site(|limits| limits.starts = limit("1/h:2")).await;
    let mut client = site.client();
    let start = || post("/api/sessions/start", &json!({}));
    for _ in 0..2 {
        from(&mut client, ONE, start()).await.expect(200);
    }
    let answer = from(&mut client, ONE, start()).await;
    answer.expect_error(429, "too-many-requests");
    let seconds: u32 = answer.header("retry-after").parse().unwrap();
    assert!((3590..=3601).contains(&seconds), "{seconds}");
    from(&mut client, OTHER, start()).await.expect(200);
    // Other requests of the address have their own limits.
    from(&mut client, ONE, get("/api/session")).await.expect(200);
    from(&mut client, ONE, get("/")).await.expect(200);
}

#[tokio::test]
async fn a_rejection_has_the_form_of_its_neighbours() {
    let site = site(|limits| (limits.reads, limits.checks) = (limit("1/h:1"), limit("1/h:1"))).await;
    let mut client = site.client();
    from(&mut client, ONE, get("/")).await.expect(200);
    from(&mut client, ONE, get("/auth/check")).await.expect(401);
    let page = from(&mut client, ONE, get("/style.css")).await.expect(429);
    assert_eq!(page.body, b"Too Many Requests");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    from(&mut client, ONE, get("/api/session")).await.expect_error(429, "too-many-requests");
    let check = from(&mut client, ONE, get("/auth/check")).await;
    check.expect_error(429, "too-many-requests");
    assert_eq!(check.header("countersign-error"), "too-many-requests");
    for _ in 0..10 {
        from(&mut client, ONE, get("/health/ready")).await.expect(200);
    }
}

#[tokio::test]
async fn the_limit_of_a_name_locks_no_user_out() {
    let site = site(|limits| limits.names = limit("1/h:2")).await;
    let (_, passkey) = site.account("Ada", 1).await;
    let mut stranger = site.client();
    for (name, status) in [("Ada", 200), ("ADA", 200), ("ada ", 429), ("Eve", 200)] {
        let answer = stranger.post("/api/sessions/start", &json!({ "name": name })).await;
        assert_eq!(answer.status, status, "{name}");
    }
    // Without the name.
    let mut owner = site.client();
    owner.sign_in(&passkey).await.expect(200);
    // An account that does not exist is limited alike.
    for status in [200, 429] {
        let answer = stranger.post("/api/sessions/start", &json!({ "name": "Eve" })).await;
        assert_eq!(answer.status, status);
    }
}

#[tokio::test]
async fn recovery_codes_are_limited_for_an_account_and_strangers_do_not_lock_its_owner_out() {
    let site = site(|limits| {
        (limits.recoveries, limits.account_recoveries) = (limit("1/h:2"), limit("1/h:4"));
    })
    .await;
    site.account("Ada", 1).await;
    let mut client = site.client();
    let wrong = |name: &str| {
        post("/api/recovery/start", &json!({ "name": name, "code": "0000-0000-0000-0000-0000-0000" }))
    };
    for name in ["Ada", " ada"] {
        from(&mut client, ONE, wrong(name)).await.expect_error(401, "recovery-code-invalid");
    }
    from(&mut client, ONE, wrong("ADA")).await.expect_error(429, "too-many-requests");
    // The owner at another address, and another account.
    from(&mut client, OTHER, wrong("Ada")).await.expect_error(401, "recovery-code-invalid");
    from(&mut client, ONE, wrong("Eve")).await.expect_error(401, "recovery-code-invalid");
    // All addresses together.
    from(&mut client, OTHER, wrong("Ada")).await.expect_error(401, "recovery-code-invalid");
    from(&mut client, "192.0.2.3", wrong("Ada")).await.expect_error(429, "too-many-requests");
    let metrics = String::from_utf8(client.request(get("/metrics")).await.body).unwrap();
    assert!(metrics.contains("countersign_limited_total{limit=\"recovery\"} 2"), "{metrics}");
    assert!(metrics.contains("countersign_limited_total{limit=\"address\"} 0"), "{metrics}");
}

#[tokio::test]
async fn a_signed_in_user_has_a_budget_that_neighbours_do_not_use_up() {
    let one = limit("1/h:1");
    let site = site(|limits| {
        (limits.starts, limits.finishes, limits.reads) = (one, one, one);
        limits.sessions = limit("1/h:5");
    })
    .await;
    let (mut user, _) = site.account("Ada", 1).await;
    from(&mut user, ONE, get("/api/credentials")).await.expect(200);
    let mut stranger = site.client();
    // A stranger at the same address uses everything up, also with a cookie that looks like a session's.
    stranger.cookie = Some(format!("countersign-session-8080={}", "A".repeat(43)));
    from(&mut stranger, ONE, post("/api/sessions/start", &json!({}))).await.expect(200);
    from(&mut stranger, ONE, post("/api/sessions/start", &json!({}))).await.expect(429);
    from(&mut stranger, ONE, get("/api/credentials")).await.expect(429);
    let act = json!({ "act": { "kind": "add-credential" } });
    let started = from(&mut user, ONE, post("/api/step-up/start", &act)).await.expect(200).json();
    let response = user.passkey.as_ref().unwrap().authentication(&started["options"]);
    let finish = finish(&started, &response);
    from(&mut user, ONE, post("/api/step-up/finish", &finish)).await.expect(204);
    // And it has an end.
    for _ in 0..3 {
        from(&mut user, ONE, get("/api/credentials")).await.expect(200);
    }
    from(&mut user, ONE, get("/api/credentials")).await.expect(429);
}

#[tokio::test]
async fn a_trusted_proxy_names_its_clients() {
    let site = Site::with(|config, _| {
        config.limits = LimitsConfig::off();
        config.limits.starts = limit("1/h:1");
        config.proxies.trusted = vec!["10.0.0.0/8".parse().unwrap()];
    })
    .await;
    let mut client = site.client();
    let start = |field: &str| {
        let mut request = post("/api/sessions/start", &json!({}));
        request.headers_mut().insert("x-forwarded-for", field.parse().unwrap());
        request
    };
    from(&mut client, "10.0.0.1", start("192.0.2.1")).await.expect(200);
    from(&mut client, "10.0.0.1", start("192.0.2.7, 192.0.2.1")).await.expect(429);
    from(&mut client, "10.0.0.1", start("192.0.2.1, 192.0.2.2")).await.expect(200);
    // The field of anyone else is ignored.
    from(&mut client, "192.0.2.9", start("192.0.2.3")).await.expect(200);
    from(&mut client, "192.0.2.9", start("192.0.2.4")).await.expect(429);
    // Malformed fields share what the proxy has.
    from(&mut client, "10.0.0.1", start("unknown")).await.expect(200);
    from(&mut client, "10.0.0.1", start("_hidden")).await.expect(429);
}

#[tokio::test]
async fn the_field_of_rfc_7239_is_read_if_it_is_configured() {
    let site = Site::with(|config, _| {
        config.limits = LimitsConfig::off();
        config.limits.starts = limit("1/h:1");
        config.proxies.trusted = vec!["10.0.0.1".parse().unwrap()];
        config.proxies.field = ForwardedField::Forwarded;
    })
    .await;
    let mut client = site.client();
    let start = |field: &str| {
        let mut request = post("/api/sessions/start", &json!({}));
        request.headers_mut().insert("forwarded", field.parse().unwrap());
        request.headers_mut().insert("x-forwarded-for", "192.0.2.1".parse().unwrap());
        request
    };
    from(&mut client, "10.0.0.1", start("for=192.0.2.1;proto=https")).await.expect(200);
    from(&mut client, "10.0.0.1", start("for=\"192.0.2.2:1\"")).await.expect(200);
    from(&mut client, "10.0.0.1", start("for=192.0.2.9, for=192.0.2.2")).await.expect(429);
}

#[tokio::test]
async fn a_known_and_an_unknown_name_read_the_same() {
    let site = Site::new().await;
    site.account("Ada", 1).await;
    let mut client = site.client();
    let mut shapes = Vec::new();
    for name in ["Ada", "Nobody"] {
        let answer = client.post("/api/sessions/start", &json!({ "name": name })).await.expect(200);
        let options = answer.json()["options"].clone();
        let members: Vec<_> = options.as_object().unwrap().keys().cloned().collect();
        assert!(!options["allowCredentials"].as_array().unwrap().is_empty());
        let mut names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        names.sort_unstable();
        shapes.push((answer.status, members, names));
    }
    assert_eq!(shapes[0], shapes[1]);
}

/// A body that never arrives.
pub(crate) struct Never;

impl hyper::body::Body for Never {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_answered_408() {
    let site = Site::new().await;
    let mut client = site.client();
    tokio::time::pause();
    for path in ["/api/sessions/start", "/api/sessions/finish", "/api/accounts/start"] {
        let request = Request::post(path).header("content-type", "application/json");
        let answer = client.request(request.body(Body::new(Never)).unwrap()).await;
        answer.expect_error(408, "request-timeout");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
}

#[tokio::test]
async fn an_address_of_more_than_16_kib_is_too_long() {
    let site = Site::new().await;
    let mut client = site.client();
    let path = |length: usize| format!("/api/{}", "a".repeat(length - 5));
    client.get(&path(16 * 1024)).await.expect_error(404, "not-found");
    client.get(&path(16 * 1024 + 1)).await.expect_error(414, "address-too-long");
    let page = client.get(&format!("/?{}", "a".repeat(16 * 1024))).await.expect(414);
    assert_eq!(page.body, b"URI Too Long");
}

/// Floods below need clients with several addresses of one machine.
#[cfg(target_os = "linux")]
mod floods {
    use super::*;

    /// The time within which a client signs in during a flood: far more than it takes.
    const SOON: Duration = Duration::from_secs(15);

    fn with_limits(config: &mut Config) {
        config.limits = LimitsConfig::default();
    }

    #[tokio::test]
    async fn a_flood_of_starts_from_one_address_does_not_delay_another() {
        let server = Running::with(with_limits).await;
        let mut owner = server.client(2);
        let passkey = owner.sign_up("Ada", 1).await;
        let mut flood = server.client(3);
        let flooding = tokio::spawn(async move {
            let mut statuses = Vec::new();
            for _ in 0..400 {
                statuses.push(flood.post("/api/sessions/start", &json!({ "name": "Ada" })).await.status);
            }
            statuses
        });
        for _ in 0..5 {
            let signed_in = timeout(SOON, server.client(2).sign_in(&passkey)).await;
            signed_in.expect("in time").expect(200);
        }
        let statuses = flooding.await.unwrap();
        let rejected = statuses.iter().filter(|status| **status == 429).count();
        assert!(rejected > 100, "{rejected}");
        assert!(statuses.iter().all(|status| matches!(status, 200 | 429)));
        timeout(SOON, server.client(2).sign_in(&passkey)).await.expect("in time").expect(200);
    }

    #[tokio::test]
    async fn silent_connections_of_one_address_do_not_exclude_another() {
        let server = Running::with(|config| config.limits = LimitsConfig::off()).await;
        let mut owner = server.client(2);
        let passkey = owner.sign_up("Ada", 1).await;
        let mut silent = Vec::new();
        for number in 0..900 {
            let mut stream = server.connect(3).await;
            // Some never send a byte, some a part of a header section, and some a part of a body.
            let part = [
                "",
                "POST /api/sessions/start HTTP/1.1\r\nHost: x\r\n",
                "POST /api/sessions/finish HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
                 Content-Length: 200000\r\n\r\n{\"ceremony\":",
            ][number % 3];
            let _ = stream.write_all(part.as_bytes()).await;
            silent.push(stream);
        }
        timeout(SOON, server.client(2).sign_in(&passkey)).await.expect("in time").expect(200);
        timeout(SOON, server.client(2).get("/health/ready")).await.expect("in time").expect(200);
    }

    #[tokio::test]
    async fn an_address_over_its_limit_of_connections_is_hung_up_on() {
        let server = Running::with(|config| {
            config.limits = LimitsConfig::off();
            config.limits.connections = limit("1/h:20");
        })
        .await;
        for _ in 0..20 {
            drop(server.connect(3).await);
        }
        let mut further = server.connect(3).await;
        let mut rest = Vec::new();
        let read = timeout(SOON, further.read_to_end(&mut rest)).await.expect("in time");
        assert!(read.is_err() || rest.is_empty());
        server.client(2).get("/health/ready").await.expect(200);
    }
}
