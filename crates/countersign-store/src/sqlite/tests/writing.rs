//! Transactions: which share a commit, and which fail.

use std::sync::Arc;
use std::time::Duration;

use countersign::store::{ApplicationStore as _, Operation, Rejection};

use super::samples::{NOW, accept, account, handle, number, sign_up, sql, store};
use crate::sqlite::presence::Presence;
use crate::sqlite::writer::Writer;
use crate::sqlite::{SqliteStore, StoreError, connect};

#[tokio::test]
async fn a_rejected_transaction_leaves_nothing() {
    let (_folder, path, store) = store();
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
    let (_folder, path, store) = store();
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

/// A writer whose database may have so many pages.
fn writer(path: &std::path::Path, pages: i64) -> Writer {
    let connection = connect::writer(path).unwrap();
    let limit = format!("PRAGMA max_page_count = {pages}");
    connection.query_row(&limit, (), |row| row.get::<_, i64>(0)).unwrap();
    Writer::start(connection, Arc::new(Presence::of(path))).unwrap()
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_not_the_end() {
    let (_folder, path, store) = store();
    accept(&store, sign_up("kept")).await;
    let writer = writer(&path, number(&path, "PRAGMA page_count") + 8);
    let mut long = sign_up("long");
    if let Some(Operation::InsertAccount(account)) = long.first_mut() {
        account.name = "n".repeat(100_000);
    }
    assert_eq!(writer.run(long.clone(), NOW).await, Err(StoreError::Full));
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 1);
    // What fits is stored all the same.
    writer.run(sign_up("short"), NOW).await.unwrap().unwrap();
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 2);
    drop(writer);
    accept(&store, long).await;
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_fails_no_transaction_that_is_then_stored() {
    let (_folder, path, store) = store();
    let writer = Arc::new(writer(&path, number(&path, "PRAGMA page_count") + 8));
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let (writer, name) = (writer.clone(), format!("name {number:03}"));
            tokio::spawn(async move { (writer.run(sign_up(&name), NOW).await, name) })
        })
        .collect();
    let (mut stored, mut failed) = (0, 0);
    for task in tasks {
        let (outcome, name) = task.await.unwrap();
        let found = store.account(&handle(&name)).await.unwrap().is_some();
        match outcome {
            Ok(outcome) => {
                outcome.unwrap();
                assert!(found, "{name} was acknowledged");
                stored += 1;
            }
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                assert!(!found, "{name} failed");
                failed += 1;
            }
        }
    }
    assert!(stored > 0 && failed > 0, "{stored} {failed}");
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_nothing_and_the_next_one_works() {
    let (_folder, path, store) = store();
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
    let (_folder, path, store) = store();
    accept(&store, sign_up("kept")).await;
    drop(store);
    let again = SqliteStore::open(&path).unwrap();
    assert_eq!(again.account(&handle("kept")).await.unwrap(), Some(account("kept")));
}

#[tokio::test]
async fn a_database_that_another_program_locks_is_waited_for() {
    let (_folder, path, store) = store();
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
        let (_folder, path, store) = store();
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
    let (_folder, path, store) = store();
    let clone = store.clone();
    let pending = tokio::spawn(async move { clone.transact(sign_up("ada"), NOW).await });
    drop(store);
    pending.await.unwrap().unwrap().unwrap();
    assert_eq!(number(&path, "SELECT count(*) FROM accounts"), 1);
}
