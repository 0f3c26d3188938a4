//! A store that a setting chooses.
#![cfg(all(feature = "postgres", feature = "sqlite"))]

#[path = "support/samples.rs"]
mod samples;
mod support;

use countersign::store::ApplicationStore as _;
use countersign_store::{Database, OpenDatabaseError};

use samples::{account, handle, sign_up};

#[tokio::test]
async fn a_path_or_an_address_opens_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.sqlite3").display().to_string();
    for setting in [file, support::schema()] {
        Database::check(&setting).await.unwrap();
        assert_eq!(Database::credentials_of_other_rp_ids_at(&setting, "example.org").await.unwrap(), None);
        let store = Database::open(&setting).await.unwrap();
        store.check_health().await.unwrap();
        samples::accept(&store, sign_up("ada")).await;
        let again = Database::open(&setting).await.unwrap();
        assert_eq!(again.account(&handle("ada")).await.unwrap(), Some(account("ada")));
        assert_eq!(store.credentials_of_other_rp_ids("example.org").await.unwrap(), None);
        let others = store.credentials_of_other_rp_ids("example.com").await.unwrap().unwrap();
        assert_eq!((others.unusable, others.total, others.found.as_str()), (1, 1, "example.org"));
        let same = Database::credentials_of_other_rp_ids_at(&setting, "example.com").await.unwrap();
        assert_eq!(same, Some(others), "{setting}");
    }
}

#[tokio::test]
async fn an_address_of_another_database_is_rejected() {
    let Err(error) = Database::open("mysql://app:hunter2@db.example/app").await else {
        panic!("it is accepted")
    };
    assert!(matches!(&error, OpenDatabaseError::Scheme(scheme) if scheme == "mysql"));
    assert!(!error.to_string().contains("hunter2"), "{error}");
}
