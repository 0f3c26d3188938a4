//! The tables: made by any number of programs at once, and not those of newer ones.

use countersign::store::{ApplicationStore as _, RecoveryStatus, Session};
use countersign_store::postgres::{PostgresError, PostgresOptions, PostgresStore};

use crate::samples::{NOW, handle, session, sign_up, token};
use crate::store_at;
use crate::support::{schema, sql};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_programs_that_start_at_once_create_the_tables() {
    for _ in 0..5 {
        let url = schema();
        let opened: Vec<_> = (0..8)
            .map(|_| {
                let options = PostgresOptions::new(&url).unwrap();
                tokio::spawn(async move { PostgresStore::open(&options).await })
            })
            .collect();
        let mut stores = Vec::new();
        for store in opened {
            stores.push(store.await.unwrap().unwrap());
        }
        stores[0].transact(sign_up("ada"), NOW).await.unwrap().unwrap();
        assert!(stores[7].account(&handle("ada")).await.unwrap().is_some());
        assert_eq!(sql(&url, "SELECT version FROM countersign_schema"), "3");
    }
}

#[tokio::test]
async fn tables_of_a_newer_version_are_rejected() {
    let url = schema();
    let store = store_at(&url).await;
    store.check_health().await.unwrap();
    sql(&url, "UPDATE countersign_schema SET version = 4");
    let options = PostgresOptions::new(&url).unwrap();
    for rejected in [
        PostgresStore::open(&options).await.map(|_| ()),
        PostgresStore::check(&options).await,
        store.check_health().await,
    ] {
        assert!(matches!(rejected, Err(PostgresError::TooNew { found: 4, supported: 3 })), "{rejected:?}");
    }
}

#[tokio::test]
async fn a_check_creates_nothing() {
    let url = schema();
    PostgresStore::check(&PostgresOptions::new(&url).unwrap()).await.unwrap();
    assert_eq!(sql(&url, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"), "0");
}

#[tokio::test]
async fn a_migration_that_was_cut_is_carried_out_by_the_next_start() {
    let url = schema();
    let names = "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
                 WHERE schemaname = current_schema()";
    store_at(&url).await;
    let complete = sql(&url, names);
    // What a program leaves that is killed between the table of the version and the first migration.
    let cut = schema();
    sql(
        &cut,
        "CREATE TABLE countersign_schema (id bigint NOT NULL PRIMARY KEY CHECK (id = 1), version bigint NOT NULL)",
    );
    store_at(&cut).await;
    assert_eq!(sql(&cut, names), complete);
}

#[tokio::test]
async fn tables_of_version_1_are_migrated_with_their_rows() {
    let url = schema();
    store_at(&url).await.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    // What version 1 had not.
    sql(
        &url,
        "DROP TABLE countersign_operators, countersign_operator_links, countersign_recovery_codes, countersign_invitations,
             countersign_audit;
         ALTER TABLE countersign_accounts DROP COLUMN recovery_codes_at, DROP COLUMN recovered_at,
             DROP COLUMN pseudonym;
         ALTER TABLE countersign_sessions DROP COLUMN device;
         UPDATE countersign_schema SET version = 1",
    );
    let store = store_at(&url).await;
    assert_eq!(sql(&url, "SELECT version FROM countersign_schema"), "3");
    let found = store.session(&token("ada")).await.unwrap().unwrap();
    assert_eq!(found, Session { device: None, ..session("ada", "ada", "ada") });
    assert_eq!(store.recovery_status(&handle("ada")).await.unwrap(), Some(RecoveryStatus::default()));
}
