//! The migration of older schemas, whose files are made here.

use std::path::{Path, PathBuf};
use std::thread;

use countersign::record::AttestationEvidence;
use countersign::store::{ApplicationStore as _, Evidence, Operation, RecoveryStatus, TokenHash};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use countersign::{CredentialRecord, CredentialUpdate};
use rusqlite::Connection;
use tempfile::TempDir;

use super::sqlite_file::number;
use crate::sqlite::schema::APPLICATION_ID;
use crate::sqlite::schema::parts;
use crate::sqlite::schema::tables::{
    SCHEMA_1, SCHEMA_2, SCHEMA_3, SCHEMA_4_ASIDE, SCHEMA_4_DROP, SCHEMA_4_TABLES,
};
use crate::sqlite::{SqliteStore, StoreError};

/// A record as version 0.1.0 wrote it.
const RECORD_1: &str = r#"{"version":1,"id":"HR0d","rp_id":"example.org","user_handle":"am8","public_key":"oA",
    "algorithm":-7,"sign_count":5,"uv_initialized":true,"transports":[],"backup_eligible":true,"backup_state":false,
    "aaguid":"00000000-0000-0000-0000-000000000000","attestation":null}"#;

const TOKEN: TokenHash = TokenHash::from_bytes([7; 32]);

fn id() -> CredentialId {
    CredentialId::new([0x1d; 3]).unwrap()
}

fn owner() -> UserHandle {
    UserHandle::new(b"jo").unwrap()
}

/// A record with evidence.
fn attested() -> CredentialRecord {
    CredentialRecord::new(id(), "example.org", owner(), [0xa0])
        .with_sign_count(5)
        .with_backup_eligible(true)
        .with_evidence(AttestationEvidence::new("packed", "self", [1; 300], [2; 300]))
}

/// An empty file of a schema.
fn empty(version: usize) -> (TempDir, PathBuf, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let db = create(&path, version);
    (folder, path, db)
}

/// Creates an empty file of a schema.
pub(super) fn create(path: &Path, version: usize) -> Connection {
    let db = Connection::open(path).unwrap();
    for step in &[SCHEMA_1, SCHEMA_2, SCHEMA_3][..version] {
        db.execute_batch(step).unwrap();
    }
    db.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    db.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
    db
}

/// A file of a schema with an account, a credential of this record, a session, and what is open.
fn filled(version: usize, record: &str) -> (TempDir, PathBuf) {
    let (folder, path, db) = empty(version.min(3));
    db.execute("INSERT INTO accounts VALUES (x'6a6f', 'jo', 'JO', 1)", ()).unwrap();
    let insert =
        "INSERT INTO credentials (id, user_handle, record, sign_count, backup_state, label, created_at)
                  VALUES (x'1d1d1d', x'6a6f', ?, 5, 0, 'Key', 2)";
    db.execute(insert, (record,)).unwrap();
    db.execute("INSERT INTO sessions VALUES (?, x'6a6f', x'1d1d1d', 3, 4, 100)", ([7; 32],)).unwrap();
    db.execute(
        "INSERT INTO ceremonies (id_hash, kind, state, started_at, expires_at) VALUES (?, 'session', '', 0, 100)",
        ([7; 32],),
    )
    .unwrap();
    if version >= 3 {
        db.execute_batch(
            "UPDATE credentials SET evidence = json_set(record ->> '$.evidence', '$.version', 2), attestation_format = 'packed',
                 attestation_type = 'self', record = json_set(record, '$.evidence', NULL);
             INSERT INTO confirmations SELECT token_hash, 'act', x'01', 200 FROM sessions;
             INSERT INTO outcomes VALUES (x'02', 'session', NULL, x'03', '{}', 0, 100);
             INSERT INTO former_accounts VALUES (x'04', 50);",
        )
        .unwrap();
    }
    if version == 4 {
        db.execute_batch(SCHEMA_4_ASIDE).unwrap();
        db.execute_batch(SCHEMA_4_TABLES).unwrap();
        parts::copy(&db).unwrap();
        db.execute_batch(SCHEMA_4_DROP).unwrap();
        db.pragma_update(None, "user_version", 4).unwrap();
    }
    (folder, path)
}

