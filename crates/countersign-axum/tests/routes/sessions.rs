//! Sessions: their cookie, and their end.

use countersign::store::{ApplicationStore as _, TokenHash};
use countersign::types::base64url;
use serde_json::{Value, json};

use crate::site::{Browser, Site};

const DAY: i64 = 24 * 60 * 60;

async fn listed(browser: &mut Browser) -> Vec<Value> {
    let body = browser.get("sessions").await.expect(200);
    body["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn only_the_browser_has_the_token_and_the_store_only_its_hash() {
    let site = Site::new();
    let (browser, _) = site.account("Ada").await;
    let token = base64url::decode(browser.cookie("session").unwrap()).unwrap();
    assert!(browser.cookies.iter().all(|(name, _)| name.starts_with("__Host-")));
    let session = site.store.session(&TokenHash::of(&token)).await.unwrap().unwrap();
    assert_eq!(session.name, "Ada");
    let raw = TokenHash::from_bytes(token.try_into().unwrap());
    assert!(site.store.session(&raw).await.unwrap().is_none());
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let mut before = browser.clone();
    browser.sign_in(&mut passkey).await.expect(200);
    assert_eq!(before.name().await, None);
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn a_session_ends_after_a_week_without_use_and_after_thirty_days_in_any_case() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    for _ in 0..4 {
        site.wait(7 * DAY - 60);
        assert_eq!(browser.name().await.as_deref(), Some("Ada"));
    }
    site.wait(2 * DAY + 300);
    assert_eq!(browser.name().await, None, "thirty days");
    browser.sign_in(&mut passkey).await.expect(200);
    site.wait(7 * DAY);
    assert_eq!(browser.name().await, None, "a week");
}

#[tokio::test]
async fn a_session_that_was_created_while_the_clock_was_ahead_is_over_for_good() {
    let site = Site::new();
    let (mut browser, _) = site.account("Ada").await;
    site.wait(-60);
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
    site.wait(-3600);
    assert_eq!(browser.name().await, None);
    site.wait(3660);
    assert_eq!(browser.name().await, None);
}

#[tokio::test]
async fn a_use_while_the_clock_was_ahead_keeps_no_session_alive() {
    let site = Site::new();
    let (mut browser, _) = site.account("Ada").await;
    site.wait(3600);
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
    site.wait(-3600);
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
    assert_eq!(browser.page("/recent").await.status, 200);
    site.wait(7 * DAY);
    assert_eq!(browser.name().await, None);
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let (mut eve, _) = site.account("Eve").await;
    let mut others = [site.browser(), site.browser(), site.browser()];
    for other in &mut others {
        other.sign_in(&mut passkey).await.expect(200);
    }
    let sessions = listed(&mut browser).await;
    assert_eq!(sessions.len(), 4);
    assert_eq!(sessions.iter().filter(|one| one["current"] == true).count(), 1);
    assert_eq!(sessions[0]["label"], "Passkey");
    let path = format!("sessions/{}", listed(&mut eve).await[0]["id"].as_str().unwrap());
    browser.delete(&path).await.expect_error(404, "not-found");

    let of_other = listed(&mut others[0]).await;
    let id = of_other.iter().find(|one| one["current"] == true).unwrap()["id"].as_str().unwrap();
    assert_eq!(browser.delete(&format!("sessions/{id}")).await.expect(200), json!({ "ended": 1 }));
    assert_eq!(others[0].name().await, None);
    assert_eq!(browser.delete("sessions").await.expect(200), json!({ "ended": 2 }));
    assert_eq!(browser.delete("sessions").await.expect(200), json!({ "ended": 0 }));
    assert_eq!(eve.name().await.as_deref(), Some("Eve"));
    let own = listed(&mut browser).await;
    browser.delete(&format!("sessions/{}", own[0]["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(browser.cookie("session"), None, "as signing out");
    browser.get("sessions").await.expect_error(401, "not-signed-in");
    browser.delete("session").await.expect_empty(204);
}

#[tokio::test]
async fn a_recent_verification_is_required_only_where_a_handler_says_so() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    assert_eq!(browser.page("/recent").await.body, "Ada");
    site.wait(301);
    assert_eq!(browser.page("/").await.body, "Ada");
    browser.page("/recent").await.expect_error(401, "reauthentication-required");
    browser.confirm(&json!({ "kind": "verify" }), &mut passkey).await;
    assert_eq!(browser.page("/recent").await.body, "Ada");
    site.browser().page("/recent").await.expect_error(401, "not-signed-in");
    site.browser().page("/").await.expect_error(401, "not-signed-in");
}
