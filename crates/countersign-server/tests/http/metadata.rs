//! Metadata from a file: who may register, and verdicts on registered passkeys.

use std::{fs, net::Ipv4Addr, path::Path, time::Duration};

use countersign::Policy;
use countersign_server::{Listen, MetadataSource, Server, StartError, router};
use serde_json::{Value, json};

use crate::attested::register;
use crate::serving::ask;
use crate::site::{Client, ORIGIN, finish};
use crate::vendor::{MODEL, any, attested, config, write, write_with};

async fn open(folder: &Path, policy: Policy) -> Result<Client, StartError> {
    Ok(Client::of(&router(&config(folder, policy)).await?))
}

/// The value of a metric.
async fn metric(client: &mut Client, name: &str) -> Option<i64> {
    let answer = client.get("/metrics").await;
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    value(&String::from_utf8(answer.body).unwrap(), name)
}

pub(crate) fn value(text: &str, name: &str) -> Option<i64> {
    let line = text.lines().find(|line| line.split(' ').next() == Some(name))?;
    line.split(' ').nth(1)?.parse().ok()
}

#[tokio::test]
async fn a_compromised_model_is_rejected_at_registration_and_flagged_in_lists() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut client = open(folder.path(), attested()).await.unwrap();
    let (status, body) = register(&mut client, "Ada").await;
    assert_eq!(status, 201, "{body}");
    let listed = client.get("/api/credentials").await.json();
    assert_eq!(listed["credentials"][0]["authenticator"], "Model One");
    assert_eq!(listed["credentials"][0]["icon"], format!("/models/{MODEL}/icon"));
    assert_eq!(listed["credentials"][0]["trouble"], Value::Null);
    assert_eq!(listed["credentials"][0]["label"], "Model One");
    let metadata = json!({ "number": 7, "nextUpdate": "2054-01-01", "models": 1, "trouble": null });
    assert_eq!(listed["metadata"], metadata);

    write(folder.path(), 8, "USER_KEY_REMOTE_COMPROMISE");
    let mut restarted = open(folder.path(), attested()).await.unwrap();
    let (status, body) = register(&mut restarted, "Eve").await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("authenticator-not-accepted")), "{body}");

    restarted.cookie = client.cookie;
    let listed = restarted.get("/api/credentials").await.json();
    let trouble = "its status is USER_KEY_REMOTE_COMPROMISE since 2025-02-01";
    assert_eq!(listed["credentials"][0]["trouble"], trouble);
}

#[tokio::test]
async fn evidence_is_read_once_and_not_with_each_list() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut client = open(folder.path(), attested()).await.unwrap();
    register(&mut client, "Ada").await;
    write(folder.path(), 8, "USER_KEY_REMOTE_COMPROMISE");
    let mut restarted = open(folder.path(), attested()).await.unwrap();
    restarted.cookie = client.cookie;
    let first = restarted.get("/api/credentials").await.expect(200).json();
    assert_ne!(first["credentials"][0]["trouble"], Value::Null);

    let database = rusqlite::Connection::open(folder.path().join("data/countersign.sqlite3")).unwrap();
    assert_eq!(database.execute("UPDATE evidence SET evidence = 'junk'", ()).unwrap(), 1);
    let again = restarted.get("/api/credentials").await.expect(200).json();
    assert_eq!(again["credentials"], first["credentials"]);
    let mut anew = open(folder.path(), attested()).await.unwrap();
    anew.cookie = restarted.cookie;
    anew.get("/api/credentials").await.expect_error(503, "storage-failed");
}

#[tokio::test]
async fn an_authenticator_without_attestation_registers_only_if_none_is_required() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    for (policy, expected) in [(any(), 201), (attested(), 400)] {
        let mut client = open(folder.path(), policy).await.unwrap();
        let started =
            client.post("/api/accounts/start", &json!({ "name": format!("{expected}") })).await.json();
        let passkey = crate::authenticator::Passkey::new(&started["options"], ORIGIN, 1);
        let response = passkey.registration(&started["options"]);
        let answer = client.post("/api/accounts/finish", &finish(&started, &response)).await;
        assert_eq!(answer.status.as_u16(), expected);
    }
}

