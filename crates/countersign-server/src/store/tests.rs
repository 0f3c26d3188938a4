use tempfile::TempDir;

use super::*;
use crate::{operation_error::OperationError, response_rejection::Reason};

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("test.sqlite3")).unwrap();
    (folder, store)
}

fn add(db: &Connection, name: &str) -> Result<(), OperationError> {
    let handle = countersign::UserHandle::new(name.as_bytes()).unwrap();
    accounts::insert(db, &handle, name, countersign::Timestamp::from_unix_seconds(0))
}

fn is_name_taken(outcome: &Result<(), OperationError>) -> bool {
    matches!(outcome, Err(OperationError::ResponseRejected(rejection)) if rejection.reason == Reason::NameTaken)
}

async fn names(store: &Store) -> Vec<String> {
    store
        .read(|db| -> Result<_, OperationError> {
            let mut names = db.prepare("SELECT name FROM accounts ORDER BY name")?;
            let rows = names.query_map((), |row| row.get(0))?;
            Ok(rows.collect::<Result<Vec<String>, _>>()?)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_write_that_fails_halfway_leaves_nothing() {
    let (_folder, store) = store();
    store.write(|db| add(db, "before")).await.unwrap();
    let outcome: Result<(), _> = store
        .write(|db| {
            add(db, "half")?;
            add(db, "BEFORE")
        })
        .await;
    assert!(is_name_taken(&outcome));
    assert_eq!(names(&store).await, ["before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_at_once_share_transactions_and_fail_separately() {
    let (_folder, store) = store();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                // Each name is requested twice.
                store.write(move |db| add(db, &format!("name {:03}", number / 2))).await
            })
        })
        .collect();
    let (mut done, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => done += 1,
            taken if is_name_taken(&taken) => refused += 1,
            other => other.unwrap(),
        }
    }
    assert_eq!((done, refused), (100, 100));
    assert_eq!(names(&store).await.len(), 100);
}

#[tokio::test]
async fn a_transaction_that_breaks_off_fails_for_all_and_the_next_one_works() {
    let (_folder, store) = store();
    let outcome = store
        .write(|db| {
            add(db, "lost")?;
            // As SQLite does itself if the disk is full.
            Ok(db.execute_batch("ROLLBACK")?)
        })
        .await;
    assert!(matches!(outcome, Err(OperationError::Store(StoreError::BrokenOff))));
    store.write(|db| add(db, "kept")).await.unwrap();
    assert_eq!(names(&store).await, ["kept"]);
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_not_the_end() {
    let (_folder, store) = store();
    let limit = |pages: i64| {
        store.write(move |db| -> Result<_, OperationError> {
            Ok(db.query_row(&format!("PRAGMA max_page_count = {pages}"), (), |row| row.get::<_, i64>(0))?)
        })
    };
    limit(1).await.unwrap();
    let long = "n".repeat(100_000);
    let outcome = store.write(move |db| add_with_handle(db, 1, &long)).await;
    assert!(
        matches!(&outcome, Err(OperationError::Store(StoreError::Sqlite(error)))
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)),
        "{outcome:?}"
    );
    assert_eq!(names(&store).await, [""; 0]);
    limit(1_000_000).await.unwrap();
    store.write(|db| add(db, "kept")).await.unwrap();
    assert_eq!(names(&store).await, ["kept"]);
}

fn add_with_handle(db: &Connection, handle: u8, name: &str) -> Result<(), OperationError> {
    let handle = countersign::UserHandle::new([handle]).unwrap();
    accounts::insert(db, &handle, name, countersign::Timestamp::from_unix_seconds(0))
}

