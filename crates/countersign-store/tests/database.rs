//! A store that a setting chooses.
#![cfg(all(feature = "postgres", feature = "sqlite"))]

mod support;

use countersign::CredentialRecord;
use countersign::store::{Account, ApplicationStore as _, Operation, StoredCredential};
use countersign::types::{CredentialId, Timestamp, UserHandle};
use countersign_store::{Database, OpenDatabaseError};

const NOW: Timestamp = Timestamp::from_unix_seconds(1_800_000_000);

fn sign_up(handle: &UserHandle) -> Vec<Operation> {
    let account = Account {
        handle: handle.clone(),
        name: "Ada".to_owned(),
        name_key: "ADA".to_owned(),
        created_at: NOW,
    };
    let id = CredentialId::new("credential").unwrap();
    let credential = StoredCredential {
        record: CredentialRecord::new(id, "example.org", handle.clone(), [1, 2, 3]),
        attestation: None,
        label: "Phone".to_owned(),
        label_key: "PHONE".to_owned(),
        created_at: NOW,
        last_used_at: None,
    };
    vec![Operation::InsertAccount(account), Operation::InsertCredential(Box::new(credential))]
}

#[tokio::test]
async fn a_path_or_an_address_opens_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("app.sqlite3").display().to_string();
    for setting in [file, support::schema()] {
        let handle = UserHandle::new("ada").unwrap();
        Database::check(&setting).await.unwrap();
        assert_eq!(Database::credentials_of_other_rp_ids_at(&setting, "example.org").await.unwrap(), None);
        let store = Database::open(&setting).await.unwrap();
        store.check_health().await.unwrap();
        store.transact(sign_up(&handle), NOW).await.unwrap().unwrap();
        let again = Database::open(&setting).await.unwrap();
        assert_eq!(again.account(&handle).await.unwrap().unwrap().name, "Ada");
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
