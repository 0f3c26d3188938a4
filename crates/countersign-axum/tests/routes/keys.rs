//! Sealing keys: that they are shared, and change while ceremonies are open.

use countersign::store::{ApplicationStore as _, MemoryStore, Operation, StoredSealingKey};
use countersign_axum::rotate_sealing_keys;
use serde_json::{Value, json};

use crate::site::{Browser, Site, application, builder, finish, sign};

/// A second instance on the store of a site.
fn instance(site: &Site) -> axum::Router {
    application(&builder(site.store.clone(), &site.clock).build().unwrap())
}

async fn started(browser: &mut Browser) -> Value {
    browser.post("sessions/start", &json!({})).await.expect(200)
}

async fn numbers(store: &MemoryStore) -> Vec<u32> {
    store.sealing_keys().await.unwrap().iter().map(|key| key.id).collect()
}

#[tokio::test]
async fn a_ceremony_is_started_at_one_instance_and_finished_at_another() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let mut here = site.browser();
    let started = started(&mut here).await;
    let body = finish(&started, &sign(&started, &mut passkey));
    let mut there = Browser { router: instance(&site), ..here.clone() };
    there.post("sessions/finish", &body).await.expect(200);
    here.post("sessions/finish", &body).await.expect(200);
    assert_eq!(here.cookies, there.cookies);
    assert_eq!(numbers(&site.store).await, [1, 0]);
}

#[tokio::test]
async fn a_start_stores_nothing() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let before = format!("{:?}", site.store);
    for _ in 0..1000 {
        started(&mut browser).await;
        browser.post("sessions/start", &json!({ "name": "Nemo" })).await.expect(200);
        browser.post("accounts/start", &json!({ "name": "Nemo" })).await.expect(200);
    }
    assert_eq!(format!("{:?}", site.store), before);
    browser.sign_in(&mut passkey).await.expect(200);
}

#[tokio::test]
async fn a_rotation_interrupts_no_ceremony_at_any_instance() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let other = instance(&site);
    let mut browser = site.browser();
    let mut elsewhere = Browser { router: other, ..site.browser() };
    started(&mut elsewhere).await;
    let rotation = rotate_sealing_keys(&site.store, &mut getrandom::fill, site.now()).await.unwrap();
    assert_eq!((rotation.added, rotation.removed), (2, vec![]));
    for seconds in [0, 59, 1, 59, 1, 60] {
        site.wait(seconds);
        // Started at each, finished at the other.
        for (here, there) in [(&browser.router, &elsewhere.router), (&elsewhere.router, &browser.router)] {
            let mut client = Browser { router: here.clone(), ..site.browser() };
            let started = started(&mut client).await;
            let body = finish(&started, &sign(&started, &mut passkey));
            client.router = there.clone();
            client.post("sessions/finish", &body).await.expect(200);
        }
    }
    // A day later, the old key goes.
    site.wait(24 * 60 * 60);
    let rotation = rotate_sealing_keys(&site.store, &mut getrandom::fill, site.now()).await.unwrap();
    assert_eq!((rotation.added, rotation.removed), (3, vec![1]));
    assert_eq!(numbers(&site.store).await, [3, 2, 0]);
    started(&mut browser).await;
}

#[tokio::test]
async fn a_key_that_an_instance_has_not_read_yet_is_read_when_its_token_comes() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let now = site.now();
    let key = StoredSealingKey { id: 7, secret: [7; 32], seals_from: now };
    site.store.transact(vec![Operation::AddSealingKey(key)], now).await.unwrap().unwrap();
    let mut browser = Browser { router: instance(&site), ..site.browser() };
    let started = started(&mut browser).await;
    let body = finish(&started, &sign(&started, &mut passkey));
    browser.router = site.router.clone();
    // The first instance has read the keys in this second.
    browser.post("sessions/finish", &body).await.expect_error(401, "challenge-expired");
    site.wait(3);
    browser.post("sessions/finish", &body).await.expect(200);
}