#[tokio::test]
async fn a_reading_connection_can_not_write() {
    let (_folder, store) = store();
    let outcome = store.read(|db| add(db, "no")).await;
    assert!(matches!(outcome, Err(OperationError::Store(StoreError::Sqlite(_)))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_that_panics_costs_no_connection() {
    let (_folder, store) = store();
    for _ in 0..10 {
        let outcome: Result<(), _> = store.read(|_| panic!("on purpose")).await;
        assert!(matches!(outcome, Err(StoreError::Closed)));
    }
    assert_eq!(names(&store).await, [""; 0]);
}

#[tokio::test]
async fn an_acknowledged_write_survives_a_restart() {
    let (folder, store) = store();
    store.write(|db| add(db, "kept")).await.unwrap();
    drop(store);
    let again = Store::open(&folder.path().join("test.sqlite3")).unwrap();
    assert_eq!(names(&again).await, ["kept"]);
}

/// A record as version 0.1.0 wrote it.
const RECORD_1: &str = r#"{"version":1,"id":"HR0d","rp_id":"example.org","user_handle":"am8","public_key":"oA",
    "algorithm":-7,"sign_count":5,"uv_initialized":true,"transports":[],"backup_eligible":true,"backup_state":false,
    "aaguid":"00000000-0000-0000-0000-000000000000","attestation":null}"#;

/// A database of schema 1 with one account and that record.
fn schema_1() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(schema::TABLES).unwrap();
    db.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    add(&db, "jo").unwrap();
    db.execute(
        "INSERT INTO credentials (id, user_handle, record, sign_count, backup_state, label, created_at)
         VALUES (x'1d1d1d', x'6a6f', ?, 5, 0, 'Key', 0)",
        (RECORD_1,),
    )
    .unwrap();
    drop(db);
    let store = Store::open(&path).unwrap();
    (folder, store)
}

#[tokio::test]
async fn names_of_older_schemas_get_the_keys_of_today_and_twins_keep_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(schema::TABLES).unwrap();
    db.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    db.pragma_update(None, "user_version", 1).unwrap();
    for (handle, name) in [(1_u8, "Jose\u{301}"), (2, "Ana Test"), (3, "Ana\u{a0}Test"), (4, "ADA")] {
        let key = name.to_uppercase();
        db.execute("INSERT INTO accounts VALUES (?, ?, ?, 0)", ([handle], name, key)).unwrap();
    }
    drop(db);
    let store = Store::open(&path).unwrap();
    let keys = |db: &Connection| -> Result<_, OperationError> {
        let mut keys = db.prepare("SELECT name_key FROM accounts ORDER BY user_handle")?;
        let rows = keys.query_map((), |row| row.get(0))?;
        Ok(rows.collect::<Result<Vec<String>, _>>()?)
    };
    assert_eq!(store.read(keys).await.unwrap(), ["JOS\u{c9}", "ANA TEST", "ANA\u{a0}TEST", "ADA"]);
    let is_taken = |name: &'static str| store.read(move |db| accounts::is_taken(db, name));
    for name in ["Jos\u{e9}", "ana  test", "Ana\u{2003}Test", "Ada"] {
        assert!(is_taken(name).await.unwrap(), "{name}");
    }
    assert!(!is_taken("Ana").await.unwrap());
}