/// Two servers with one database, each with its own file of metadata: they share only the stored BLOB.
#[tokio::test]
async fn rule_348_of_two_servers_the_one_behind_uses_the_newer_blob() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, number: u64, status: &str| {
        write(folder.path(), number, status);
        fs::rename(folder.path().join("blob"), folder.path().join(name)).unwrap();
        let mut config = config(folder.path(), any());
        config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
        let metadata = config.metadata.as_mut().unwrap();
        metadata.source = MetadataSource::File(folder.path().join(name));
        metadata.check_every = Duration::from_millis(10);
        config
    };
    let kept = |name: &str| fs::read(folder.path().join("data").join(name)).unwrap();
    let behind = file("behind", 7, "FIDO_CERTIFIED_L1");
    let behind_server = Server::bind(&behind).await.unwrap();
    assert_eq!(kept("countersign.metadata-number"), b"7\n");
    let ahead = Server::bind(&file("ahead", 8, "REVOKED")).await.unwrap();
    assert_eq!(kept("countersign.metadata-number"), b"8\n");
    drop(ahead);

    // Its own file changes to a BLOB with its current number.
    let address = behind_server.addresses()[0];
    let serving = tokio::spawn(behind_server.serve(std::future::pending()));
    fs::write(
        folder.path().join("behind"),
        [&fs::read(folder.path().join("behind")).unwrap()[..], b"\n"].concat(),
    )
    .unwrap();
    let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    for _ in 0..1000 {
        if value(&ask(address, request).await, "countersign_metadata_number") == Some(8) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(value(&ask(address, request).await, "countersign_metadata_number"), Some(8));
    assert_eq!(kept("countersign.metadata-number"), b"8\n");
    assert_eq!(kept("countersign.metadata"), fs::read(folder.path().join("ahead")).unwrap());
    serving.abort();
    let _ = serving.await;
    // After a restart with the older file, the newer BLOB still counts.
    let mut again = behind;
    again.listen = Listen::Localhost(8080);
    let mut client = Client::of(&router(&again).await.unwrap());
    assert_eq!(metric(&mut client, "countersign_metadata_number").await, Some(8));
}

#[tokio::test(flavor = "multi_thread")]
async fn rule_348_of_servers_that_store_at_once_the_highest_number_stays() {
    let folder = tempfile::tempdir().unwrap();
    let configs: Vec<_> = (1..=8)
        .map(|number| {
            write(folder.path(), number, "FIDO_CERTIFIED_L1");
            let name = folder.path().join(format!("blob-{number}"));
            fs::rename(folder.path().join("blob"), &name).unwrap();
            let mut config = config(folder.path(), any());
            config.metadata.as_mut().unwrap().source = MetadataSource::File(name);
            config
        })
        .collect();
    // A server with an older file does not start, or uses the stored BLOB.
    let starting: Vec<_> = configs
        .into_iter()
        .map(|config| tokio::spawn(async move { router(&config).await.map(drop) }))
        .collect();
    for start in starting {
        let _ = start.await.unwrap();
    }
    let kept = |name: &str| fs::read(folder.path().join("data").join(name)).unwrap();
    assert_eq!(kept("countersign.metadata-number"), b"8\n");
    assert_eq!(kept("countersign.metadata"), fs::read(folder.path().join("blob-8")).unwrap());
}

#[tokio::test]
async fn a_root_beyond_a_mebibyte_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let root = folder.path().join("root.pem");
    let long = fs::read(&root).unwrap().repeat(3000);
    fs::write(&root, long).unwrap();
    let error = open(folder.path(), any()).await.err().unwrap().to_string();
    assert!(error.ends_with("root.pem: it has more than 1048576 bytes"), "{error}");
}

#[tokio::test]
async fn rule_348_the_number_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 8, "FIDO_CERTIFIED_L1");
    open(folder.path(), any()).await.unwrap();
    open(folder.path(), any()).await.unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut client = open(folder.path(), any()).await.unwrap();
    assert_eq!(metric(&mut client, "countersign_metadata_number").await, Some(8), "the one that was kept");

    fs::remove_file(folder.path().join("data/countersign.metadata")).unwrap();
    let error = open(folder.path(), any()).await.err().unwrap();
    assert!(error.to_string().ends_with("has number 7, and number 8 was seen before"), "{error}");
}

