//! What the conformance kit does not ask: it drives any store, and these are of this one.

use countersign::CredentialUpdate;
use countersign::record::DynamicPart;
use countersign::store::{ApplicationStore as _, Evidence, Operation, Rejection};
use countersign_store::postgres::PostgresError;

use crate::samples::{NOW, account, credential, handle, id, session, sign_up, token};
use crate::support::{schema, sql};
use crate::{store, store_at};

#[tokio::test]
async fn a_text_with_a_null_character_is_a_failure_and_changes_nothing() {
    let store = store().await;
    let mut named = account("ada");
    named.name = "a\0da".to_owned();
    let operations = vec![
        Operation::InsertAccount(named),
        Operation::InsertCredential(Box::new(credential("ada", "ada"))),
    ];
    let failed = store.transact(operations, NOW).await;
    assert!(matches!(failed, Err(PostgresError::Statement(_))), "{failed:?}");
    assert_eq!(store.account(&handle("ada")).await.unwrap(), None);
    assert_eq!(store.account_by_name("a\0").await.unwrap(), None);
    // The connection is as good as before.
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
}

#[tokio::test]
async fn an_update_compares_parts_and_not_their_texts() {
    let url = schema();
    let store = store_at(&url).await;
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    // The same part, as another version might have written it.
    sql(&url, "UPDATE countersign_credentials SET dynamic = replace(dynamic, ',', ', ')");
    let next = |count: u32| {
        let record = credential("ada", "ada").record.with_sign_count(count);
        record.dynamic_part().clone()
    };
    let update = |previous: DynamicPart, next: DynamicPart| {
        let update = CredentialUpdate::new(id("ada"), previous, next);
        vec![Operation::UpdateCredential {
            owner: handle("ada"),
            update: Box::new(update),
            used_at: Some(NOW),
        }]
    };
    store.transact(update(next(0), next(1)), NOW).await.unwrap().unwrap();
    let found = store.credential(&id("ada"), Evidence::Omit).await.unwrap().unwrap();
    assert_eq!((found.record.sign_count(), found.last_used_at), (1, Some(NOW)));
    sql(&url, "UPDATE countersign_credentials SET dynamic = replace(dynamic, ',', ', ')");
    let rejected = store.transact(update(next(0), next(2)), NOW).await.unwrap();
    assert_eq!(rejected, Err(Rejection::RecordChanged));
}

#[tokio::test]
async fn what_expired_is_removed_within_a_minute() {
    let url = schema();
    let store = store_at(&url).await;
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    sql(
        &url,
        "INSERT INTO countersign_finishes
               SELECT sha256(n::text::bytea), '', '', 0, 0 FROM generate_series(1, 2500) n",
    );
    let later = NOW.plus_seconds(20_000);
    store.transact(vec![Operation::EndSession(token("none"))], later).await.unwrap().unwrap();
    let left = || {
        sql(
            &url,
            "SELECT (SELECT count(*) FROM countersign_finishes), (SELECT count(*) FROM countersign_sessions)",
        )
    };
    for _ in 0..100 {
        if left() == "0|0" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{}", left());
}

#[tokio::test]
async fn the_65th_session_ends_the_least_recently_used_one_with_its_confirmations() {
    let store = store().await;
    store.transact(sign_up("ada"), NOW).await.unwrap().unwrap();
    for number in 1..=64 {
        let mut next = session("ada", "ada", &format!("session {number}"));
        next.times.seen_at = NOW.plus_seconds(number);
        store.transact(vec![Operation::InsertSession(next)], NOW).await.unwrap().unwrap();
    }
    let left = store.sessions(&handle("ada"), NOW).await.unwrap();
    assert_eq!(left.len(), 64);
    assert!(left.iter().all(|session| session.token != token("ada")));
}
