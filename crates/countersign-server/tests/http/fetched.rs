//! A server that fetches its metadata over https.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::{fs, time::Duration};

use countersign::Policy;
use countersign_authenticator::{BlobSigner, CertificateDraft};
use countersign_server::fetch::{FetchConfig, Schedule};
use countersign_server::{Config, Listen, MetadataConfig, MetadataSource, Server, router};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::https::{Https, Reply};
use crate::metadata::value;
use crate::site::{Client, ORIGIN, finish};
use crate::vendor::{any, attested, blob, write_root};
use crate::{authenticator::Passkey, serving::ask};

/// A folder for a server's files.
struct Place(TempDir);

/// A server that runs until it is dropped.
struct Running {
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

fn good(number: u64) -> Vec<u8> {
    blob(&BlobSigner::new(), number, "FIDO_CERTIFIED_L1", "fingerprint_internal")
}

/// A schedule without waits: the https server makes each request wait until a test has an answer.
fn at_once() -> Schedule {
    let mut schedule = Schedule::default();
    let soon = Duration::from_millis(10);
    (schedule.every, schedule.due, schedule.retry, schedule.retry_max) = (soon, soon, soon, soon);
    schedule
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        write_root(folder.path(), &BlobSigner::new());
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn kept(&self) -> Vec<u8> {
        fs::read(self.path().join("data/countersign.metadata")).unwrap_or_default()
    }

    /// Waits until a fetch is over: a BLOB is used, then stored, and last the fetch is written to this file.
    async fn until_noted(&self) -> PathBuf {
        let noted = self.path().join("data/countersign.metadata-fetched");
        while !noted.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        noted
    }

    fn config(&self, url: &str, policy: Policy, schedule: Schedule) -> Config {
        let mut fetch = FetchConfig::new(url);
        fetch.authorities = vec![Https::write_authority(self.path())];
        fetch.schedule = schedule;
        fetch.length_max = 100_000;
        let mut metadata = MetadataConfig::from_source(MetadataSource::Url(fetch));
        metadata.roots = vec![self.path().join("root.pem")];
        let mut config = Config::new(self.path().join("data/countersign.sqlite3"));
        config.metadata = Some(metadata);
        config.policy = policy;
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        config
    }

    async fn start(&self, url: &str, schedule: Schedule) -> Running {
        let server = Server::bind(&self.config(url, attested(), schedule)).await.unwrap();
        let address = server.addresses()[0];
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async {
            let _ = stopped.await;
        }));
        Running { address, stop: Some(stop), serving }
    }
}

