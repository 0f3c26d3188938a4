//! Credentials that another relying party registered.

use countersign_store::sqlite::SqliteStore;

use crate::samples::{accept, sign_up};
use crate::sqlite_file::{path, sql};

#[tokio::test]
async fn a_start_looks_at_the_newest_credentials_only() {
    let (_folder, path) = path();
    let store = SqliteStore::open(&path).unwrap();
    accept(&store, sign_up("ada")).await;
    let others = |rp_id| SqliteStore::credentials_of_other_rp_ids_at(&path, rp_id).unwrap();
    assert_eq!(others("example.org"), None);
    assert_eq!(others("example.com").unwrap().total, 1);
    // So many others of one account that the first one is not among the newest.
    sql(
        &path,
        r#"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
           INSERT INTO credentials (id, user_handle, static, dynamic, label, label_key, created_at)
           SELECT CAST('other' || i AS BLOB), user_handle, '{"rp_id":"example.com"}', '', '', i, 0 FROM n, accounts;"#,
    );
    assert_eq!(others("example.com"), None);
    let found = store.credentials_of_other_rp_ids("example.org").await.unwrap().unwrap();
    assert_eq!((found.unusable, found.total, found.found.as_str()), (10_000, 10_000, "example.com"));
    assert!(found.to_string().starts_with("10000 of the 10000 passkeys looked at can't be used"), "{found}");
    // One that can't be read has no RP ID.
    sql(&path, "UPDATE credentials SET static = 'broken' WHERE label_key <> '1'");
    let found = others("example.org").unwrap();
    assert_eq!((found.unusable, found.total), (1, 10_000));
}
