//! The database file: when it is rejected, shared or lost, and that transactions are complete.

use std::fs;
use std::path::{Path, PathBuf};

use countersign_server::{Config, Server, StartError, router};
use rusqlite::Connection;
use serde_json::json;

use crate::authenticator::Passkey;
use crate::site::{Client, ORIGIN, Site, finish};

/// The file of a site's database.
fn database(site: &Site) -> PathBuf {
    site.config.database.path().unwrap().to_owned()
}

/// Creates a file with SQLite, and returns its bytes.
fn made(path: &Path, statements: &str) -> Vec<u8> {
    Connection::open(path).unwrap().execute_batch(statements).unwrap();
    fs::read(path).unwrap()
}

#[tokio::test]
async fn a_file_is_created_with_its_folder_for_its_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/test.sqlite3");
    let server = router(&Config::new(&path)).await.unwrap();
    assert_eq!(made(&path, "").get(..15).unwrap(), b"SQLite format 3");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(&folder.path().join("a/b/test.sqlite3-wal")), 0o600);
        assert_eq!(mode(&folder.path().join("a/b")), 0o700);
    }
    drop(server);
    drop(router(&Config::new(&path)).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_create_one_database() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::new(folder.path().join("test.sqlite3"));
        let starting: Vec<_> = (0..4)
            .map(|_| {
                let config = config.clone();
                tokio::spawn(async move { router(&config).await.map(drop) })
            })
            .collect();
        for start in starting {
            start.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_of_this_program_is_rejected_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let before = made(&path, "CREATE TABLE recipes (title TEXT)");
    let config = Config::new(&path);
    let sentence = format!("the file {} is not a countersign database", path.display());
    let error = router(&config).await.map(drop).unwrap_err();
    assert!(matches!(error, StartError::Database(_)), "{error:?}");
    assert_eq!(error.to_string(), sentence);
    let found = Server::check(&config).await.problems;
    assert_eq!((found.len(), found[0].key, &found[0].message), (1, Some("database"), &sentence));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn an_address_of_another_kind_of_database_is_rejected_by_its_scheme() {
    let config = Config::new("mysql://user:word@host/db");
    let error = router(&config).await.map(drop).unwrap_err().to_string();
    assert!(error.contains("mysql") && !error.contains("word"), "{error}");
}

#[tokio::test]
async fn two_servers_share_a_file() {
    let site = Site::new().await;
    let (client, passkey) = site.account("Ada", 1).await;
    let second = router(&site.config).await.unwrap();
    let mut there = Client { router: second.clone(), ..client };
    assert_eq!(there.name().await.unwrap(), "Ada");

    // Started at one and finished at the other; both have the outcome.
    let mut here = site.client();
    let started = here.post("/api/sessions/start", &json!({})).await.json();
    let body = finish(&started, &passkey.authentication(&started["options"]));
    let mut there = Client { router: second.clone(), ..here.clone() };
    there.post("/api/sessions/finish", &body).await.expect(200);
    here.post("/api/sessions/finish", &body).await.expect(200);
    assert_eq!(here.cookie, there.cookie);
}

#[tokio::test(flavor = "multi_thread")]
async fn finishes_at_two_servers_at_once_get_the_same_session() {
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    let second = router(&site.config).await.unwrap();
    for round in 0..10 {
        let mut client = site.client();
        let started = client.post("/api/sessions/start", &json!({})).await.json();
        let body = finish(&started, &passkey.authentication(&started["options"]));
        let tasks = [site.router.clone(), second.clone()].map(|router| {
            let (body, mut client) = (body.clone(), Client { router, ..client.clone() });
            tokio::spawn(async move {
                client.post("/api/sessions/finish", &body).await.expect(200);
                client.cookie.unwrap()
            })
        });
        let mut cookies = Vec::new();
        for task in tasks {
            cookies.push(task.await.unwrap());
        }
        assert_eq!(cookies[0], cookies[1], "round {round}");
        assert_eq!(site.rows()[2], round + 2);
    }
}

#[tokio::test]
async fn a_registration_that_was_cut_off_leaves_no_half_account() {
    let site = Site::new().await;
    let mut client = site.client();
    let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.json();
    // A writer that dies between the account and its credential.
    let dying = Connection::open(database(&site)).unwrap();
    dying
        .execute_batch(
            "BEGIN IMMEDIATE;
             INSERT INTO accounts (user_handle, name, name_key, created_at, credential_count)
                 VALUES (x'01', 'Ada', 'ADA', 0, 0)",
        )
        .unwrap();
    drop(dying);
    assert_eq!(site.rows(), [0, 0, 0]);
    let passkey = Passkey::new(&started["options"], ORIGIN, 1);
    let body = finish(&started, &passkey.registration(&started["options"]));
    client.post("/api/accounts/finish", &body).await.expect(201);
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn a_registration_is_stored_completely_or_not_at_all() {
    for table in ["credentials", "sessions"] {
        let site = Site::new().await;
        let mut client = site.client();
        let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.json();
        let passkey = Passkey::new(&started["options"], ORIGIN, 1);
        let body = finish(&started, &passkey.registration(&started["options"]));
        site.sql(&format!(
            "CREATE TRIGGER broken BEFORE INSERT ON {table} BEGIN SELECT raise(ABORT, 'for a test'); END"
        ));
        let answer = client.post("/api/accounts/finish", &body).await;
        answer.expect_error(503, "storage-failed");
        assert!(!String::from_utf8_lossy(&answer.body).contains("for a test"));
        assert_eq!(client.cookie, None);
        site.sql("DROP TRIGGER broken");
        assert_eq!(site.rows(), [0, 0, 0], "{table}");
        // The ceremony has no outcome, so the same finish works later.
        client.post("/api/accounts/finish", &body).await.expect(201);
        assert_eq!(site.rows(), [1, 1, 1], "{table}");
    }
}

#[tokio::test]
async fn a_failing_database_is_a_server_error_without_details() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    site.sql("ALTER TABLE finishes RENAME TO elsewhere");
    let answer = client.sign_in(&passkey).await;
    answer.expect_error(503, "storage-failed");
    assert!(!String::from_utf8_lossy(&answer.body).contains("finishes"));
    assert_eq!(client.name().await.unwrap(), "Ada", "what needs no ceremony goes on");
    site.sql("ALTER TABLE elsewhere RENAME TO finishes");
    client.sign_in(&passkey).await.expect(200);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_stored_in_a_database_file_that_was_deleted_or_replaced() {
    for replaced in [false, true] {
        let site = Site::new().await;
        let (mut client, passkey) = site.account("Ada", 1).await;
        client.get("/health/ready").await.expect(200);
        let started = client.post("/api/sessions/start", &json!({})).await.json();
        let aside = database(&site).with_extension("aside");
        fs::rename(database(&site), &aside).unwrap();
        if replaced {
            fs::copy(&aside, database(&site)).unwrap();
        }
        let body = finish(&started, &passkey.authentication(&started["options"]));
        client.post("/api/sessions/finish", &body).await.expect_error(503, "storage-failed");
        let health = client.get("/health/ready").await.expect(503);
        assert_eq!(health.body, b"the database can't be used");
        // Once it is back in its place, the server uses it again.
        fs::rename(&aside, database(&site)).unwrap();
        client.get("/health/ready").await.expect(200);
        client.sign_in(&passkey).await.expect(200);
    }
}

#[tokio::test]
async fn a_server_that_cannot_read_its_database_is_live_and_not_ready() {
    let site = Site::new().await;
    let mut client = site.client();
    for (renamed, status) in
        [("sealing_keys RENAME TO elsewhere", 503), ("elsewhere RENAME TO sealing_keys", 200)]
    {
        site.sql(&format!("ALTER TABLE {renamed}"));
        client.get("/health/live").await.expect(200);
        client.get("/health/ready").await.expect(status);
    }
}

#[tokio::test]
async fn an_unreadable_record_is_a_server_error() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    site.sql("UPDATE credentials SET static = '{\"version\": 2}'");
    client.get("/api/credentials").await.expect_error(503, "storage-failed");
    client.sign_in(&passkey).await.expect_error(503, "storage-failed");
}

/// The names and bytes of all files of the database.
fn files(site: &Site) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = database(site).parent().unwrap().to_path_buf();
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    // The index of the log has locks of readers.
    let mut files: Vec<_> = entries
        .filter(|path| !path.to_string_lossy().ends_with("-shm"))
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn a_flood_of_starts_stores_nothing_and_affects_no_sign_in() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let before = files(&site);
    for number in 0..50_000 {
        let (path, body) = match number % 2 {
            0 => ("/api/sessions/start", json!({})),
            _ => ("/api/accounts/start", json!({ "name": "Eve" })),
        };
        client.post(path, &body).await.expect(200);
    }
    assert!(files(&site) == before, "the database changed");
    site.client().sign_in(&passkey).await.expect(200);
}