#[tokio::test]
async fn rule_349_the_last_good_metadata_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 8, "FIDO_CERTIFIED_L1");
    let mut client = open(folder.path(), any()).await.unwrap();
    assert_eq!(metric(&mut client, "countersign_metadata_failures_total").await, Some(0));
    fs::write(folder.path().join("blob"), "a.b.c").unwrap();
    let mut client = open(folder.path(), any()).await.unwrap();
    for (name, expected) in [
        ("number", Some(8)),
        ("entries", Some(1)),
        ("skipped_entries", Some(0)),
        ("failures_total", Some(1)),
        ("next_update_timestamp_seconds", Some(2_650_838_400)),
    ] {
        assert_eq!(metric(&mut client, &format!("countersign_metadata_{name}")).await, expected, "{name}");
    }
    assert!(metric(&mut client, "countersign_metadata_age_seconds").await.unwrap() < 60);
}

#[tokio::test]
async fn rule_349_a_running_server_accepts_only_newer_metadata() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 8, "FIDO_CERTIFIED_L1");
    let mut config = config(folder.path(), any());
    config.listen = Listen::Address((Ipv4Addr::LOCALHOST, 0).into());
    config.metadata.as_mut().unwrap().check_every = Duration::from_millis(20);
    let server = Server::bind(&config).await.unwrap();
    let address = server.addresses()[0];
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async {
        let _ = stopped.await;
    }));
    let until = async |number: i64, failures: i64| {
        for _ in 0..500 {
            let request = b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
            let text = ask(address, request).await;
            let of = |name: &str| value(&text, &format!("countersign_metadata_{name}")).unwrap();
            if (of("number"), of("failures_total")) == (number, failures) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("number {number} with {failures} failures is not reached");
    };
    until(8, 0).await;
    // Atomically, so that no part of it is read.
    fs::write(folder.path().join("other"), "a.b.c").unwrap();
    fs::rename(folder.path().join("other"), folder.path().join("blob")).unwrap();
    until(8, 1).await;
    let same = tempfile::tempdir_in(folder.path()).unwrap();
    write(same.path(), 8, "FIDO_CERTIFIED_L1");
    fs::rename(same.path().join("blob"), folder.path().join("blob")).unwrap();
    until(8, 1).await;
    let put = |number: u64| {
        let aside = tempfile::tempdir_in(folder.path()).unwrap();
        write(aside.path(), number, "FIDO_CERTIFIED_L1");
        fs::rename(aside.path().join("blob"), folder.path().join("blob")).unwrap();
    };
    put(10);
    until(10, 1).await;
    put(9);
    until(10, 2).await;
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
    assert_eq!(fs::read_to_string(folder.path().join("data/countersign.metadata-number")).unwrap(), "10\n");
}

#[tokio::test]
async fn rule_367_a_model_that_verifies_no_user_cannot_say_that_it_did() {
    let folder = tempfile::tempdir().unwrap();
    write_with(folder.path(), 7, "FIDO_CERTIFIED_L1", "presence_internal");
    let (status, body) = register(&mut open(folder.path(), attested()).await.unwrap(), "Ada").await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("authenticator-not-accepted")), "{body}");
}

#[tokio::test]
async fn the_icon_of_a_model_is_a_file_of_the_server() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 7, "FIDO_CERTIFIED_L1");
    let mut client = open(folder.path(), any()).await.unwrap();
    let answer = client.get(&format!("/models/{MODEL}/icon")).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/png"));
    assert_eq!(answer.body, [0xfb, 0xff]);
    for other in ["02020202-0202-0202-0202-020202020202", "x"] {
        assert_eq!(client.get(&format!("/models/{other}/icon")).await.status, 404);
    }
}

#[tokio::test]
async fn rule_349_a_server_does_not_start_with_metadata_that_is_not_valid() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), 8, "FIDO_CERTIFIED_L1");
    fs::write(folder.path().join("blob"), "a.b.c").unwrap();
    assert!(matches!(open(folder.path(), any()).await, Err(StartError::Metadata(..))));
    fs::remove_file(folder.path().join("blob")).unwrap();
    assert!(matches!(open(folder.path(), any()).await, Err(StartError::MetadataFile(..))));
    fs::write(folder.path().join("root.pem"), "x").unwrap();
    assert!(matches!(open(folder.path(), any()).await, Err(StartError::MetadataRoot(..))));
}
