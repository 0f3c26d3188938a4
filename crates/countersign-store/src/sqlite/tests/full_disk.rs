//! A full disk: which transactions it fails.

use std::path::Path;
use std::sync::Arc;

use countersign::store::{ApplicationStore as _, Operation};

use super::samples::{NOW, accept, handle, sign_up};
use super::sqlite_file::{number, path};
use crate::sqlite::presence::Presence;
use crate::sqlite::writer::Writer;
use crate::sqlite::{SqliteStore, StoreError, connect};

/// A writer whose database may have so many pages.
fn writer(path: &Path, pages: i64) -> Writer {
    let connection = connect::writer(path).unwrap();
    let limit = format!("PRAGMA max_page_count = {pages}");
    connection.query_row(&limit, (), |row| row.get::<_, i64>(0)).unwrap();
    Writer::start(connection, Arc::new(Presence::of(path))).unwrap()
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_not_the_end() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
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
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    let writer = Arc::new(writer(&path, number(&path, "PRAGMA page_count") + 8));
    // Alone, or it may share a commit with those for which there is no space.
    writer.run(sign_up("kept"), NOW).await.unwrap().unwrap();
    let tasks: Vec<_> = (0..200)
        .map(|number| {
            let (writer, name) = (writer.clone(), format!("name {number:03}"));
            tokio::spawn(async move { (writer.run(sign_up(&name), NOW).await, name) })
        })
        .collect();
    let mut failed = 0;
    for task in tasks {
        let (outcome, name) = task.await.unwrap();
        let found = store.account(&handle(&name)).await.unwrap().is_some();
        match outcome {
            Ok(outcome) => {
                outcome.unwrap();
                assert!(found, "{name} was acknowledged");
            }
            Err(error) => {
                assert_eq!(error, StoreError::Full);
                assert!(!found, "{name} failed");
                failed += 1;
            }
        }
    }
    assert!(store.account(&handle("kept")).await.unwrap().is_some());
    assert!(failed > 0);
}
