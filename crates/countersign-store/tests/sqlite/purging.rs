//! The deletion of expired rows.

use countersign::store::{AHEAD_SECONDS, ApplicationStore as _, Operation};
use countersign::types::Timestamp;
use countersign_store::sqlite::SqliteStore;

use crate::samples::{NOW, accept, ceremony, finish, handle, sign_up, token};
use crate::sqlite_file::{number, path, sql};

/// Any transaction.
const NOTHING: Operation = Operation::RemoveSealingKey(1);

/// Two transactions, so that the purge after the first one has ended.
async fn purge(store: &SqliteStore, now: Timestamp) {
    for _ in 0..2 {
        store.transact(vec![NOTHING], now).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_finish_is_remembered_until_no_server_accepts_its_ceremony() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    let until = NOW.plus_seconds(300);
    accept(&store, vec![Operation::Remember(finish("one", until))]).await;
    purge(&store, until.plus_seconds(AHEAD_SECONDS)).await;
    assert!(store.finish(&ceremony("one")).await.unwrap().is_some());
    purge(&store, until.plus_seconds(AHEAD_SECONDS + 61)).await;
    assert!(store.finish(&ceremony("one")).await.unwrap().is_none());
    assert_eq!(number(&path, "SELECT count(*) FROM finishes"), 0);
}

#[tokio::test]
async fn expired_rows_are_deleted_once_a_minute() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    accept(&store, sign_up("ada")).await;
    // Ten thousand seconds later it is over.
    let over = NOW.plus_seconds(10_000 + AHEAD_SECONDS);
    purge(&store, over).await;
    assert!(store.session(&token("ada")).await.unwrap().is_some());
    purge(&store, over.plus_seconds(59)).await;
    assert!(store.session(&token("ada")).await.unwrap().is_some());
    purge(&store, over.plus_seconds(60)).await;
    assert!(store.session(&token("ada")).await.unwrap().is_none());
}

#[tokio::test]
async fn many_expired_rows_are_deleted_in_several_transactions() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    sql(
        &path,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
         INSERT INTO finishes SELECT randomblob(32), x'00', '', 0, i FROM n",
    );
    let count = || number(&path, "SELECT count(*) FROM finishes");
    let mut counts = Vec::new();
    for _ in 0..4 {
        // The purge runs after the answer, and before the next transaction.
        store.transact(vec![NOTHING], NOW).await.unwrap().unwrap();
        counts.push(count());
    }
    assert_eq!(count(), 0, "{counts:?}");
    assert!(counts.iter().any(|count| *count > 0), "{counts:?}");
}

#[tokio::test]
async fn former_accounts_are_known_for_a_year() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    accept(&store, sign_up("ada")).await;
    accept(&store, vec![Operation::RemoveAccount(handle("ada"))]).await;
    let year = NOW.plus_seconds(countersign::store::FORMER_ACCOUNT_SECONDS);
    purge(&store, year).await;
    assert!(store.is_or_was_account(&handle("ada"), year).await.unwrap());
    let later = year.plus_seconds(1);
    assert!(!store.is_or_was_account(&handle("ada"), later).await.unwrap());
    purge(&store, year.plus_seconds(AHEAD_SECONDS + 61)).await;
    assert_eq!(number(&path, "SELECT count(*) FROM former_accounts"), 0);
}