#[tokio::test]
async fn a_record_of_schema_1_is_read_and_its_dynamic_part_written_separately() {
    let (_folder, store) = schema_1();
    let id = countersign::CredentialId::new([0x1d; 3]).unwrap();
    let find = || {
        let id = id.clone();
        store.read(move |db| credentials::find(db, &id))
    };
    let stored = find().await.unwrap().unwrap().record;
    assert_eq!((stored.sign_count(), stored.backup_eligible()), (5, Some(true)));
    let next = stored.clone().with_sign_count(6).with_backup_state(true);
    let update = update_between(&stored, &next);
    let now = countersign::Timestamp::from_unix_seconds(9);
    let write = |update: countersign::CredentialUpdate| {
        let owner = stored.user_handle().clone();
        store.write(move |db| credentials::record_use(db, &owner, &update, now))
    };
    write(update.clone()).await.unwrap();
    assert_eq!(find().await.unwrap().unwrap().record, next);
    // The same update again is based on a record that was replaced.
    assert!(matches!(write(update).await, Err(OperationError::RecordChanged)));
    let again = update_between(&next, &next.clone().with_sign_count(7));
    write(again).await.unwrap();
    let written: (String, i64, i64, String) = store
        .read(|db| -> Result<_, OperationError> {
            let columns = "SELECT record, sign_count, backup_state, dynamic FROM credentials";
            Ok(db.query_row(columns, (), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?)
        })
        .await
        .unwrap();
    assert_eq!((written.0.as_str(), written.1, written.2), (RECORD_1, 7, 1));
    assert!(written.3.starts_with(r#"{"version":2,"sign_count":7,"#), "{}", written.3);
}

/// Records a sign-in with the counter 2, which was judged by a record with the counter 1, while a record with another
/// counter or none is stored. Returns the outcome, and the stored counter.
async fn record_stale_sign_in(stored: Option<u32>) -> (Result<(), OperationError>, Option<u32>) {
    let now = countersign::Timestamp::from_unix_seconds(9);
    let (_folder, store) = store();
    let (party, record, mut authenticated) = sign_in(now);
    let id = record.id().clone();
    let prepared = store.write(move |db| {
        add(db, "jo")?;
        let stored = stored.map(|count| record.with_sign_count(count));
        let mut stored = stored.map(|record| credentials::StoredCredential::new(record, "Key".into(), now));
        stored.as_mut().map_or(Ok(()), |credential| credentials::insert(db, credential))
    });
    prepared.await.unwrap();
    let outcome =
        store.write(move |db| credentials::record_authentication(db, &party, &mut authenticated, now)).await;
    let found = store.read(move |db| credentials::find(db, &id)).await.unwrap();
    (outcome, found.map(|credential| credential.record.sign_count()))
}

/// A sign-in of the account jo with the counter 2, and the record with the counter 1 that it was judged by.
fn sign_in(
    now: countersign::Timestamp,
) -> (countersign::RelyingParty, countersign::CredentialRecord, countersign::Authenticated) {
    use countersign::{AuthenticationRequest, CredentialIdStatus, RegistrationRequest, RelyingParty, User};
    use countersign_authenticator::{Authenticator, Client, Counter};
    let origin = "https://example.org";
    let party = RelyingParty::builder("example.org", "Example")
        .origin(origin)
        .verifiers(crate::backend::verifiers())
        .build()
        .unwrap();
    let client = Client::new(origin);
    let mut authenticator = Authenticator::platform("a seed").with_counter(Counter::Increasing);
    let user = User::new(countersign::UserHandle::new(b"jo").unwrap(), "jo", "Jo");
    let request = RegistrationRequest::new(&user);
    let (options, state) = party.start_registration(request, &mut crate::token::fill, now).unwrap();
    let response = client.create(&options, &mut authenticator).unwrap();
    let registered =
        party.finish_registration(state, &response, CredentialIdStatus::Unregistered, now).unwrap();
    let record = registered.into_credential();
    let request = AuthenticationRequest::discoverable();
    let (options, state) = party.start_authentication(request, &mut crate::token::fill, now).unwrap();
    let response = client.get(&options, &mut authenticator).unwrap();
    let authenticated = party.finish_authentication(state, &response, Some(&record), now).unwrap();
    assert_eq!((record.sign_count(), authenticated.user_and_update().1.next.sign_count()), (1, 2));
    (party, record, authenticated)
}

#[tokio::test]
async fn a_sign_in_judged_by_a_stale_record_is_checked_against_the_stored_one() {
    let (outcome, count) = record_stale_sign_in(Some(0)).await;
    outcome.unwrap();
    assert_eq!(count, Some(2));

    let (outcome, count) = record_stale_sign_in(Some(5)).await;
    let Err(OperationError::ResponseRejected(rejection)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(rejection.reason, Reason::Code(countersign::Code::SignCountNotIncreased));
    assert_eq!(count, Some(5));

    let (outcome, count) = record_stale_sign_in(None).await;
    assert!(matches!(outcome, Err(OperationError::RecordChanged)));
    assert_eq!(count, None);
}

fn update_between(
    previous: &countersign::CredentialRecord,
    next: &countersign::CredentialRecord,
) -> countersign::CredentialUpdate {
    let (before, after) = (previous.dynamic_part().clone(), next.dynamic_part().clone());
    countersign::CredentialUpdate::new(previous.id().clone(), before, after)
}

/// A record of version 2 with evidence.
fn attested() -> countersign::CredentialRecord {
    let id = countersign::CredentialId::new([0x1d; 3]).unwrap();
    let owner = countersign::UserHandle::new(b"jo").unwrap();
    countersign::CredentialRecord::new(id, "example.org", owner, [0xa0])
        .with_sign_count(5)
        .with_backup_eligible(true)
        .with_evidence(countersign::record::AttestationEvidence::new("packed", "self", [1; 300], [2; 300]))
}

/// The file of schema 2 with an account, a credential of this record, a session and an open ceremony.
fn schema_2(record: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let db = Connection::open(&path).unwrap();
    db.execute_batch(schema::TABLES).unwrap();
    db.execute_batch(schema::DYNAMIC_PARTS).unwrap();
    db.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    db.pragma_update(None, "user_version", 2).unwrap();
    add(&db, "jo").unwrap();
    let insert =
        "INSERT INTO credentials (id, user_handle, record, sign_count, backup_state, label, created_at)
                  VALUES (x'1d1d1d', x'6a6f', ?, 5, 0, 'Key', 0)";
    db.execute(insert, (record,)).unwrap();
    let hash = [7; 32];
    db.execute("INSERT INTO sessions VALUES (?, x'6a6f', x'1d1d1d', 0, 0, 100)", (hash,)).unwrap();
    db.execute("INSERT INTO ceremonies VALUES (?, 'session', 'the state', 0, 100)", (hash,)).unwrap();
    (folder, path)
}

/// What is there of it afterwards: all of it.
async fn assert_whole(store: &Store, record: countersign::CredentialRecord) {
    let now = countersign::Timestamp::from_unix_seconds(9);
    let id = record.id().clone();
    let found = store.read(move |db| credentials::find(db, &id)).await.unwrap().unwrap();
    assert_eq!(found.record, record);
    assert_eq!(found.attestation, Some(("packed".into(), "self".into())));
    let owner = record.user_handle().clone();
    let listed =
        store.read(move |db| credentials::list(db, &owner, credentials::Evidence::Omit)).await.unwrap();
    assert_eq!(listed[0].record, record.with_evidence(None));
    assert_eq!(listed[0].attestation, found.attestation);
    let session = store.read(move |db| sessions::find(db, &[7; 32], now)).await.unwrap().unwrap();
    assert_eq!(session.name, "jo");
}

#[tokio::test]
async fn schema_2_becomes_schema_3_without_loss() {
    let record = attested();
    let (_folder, path) = schema_2(&serde_json::to_string(&record).unwrap());
    let store = Store::open(&path).unwrap();
    assert_whole(&store, record).await;
    // A ceremony that was under way is finished, by a browser that got no cookie for it.
    let presented = ceremonies::Presented { id: [7; 32], browser: None, response: [8; 32] };
    let now = countersign::Timestamp::from_unix_seconds(9);
    let ended = store.write(move |db| {
        let bound = ceremonies::bind(db, &presented, now)?;
        assert!(bound.is(ceremonies::Kind::Session));
        assert!(matches!(bound.content, ceremonies::Content::State(state) if state == "the state"));
        ceremonies::end(db, &presented, "{}", now)
    });
    assert_eq!(ended.await.unwrap(), None);
    let counts = store.read(|db| -> Result<_, OperationError> {
        let counts = "SELECT open, finished FROM ceremony_count";
        Ok(db.query_row(counts, (), |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?)
    });
    assert_eq!(counts.await.unwrap(), (0, 1));
}

#[tokio::test]
async fn a_migration_that_was_killed_halfway_is_repeated_from_its_start() {
    let record = attested();
    let (_folder, path) = schema_2(&serde_json::to_string(&record).unwrap());
    let dying = Connection::open(&path).unwrap();
    dying
        .execute_batch(
            "BEGIN IMMEDIATE; ALTER TABLE ceremonies ADD COLUMN browser_hash BLOB;
             UPDATE credentials SET record = '{}'; PRAGMA user_version = 3",
        )
        .unwrap();
    drop(dying);
    assert_whole(&Store::open(&path).unwrap(), record.clone()).await;
    assert_whole(&Store::open(&path).unwrap(), record).await;
}

#[tokio::test]
async fn evidence_of_version_1_is_moved_out_and_an_unreadable_record_stays() {
    let attestation = r#"{"format":"packed","attestation_type":"self","object":"AQ","client_data":"Ag"}"#;
    let text = RECORD_1.replace(r#""attestation":null"#, &format!(r#""attestation":{attestation}"#));
    let record: countersign::CredentialRecord = serde_json::from_str(&text).unwrap();
    let (_folder, path) = schema_2(&text);
    assert_whole(&Store::open(&path).unwrap(), record).await;

    let (_folder, path) = schema_2("{}");
    let store = Store::open(&path).unwrap();
    let kept = store.read(|db| -> Result<_, OperationError> {
        Ok(db.query_row("SELECT record FROM credentials", (), |row| row.get::<_, String>(0))?)
    });
    assert_eq!(kept.await.unwrap(), "{}");
}
