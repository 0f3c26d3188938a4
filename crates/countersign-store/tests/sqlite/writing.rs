//! Transactions: which share a commit, and which fail.

use std::time::Duration;

use countersign::store::{ApplicationStore as _, Operation, Rejection};
use countersign_store::sqlite::{SqliteStore, StoreError};

use crate::samples::{NOW, accept, account, handle, sign_up};
use crate::sqlite_file::{number, path, sql};

#[tokio::test]
async fn a_rejected_transaction_leaves_nothing() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    accept(&store, sign_up("before")).await;
    let mut operations = sign_up("half");
    operations.push(Operation::InsertAccount(account("before")));
    let outcome = store.transact(operations, NOW).await.unwrap();
    assert_eq!(outcome, Err(Rejection::HandleTaken));
    for table in ["accounts", "credentials", "sessions"] {
        assert_eq!(number(&path, &format!("SELECT count(*) FROM {table}")), 1, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_at_once_share_commits_and_are_rejected_separately() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let store = store.clone();
            // Each account is requested twice.
            let operations = sign_up(&format!("name {:03}", number / 2));
            tokio::spawn(async move { store.transact(operations, NOW).await.unwrap() })
        })
        .collect();
    let (mut done, mut rejected) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(()) => done += 1,
            Err(rejection) => {
                assert_eq!(rejection, Rejection::HandleTaken);
                rejected += 1;
            }
        }
    }
    assert_eq!((done, rejected), (100, 100));
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 100);
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing_and_the_next_one_works() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    sql(
        &path,
        "CREATE TRIGGER broken BEFORE INSERT ON sessions BEGIN SELECT raise(ROLLBACK, 'for a test'); END",
    );
    let error = store.transact(sign_up("lost"), NOW).await.unwrap_err();
    assert_eq!(error.to_string(), "the database failed: for a test");
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 0);
    sql(&path, "DROP TRIGGER broken");
    accept(&store, sign_up("kept")).await;
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 1);
}

#[tokio::test]
async fn an_acknowledged_transaction_is_there_after_a_restart() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    accept(&store, sign_up("kept")).await;
    drop(store);
    let again = SqliteStore::open(&path).unwrap();
    assert_eq!(again.account(&handle("kept")).await.unwrap(), Some(account("kept")));
}

#[tokio::test]
async fn a_database_that_another_program_locks_is_waited_for() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (release, ()) = tokio::join!(store.transact(sign_up("ada"), NOW), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        other.execute_batch("COMMIT").unwrap();
    });
    release.unwrap().unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn nothing_is_stored_in_a_file_that_was_deleted_or_replaced() {
    for is_replaced in [false, true] {
        let (_folder, path) = path();
        let store = SqliteStore::open(&path).unwrap();
        accept(&store, sign_up("before")).await;
        let aside = path.with_extension("aside");
        std::fs::rename(&path, &aside).unwrap();
        if is_replaced {
            std::fs::copy(&aside, &path).unwrap();
        }
        assert_eq!(store.transact(sign_up("lost"), NOW).await, Err(StoreError::Gone));
        assert_eq!(store.check_health().await, Err(StoreError::Gone));
        // Once it is back in its place, it is used again.
        std::fs::rename(&aside, &path).unwrap();
        store.check_health().await.unwrap();
        accept(&store, sign_up("lost")).await;
    }
}

#[tokio::test]
async fn a_transaction_under_way_ends_before_the_store_is_dropped() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    let clone = store.clone();
    let pending = tokio::spawn(async move { clone.transact(sign_up("ada"), NOW).await });
    drop(store);
    pending.await.unwrap().unwrap().unwrap();
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_whose_caller_left_before_its_turn_is_not_carried_out() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let first = tokio::spawn({
        let store = store.clone();
        async move { store.transact(sign_up("first"), NOW).await }
    });
    // By then the first one waits for the lock.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let abandoned = store.transact(sign_up("abandoned"), NOW);
    assert!(tokio::time::timeout(Duration::from_millis(1), abandoned).await.is_err());
    let last = store.transact(sign_up("last"), NOW);
    other.execute_batch("COMMIT").unwrap();
    last.await.unwrap().unwrap();
    first.await.unwrap().unwrap().unwrap();
    assert_eq!(store.account(&handle("abandoned")).await.unwrap(), None);
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 2);
}