impl Running {
    async fn text(&self) -> String {
        ask(self.address, b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await
    }

    async fn metric(&self, name: &str) -> Option<i64> {
        value(&self.text().await, &format!("countersign_metadata_{name}"))
    }

    async fn metrics(&self) -> [Option<i64>; 3] {
        let text = self.text().await;
        ["number", "failures_total", "trouble"]
            .map(|name| value(&text, &format!("countersign_metadata_{name}")))
    }

    /// Waits for this number, this count of failures, and whether there is a problem.
    #[track_caller]
    fn until(&self, expected: [Option<i64>; 3]) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            for _ in 0..1000 {
                if self.metrics().await == expected {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("{expected:?} is not reached, but {:?}: {caller}", self.metrics().await);
        }
    }

    /// The status and the code of the answer to a start of a registration.
    async fn start_registration(&self) -> (String, String) {
        let body = r#"{"name":"Ada"}"#;
        let request = format!(
            "POST /api/accounts/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        let answer = ask(self.address, request.as_bytes()).await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        (head[9..12].to_owned(), body["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The status and the body of the probe of load balancers.
    async fn ready(&self) -> (String, String) {
        let answer =
            ask(self.address, b"GET /health/ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].to_owned(), body.to_owned())
    }

    async fn stop(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.serving.await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn rule_349_a_rejected_download_leaves_the_last_good_one() {
    let (place, https) = (Place::new(), Https::start());
    let server = place.start(&https.url(), at_once()).await;
    https.answer(Reply::ok(&["ETag: \"8\""], &good(8)));
    server.until([Some(8), Some(0), Some(0)]).await;
    let mut bent = good(9);
    *bent.last_mut().unwrap() ^= 1;
    let other_root = {
        let mut signer = BlobSigner::new();
        let authority = CertificateDraft::ca("ca", &signer.authority_key.spki()).with_issuer("other");
        signer.x5c[1] = authority.sign(&signer.key);
        blob(&signer, 9, "FIDO_CERTIFIED_L1", "fingerprint_internal")
    };
    let replies = [
        Reply::new("500 Internal Server Error", &[], b""),
        Reply::new("429 Too Many Requests", &["Retry-After: 0"], b""),
        Reply::new("302 Found", &["Location: http://localhost:1/", "Content-Length: 0"], b""),
        Reply::ok(&[], &good(9)).without_last(1),
        Reply::ok(&[], &vec![b'a'; 100_001]),
        Reply::ok(&[], b"a.b.c"),
        Reply::ok(&[], b""),
        Reply::ok(&[], &bent),
        Reply::ok(&[], &other_root),
        Reply::ok(&[], &good(7)),
    ];
    let mut failures = 0;
    for reply in replies {
        https.answer(reply);
        failures += 1;
        server.until([Some(8), Some(failures), Some(1)]).await;
        assert_eq!(place.kept(), good(8), "after {failures}");
    }
    https.answer(Reply::ok(&["ETag: \"9\""], &good(9)));
    server.until([Some(9), Some(failures), Some(0)]).await;
    assert_eq!(place.kept(), good(9));
    let requests = https.requests();
    assert!(requests[1..=11].iter().all(|request| request.contains("\r\nif-none-match: \"8\"\r\n")));
    server.stop().await;
}

#[tokio::test]
async fn a_restart_is_no_reason_to_fetch_again() {
    let (place, https) = (Place::new(), Https::start());
    let server = place.start(&https.url(), Schedule::default()).await;
    https.answer(Reply::ok(&["ETag: \"8\""], &good(8)));
    server.until([Some(8), Some(0), Some(0)]).await;
    let noted = place.until_noted().await;
    server.stop().await;
    let text = fs::read_to_string(&noted).unwrap();
    let at = text.lines().find_map(|line| line.strip_prefix("checked-at ")).unwrap();
    let earlier = (at.parse::<i64>().unwrap() - 3600).to_string();
    fs::write(&noted, text.replace(at, &earlier)).unwrap();
    let server = place.start(&https.url(), Schedule::default()).await;
    server.until([Some(8), Some(0), Some(0)]).await;
    assert_eq!(server.metric("checked_timestamp_seconds").await.unwrap().to_string(), earlier);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(https.requests().len(), 1);
    server.stop().await;

    let server = place.start(&https.url(), at_once()).await;
    https.answer(Reply::new("304 Not Modified", &[], b""));
    https.answer(Reply::new("500 Internal Server Error", &[], b""));
    server.until([Some(8), Some(1), Some(1)]).await;
    assert!(https.requests()[1].contains("\r\nif-none-match: \"8\"\r\n"));
    server.stop().await;
}

#[tokio::test]
async fn a_server_without_an_answer_starts_with_the_stored_metadata() {
    let (place, https) = (Place::new(), Https::start());
    let server = place.start(&https.url(), Schedule::default()).await;
    https.answer(Reply::ok(&[], &good(8)));
    server.until([Some(8), Some(0), Some(0)]).await;
    place.until_noted().await;
    server.stop().await;
    // Another address, so that it is requested at once; no server listens there.
    let server = place.start("https://localhost:1/", Schedule::default()).await;
    server.until([Some(8), Some(1), Some(1)]).await;
    assert_eq!(server.start_registration().await, ("200".into(), String::new()));
    server.stop().await;
}

#[tokio::test]
async fn without_required_metadata_no_authenticator_registers() {
    let (place, https) = (Place::new(), Https::start());
    let server = place.start(&https.url(), at_once()).await;
    https.answer(Reply::new("500 Internal Server Error", &[], b""));
    server.until([None, Some(1), Some(1)]).await;
    assert_eq!(server.start_registration().await, ("503".into(), "metadata-unavailable".into()));
    let reason = "attestation is required, and there is no metadata yet";
    assert_eq!(server.ready().await, ("503".into(), reason.into()));
    https.answer(Reply::ok(&[], &good(8)));
    server.until([Some(8), Some(1), Some(0)]).await;
    assert_eq!(server.start_registration().await, ("200".into(), String::new()));
    assert_eq!(server.ready().await, ("200".into(), "ok".into()));
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_asks_for_a_wait_gets_no_request_before() {
    let (place, https) = (Place::new(), Https::start());
    let server = place.start(&https.url(), at_once()).await;
    https.answer(Reply::new("503 Service Unavailable", &["Retry-After: 3600"], b""));
    server.until([None, Some(1), Some(1)]).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(https.requests().len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn rule_348_the_number_of_a_fetched_blob_is_stored() {
    let (place, https) = (Place::new(), Https::start());
    let server = place.start(&https.url(), at_once()).await;
    https.answer(Reply::ok(&[], &good(8)));
    server.until([Some(8), Some(0), Some(0)]).await;
    place.until_noted().await;
    server.stop().await;
    fs::remove_file(place.path().join("data/countersign.metadata")).unwrap();
    let https = Https::start();
    let server = place.start(&https.url(), at_once()).await;
    https.answer(Reply::ok(&[], &good(7)));
    server.until([None, Some(1), Some(1)]).await;
    https.answer(Reply::ok(&[], &good(8)));
    server.until([Some(8), Some(1), Some(0)]).await;
    server.stop().await;
}

#[tokio::test]
async fn a_blob_that_can_not_be_stored_is_in_use_and_stored_later() {
    let (place, https) = (Place::new(), Https::start());
    let server = place.start(&https.url(), at_once()).await;
    let in_the_way = place.path().join("data/countersign.metadata");
    fs::create_dir(&in_the_way).unwrap();
    https.answer(Reply::ok(&[], &good(8)));
    server.until([Some(8), Some(1), Some(1)]).await;
    fs::remove_dir(&in_the_way).unwrap();
    https.answer(Reply::ok(&[], &good(8)));
    server.until([Some(8), Some(1), Some(0)]).await;
    assert_eq!(place.kept(), good(8));
    server.stop().await;
}

#[tokio::test]
async fn the_page_gets_the_problem_of_the_metadata() {
    let place = Place::new();
    let mut config = place.config("https://localhost:1/", any(), Schedule::default());
    config.listen = Listen::Localhost(8080);
    fs::create_dir(place.path().join("data")).unwrap();
    fs::write(place.path().join("data/countersign.metadata"), "a.b.c").unwrap();
    let mut client = Client::of(&router(&config).await.unwrap());
    let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.json();
    let passkey = Passkey::new(&started["options"], ORIGIN, 1);
    let finish = finish(&started, &passkey.registration(&started["options"]));
    client.post("/api/accounts/finish", &finish).await.expect(201);
    let listed = client.get("/api/credentials").await.json();
    let metadata =
        json!({ "number": null, "nextUpdate": null, "models": null, "trouble": "metadata-malformed" });
    assert_eq!(listed["metadata"], metadata);
}
