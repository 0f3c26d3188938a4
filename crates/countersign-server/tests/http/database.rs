//! The database file: which files are rejected and left as they are, and that transactions are complete.

use std::{fs, path::Path};

use countersign_server::{Config, StartError, router};
use rusqlite::Connection;
use serde_json::json;

use crate::authenticator::Passkey;
use crate::site::{Client, ORIGIN, Site, finish};

fn start_error(path: &Path) -> StartError {
    router(&Config::new(path)).map(drop).unwrap_err()
}

/// Creates a file with SQLite, and returns its bytes.
fn made(path: &Path, statements: &str) -> Vec<u8> {
    Connection::open(path).unwrap().execute_batch(statements).unwrap();
    fs::read(path).unwrap()
}

#[test]
fn a_file_is_created_with_its_folder_for_its_user_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a/b/test.sqlite3");
    let server = router(&Config::new(&path)).unwrap();
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
    drop(router(&Config::new(&path)).unwrap());
}

#[test]
fn a_newer_database_is_rejected_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    drop(router(&Config::new(&path)).unwrap());
    let before = made(&path, "PRAGMA journal_mode = DELETE; PRAGMA user_version = 4");
    let error = start_error(&path);
    assert!(matches!(error, StartError::DatabaseTooNew { found: 4, known: 3, .. }), "{error}");
    assert_eq!(
        error.to_string(),
        format!(
            "the database {} was written by a newer version of countersign: its schema is 4, and this version supports \
             schemas up to 3",
            path.display()
        )
    );
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_database_of_another_application_is_rejected_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for (name, statements) in [
        ("tables", "CREATE TABLE recipes (title TEXT)"),
        ("application", "PRAGMA application_id = 7"),
        ("version", "PRAGMA user_version = 1"),
        ("no-version", "PRAGMA application_id = 0x4374536e"),
    ] {
        let path = folder.path().join(name);
        let before = made(&path, statements);
        assert!(matches!(start_error(&path), StartError::NotCountersign(_)), "{name}");
        assert_eq!(fs::read(&path).unwrap(), before, "{name}");
    }
}

#[test]
fn a_file_that_is_no_database_is_rejected_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    let text = "Not a database at all.\n".repeat(100);
    fs::write(&path, &text).unwrap();
    assert!(matches!(start_error(&path), StartError::NotCountersign(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    assert_eq!(
        start_error(folder.path()).to_string(),
        format!("the database {} can't be used: it is a folder", folder.path().display())
    );
    let below_a_file = path.join("data/test.sqlite3");
    assert!(matches!(start_error(&below_a_file), StartError::Folder(..)));
}

#[test]
fn a_damaged_database_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    drop(router(&Config::new(&path)).unwrap());
    let mut bytes = fs::read(&path).unwrap();
    // The page of the schema, after the file's header.
    bytes[100..200].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let error = start_error(&path);
    assert!(matches!(error, StartError::Database(..)), "{error:?}");
    assert!(error.to_string().ends_with("can't be used: database disk image is malformed"), "{error}");
}

#[test]
fn a_database_that_another_program_has_locked_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    drop(router(&Config::new(&path)).unwrap());
    let other = Connection::open(&path).unwrap();
    other.execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let error = start_error(&path);
    assert!(matches!(error, StartError::DatabaseLocked(_)), "{error}");
    drop(other);
    drop(router(&Config::new(&path)).unwrap());
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    fs::write(&path, "").unwrap();
    drop(router(&Config::new(&path)).unwrap());
}

#[test]
fn a_database_whose_creation_was_killed_is_created_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let dying = Connection::open(&path).unwrap();
    dying.execute_batch("BEGIN IMMEDIATE; CREATE TABLE accounts (half INTEGER)").unwrap();
    drop(dying);
    drop(router(&Config::new(&path)).unwrap());
}

#[test]
fn servers_that_start_at_once_create_one_database() {
    for _ in 0..10 {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::new(folder.path().join("test.sqlite3"));
        std::thread::scope(|scope| {
            let starting: Vec<_> = (0..4).map(|_| scope.spawn(|| router(&config).map(drop))).collect();
            for start in starting {
                start.join().unwrap().unwrap();
            }
        });
    }
}

#[tokio::test]
async fn two_servers_share_a_file() {
    let site = Site::new();
    let (client, passkey) = site.account("Ada", 1).await;
    let second = router(&site.config).unwrap();
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
    let site = Site::new();
    let (_, passkey) = site.account("Ada", 1).await;
    let second = router(&site.config).unwrap();
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
    let site = Site::new();
    let mut client = site.client();
    let started = client.post("/api/accounts/start", &json!({ "name": "Ada" })).await.json();
    // A writer that dies between the account and its credential.
    let dying = Connection::open(site.database()).unwrap();
    dying.execute_batch("BEGIN IMMEDIATE; INSERT INTO accounts VALUES (x'01', 'Ada', 'ADA', 0)").unwrap();
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
        let site = Site::new();
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
    let site = Site::new();
    let (mut client, _) = site.account("Ada", 1).await;
    site.sql("ALTER TABLE ceremonies RENAME TO elsewhere");
    let answer = client.post("/api/sessions/start", &json!({})).await;
    answer.expect_error(503, "storage-failed");
    assert!(!String::from_utf8_lossy(&answer.body).contains("ceremonies"));
    assert_eq!(client.name().await.unwrap(), "Ada", "what needs no ceremony goes on");
    site.sql("ALTER TABLE elsewhere RENAME TO ceremonies");
    client.post("/api/sessions/start", &json!({})).await.expect(200);
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_stored_in_a_database_file_that_was_deleted_or_replaced() {
    for replaced in [false, true] {
        let site = Site::new();
        let (mut client, passkey) = site.account("Ada", 1).await;
        client.get("/health").await.expect(200);
        let started = client.post("/api/sessions/start", &json!({})).await.json();
        let aside = site.database().with_extension("aside");
        fs::rename(site.database(), &aside).unwrap();
        if replaced {
            fs::copy(&aside, site.database()).unwrap();
        }
        let body = finish(&started, &passkey.authentication(&started["options"]));
        client.post("/api/sessions/finish", &body).await.expect_error(503, "storage-failed");
        client.post("/api/sessions/start", &json!({})).await.expect_error(503, "storage-failed");
        let health = client.get("/health").await.expect(503);
        assert_eq!(health.body, b"the database file was deleted or replaced");
        // Once it is back in its place, the server uses it again.
        fs::rename(&aside, site.database()).unwrap();
        client.get("/health").await.expect(200);
        client.sign_in(&passkey).await.expect(200);
    }
}

#[tokio::test]
async fn an_unreadable_record_is_a_server_error() {
    let site = Site::new();
    let (mut client, passkey) = site.account("Ada", 1).await;
    site.sql("UPDATE credentials SET record = '{\"version\": 2}'");
    client.get("/api/credentials").await.expect_error(503, "storage-failed");
    client.sign_in(&passkey).await.expect_error(503, "storage-failed");
}
