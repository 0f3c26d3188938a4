//! The life of an account on `SQLite`, at two instances of an application.

use countersign_authenticator::Authenticator;
use countersign_store::sqlite::SqliteStore;
use serde_json::json;

use crate::site::{Browser, Site, application, builder, create, finish, id, sign};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_lives_on_sqlite_at_two_instances() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("test.sqlite3");
    let site = Site::on(SqliteStore::open(&path).unwrap());
    let other = builder(SqliteStore::open(&path).unwrap(), &site.clock).build().unwrap();
    let other = application(&other);

    let (mut browser, mut first) = site.account("Ada").await;
    // Each ceremony starts at one instance and is finished at the other, twice.
    let mut there = Browser { router: other.clone(), ..browser.clone() };
    let started = browser.start_adding(&mut first).await;
    let mut second = Authenticator::phone("second");
    let body = finish(&started, &create(&started, &mut second));
    let added = there.post("credentials/finish", &body).await;
    added.expect(201);
    assert_eq!(browser.post("credentials/finish", &body).await, added);

    let mut elsewhere = site.browser();
    let started = elsewhere.post("sessions/start", &json!({ "name": "ADA" })).await.expect(200);
    let body = finish(&started, &sign(&started, &mut second));
    let mut there = Browser { router: other, ..elsewhere.clone() };
    there.post("sessions/finish", &body).await.expect(200);
    elsewhere.post("sessions/finish", &body).await.expect(200);
    assert_eq!(elsewhere.cookies, there.cookies);
    assert_eq!(there.page("/recent").await.body, "Ada");

    let path = format!("credentials/{}", id(&second));
    browser.patch(&path, &json!({ "label": "Phone" })).await.expect(200);
    let act = json!({ "kind": "remove-credential", "credential": id(&second) });
    browser.confirm(&act, &mut first).await;
    browser.delete(&path).await.expect(200);
    assert_eq!(there.name().await, None);
    there.sign_in(&mut second).await.expect_error(401, "credential-unknown");
    browser.confirm(&json!({ "kind": "delete-account" }), &mut first).await;
    browser.delete("account").await.expect(200);
    site.account("ada").await;
}