/// All that users had is there.
async fn assert_whole(path: &Path, record: &CredentialRecord) -> SqliteStore {
    let store = SqliteStore::open(path).unwrap();
    let found = store.credential(record.id(), Evidence::Read).await.unwrap().unwrap();
    assert_eq!(found.record, *record);
    assert_eq!(found.attestation.is_some(), record.evidence().is_some());
    assert_eq!((found.label.as_str(), found.label_key.as_str()), ("Key", "KEY"));
    assert_eq!((found.created_at.unix_seconds(), found.last_used_at), (2, None));
    let listed = store.credentials(&owner(), Evidence::Omit).await.unwrap();
    assert_eq!(listed[0].record, record.clone().with_evidence(None));
    let session = store.session(&TOKEN).await.unwrap().unwrap();
    assert_eq!((session.name.as_str(), session.label.as_str(), session.credential), ("jo", "Key", id()));
    assert_eq!(session.device, None);
    assert_eq!(store.recovery_status(&owner()).await.unwrap(), Some(RecoveryStatus::default()));
    let times = session.times;
    let [created, seen, verified, idle, expires] =
        [times.created_at, times.seen_at, times.verified_at, times.idle_at, times.expires_at]
            .map(Timestamp::unix_seconds);
    assert_eq!((created, seen, verified, idle, expires), (3, 4, 3, 4 + 7 * 24 * 60 * 60, 100));
    assert_eq!(store.account(&owner()).await.unwrap().unwrap().name_key, "JO");
    assert_eq!(number(path, "SELECT credential_count FROM accounts"), 1);
    assert_eq!(number(path, "PRAGMA user_version"), 6);
    let unknown =
        "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' OR name LIKE '%old%' OR sql LIKE '%old%'";
    assert_eq!(number(path, unknown), 0);
    assert_eq!(number(path, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    store
}

#[tokio::test]
async fn files_of_all_schemas_become_the_current_one_without_loss() {
    let record = attested();
    let text = serde_json::to_string(&record).unwrap();
    for version in 1..=4 {
        let (_folder, path) = filled(version, &text);
        drop(assert_whole(&path, &record).await);
        drop(assert_whole(&path, &record).await);
        if version >= 3 {
            assert_eq!(number(&path, "SELECT removed_at FROM former_accounts"), 50);
        }
    }
}

#[tokio::test]
async fn records_of_version_1_are_divided_and_updated() {
    let attestation = r#"{"format":"packed","attestation_type":"self","object":"AQ","client_data":"Ag"}"#;
    let attested = RECORD_1.replace(r#""attestation":null"#, &format!(r#""attestation":{attestation}"#));
    for text in [RECORD_1, &attested] {
        for version in [1, 2] {
            let record: CredentialRecord = serde_json::from_str(text).unwrap();
            let (_folder, path) = filled(version, text);
            let store = SqliteStore::open(&path).unwrap();
            let found = store.credential(&id(), Evidence::Read).await.unwrap().unwrap().record;
            assert_eq!(found, record);
            let next = found.clone().with_sign_count(6);
            let update =
                CredentialUpdate::new(id(), found.dynamic_part().clone(), next.dynamic_part().clone());
            let update = Operation::UpdateCredential {
                owner: owner(),
                update: Box::new(update),
                used_at: Some(Timestamp::from_unix_seconds(9)),
            };
            store.transact(vec![update], Timestamp::from_unix_seconds(9)).await.unwrap().unwrap();
            let found = store.credential(&id(), Evidence::Omit).await.unwrap().unwrap();
            assert_eq!(found.record, next.with_evidence(None));
            assert_eq!(found.last_used_at, Some(Timestamp::from_unix_seconds(9)));
        }
    }
}

#[tokio::test]
async fn an_unreadable_record_stays_and_fails_when_it_is_used() {
    for version in 1..=3 {
        let (_folder, path) = filled(version, r#"{"version":9}"#);
        let store = SqliteStore::open(&path).unwrap();
        assert!(matches!(store.credential(&id(), Evidence::Omit).await, Err(StoreError::Corrupt(_))));
        let kept = r#"SELECT count(*) FROM credentials WHERE static LIKE '%"version":9%'"#;
        assert_eq!(number(&path, kept), 1, "{version}");
    }
}

#[tokio::test]
async fn labels_that_collide_get_a_number() {
    let (_folder, path, db) = empty(3);
    db.execute_batch(
        "INSERT INTO accounts VALUES (x'01', 'a', 'A', 0), (x'02', 'b', 'B', 0);
         INSERT INTO credentials (id, user_handle, record, sign_count, backup_state, label, created_at) VALUES
             (x'11', x'01', '{}', 0, 0, 'Phone', 3), (x'12', x'01', '{}', 0, 0, 'PHONE', 2),
             (x'13', x'01', '{}', 0, 0, 'phone (2)', 1), (x'14', x'02', '{}', 0, 0, 'Phone', 0);",
    )
    .unwrap();
    drop(db);
    drop(SqliteStore::open(&path).unwrap());
    let db = Connection::open(&path).unwrap();
    let mut labels = db.prepare("SELECT label FROM credentials ORDER BY id").unwrap();
    let labels: Vec<String> = labels.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(labels, ["Phone (3)", "PHONE", "phone (2)", "Phone"]);
    let mut counts = db.prepare("SELECT credential_count FROM accounts").unwrap();
    let counts: Vec<i64> = counts.query_map((), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(counts, [3, 1]);
}

#[tokio::test]
async fn names_of_older_schemas_get_the_keys_of_today_and_twins_keep_theirs() {
    let (_folder, path, db) = empty(1);
    for (handle, name) in [(1_u8, "Jose\u{301}"), (2, "Ana Test"), (3, "Ana\u{a0}Test"), (4, "ADA")] {
        let key = name.to_uppercase();
        db.execute("INSERT INTO accounts VALUES (?, ?, ?, 0)", ([handle], name, key)).unwrap();
    }
    drop(db);
    let store = SqliteStore::open(&path).unwrap();
    for (name, handle) in [("Jos\u{e9}", Some(1)), ("ana  test", Some(2)), ("Ada", Some(4)), ("Ana", None)] {
        let found = store.account_by_name(&crate::names::key(name)).await.unwrap();
        assert_eq!(found.map(|account| account.handle.as_bytes()[0]), handle, "{name}");
    }
    let twin = store.account(&UserHandle::new([3]).unwrap()).await.unwrap().unwrap();
    assert_eq!(twin.name_key, "ANA\u{a0}TEST");
}

#[tokio::test]
async fn a_migration_that_was_killed_halfway_is_repeated_from_its_start() {
    let record = attested();
    let text = serde_json::to_string(&record).unwrap();
    for (version, half) in
        [(2, "UPDATE credentials SET record = '{}'; PRAGMA user_version = 3"), (3, SCHEMA_4_ASIDE)]
    {
        let (_folder, path) = filled(version, &text);
        let dying = Connection::open(&path).unwrap();
        dying.execute_batch("BEGIN IMMEDIATE").unwrap();
        dying.execute_batch(half).unwrap();
        drop(dying);
        drop(assert_whole(&path, &record).await);
    }
}

#[test]
fn stores_that_are_opened_at_once_migrate_one_file() {
    let text = serde_json::to_string(&attested()).unwrap();
    for version in 1..=4 {
        let (_folder, path) = filled(version, &text);
        thread::scope(|scope| {
            let opening: Vec<_> =
                (0..4).map(|_| scope.spawn(|| SqliteStore::open(&path).map(drop))).collect();
            for opening in opening {
                opening.join().unwrap().unwrap();
            }
        });
        assert_eq!(number(&path, "SELECT count(*) FROM credentials"), 1);
    }
}

#[tokio::test]
async fn credentials_of_other_rp_ids_are_found_in_every_schema() {
    let text = serde_json::to_string(&attested()).unwrap();
    let at = |path: &Path, rp_id: &str| SqliteStore::credentials_of_other_rp_ids_at(path, rp_id).unwrap();
    for version in 1..=3 {
        let (_folder, path) = filled(version, if version == 1 { RECORD_1 } else { &text });
        let before = std::fs::read(&path).unwrap();
        assert_eq!(at(&path, "example.org"), None);
        let other = at(&path, "other.example").unwrap();
        assert_eq!(
            other.to_string(),
            "1 of the 1 passkeys in the database can't be used with the RP ID \"other.example\": they were registered \
             with \"example.org\""
        );
        assert_eq!(std::fs::read(&path).unwrap(), before);
        let store = SqliteStore::open(&path).unwrap();
        assert_eq!(store.credentials_of_other_rp_ids("other.example").await.unwrap(), Some(other));
        assert_eq!(store.credentials_of_other_rp_ids("example.org").await.unwrap(), None);
        assert!(at(&path, "other.example").is_some());
    }
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(at(&folder.path().join("none"), "example.org"), None);
}
