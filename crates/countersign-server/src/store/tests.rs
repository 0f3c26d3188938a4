use tempfile::TempDir;

use super::*;

fn store() -> (TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("test.sqlite3")).unwrap();
    (folder, store)
}

fn add(db: &Connection, name: &str) -> Result<(), StoreError> {
    let handle = countersign::UserHandle::new(name.as_bytes()).unwrap();
    accounts::insert(db, &handle, name, countersign::Timestamp::from_unix_seconds(0))
}

async fn names(store: &Store) -> Vec<String> {
    store
        .read(|db| {
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
    assert!(matches!(outcome, Err(StoreError::NameTaken)));
    assert_eq!(names(&store).await, ["before"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_at_once_share_transactions_and_fail_alone() {
    let (_folder, store) = store();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            tokio::spawn(async move {
                // Each name is wanted twice.
                store.write(move |db| add(db, &format!("name {:03}", number / 2))).await
            })
        })
        .collect();
    let (mut done, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => done += 1,
            Err(StoreError::NameTaken) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!((done, refused), (100, 100));
    assert_eq!(names(&store).await.len(), 100);
}

#[tokio::test]
async fn a_transaction_that_breaks_off_is_nobody_s_success_and_the_next_one_works() {
    let (_folder, store) = store();
    let outcome = store
        .write(|db| {
            add(db, "lost")?;
            // What SQLite does by itself where the disk is full.
            Ok(db.execute_batch("ROLLBACK")?)
        })
        .await;
    assert!(matches!(outcome, Err(StoreError::BrokenOff)));
    store.write(|db| add(db, "kept")).await.unwrap();
    assert_eq!(names(&store).await, ["kept"]);
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_not_the_end() {
    let (_folder, store) = store();
    let limit = |pages: i64| {
        store.write(move |db| {
            Ok(db.query_row(&format!("PRAGMA max_page_count = {pages}"), (), |row| row.get::<_, i64>(0))?)
        })
    };
    limit(1).await.unwrap();
    let long = "n".repeat(100_000);
    let outcome = store.write(move |db| add_with_handle(db, 1, &long)).await;
    assert!(
        matches!(&outcome, Err(StoreError::Failed(error))
        if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull)),
        "{outcome:?}"
    );
    assert_eq!(names(&store).await, [""; 0]);
    limit(1_000_000).await.unwrap();
    store.write(|db| add(db, "kept")).await.unwrap();
    assert_eq!(names(&store).await, ["kept"]);
}

fn add_with_handle(db: &Connection, handle: u8, name: &str) -> Result<(), StoreError> {
    let handle = countersign::UserHandle::new([handle]).unwrap();
    accounts::insert(db, &handle, name, countersign::Timestamp::from_unix_seconds(0))
}

#[tokio::test]
async fn a_reader_can_t_write() {
    let (_folder, store) = store();
    let outcome = store.read(|db| add(db, "no")).await;
    assert!(matches!(outcome, Err(StoreError::Failed(_))));
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
async fn what_was_answered_is_there_after_a_restart() {
    let (folder, store) = store();
    store.write(|db| add(db, "kept")).await.unwrap();
    drop(store);
    let again = Store::open(&folder.path().join("test.sqlite3")).unwrap();
    assert_eq!(names(&again).await, ["kept"]);
}
