//! An account's passkeys: added, listed, renamed, removed, and the confirmations that this requires.

use countersign_authenticator::Authenticator;
use serde_json::{Value, json};

use crate::site::{Browser, Site, create, finish, id, sign};

fn adding() -> Value {
    json!({ "kind": "add-credential" })
}

fn removing(passkey: &Authenticator) -> Value {
    json!({ "kind": "remove-credential", "credential": id(passkey) })
}

async fn remove(browser: &mut Browser, passkey: &Authenticator) -> crate::site::Answer {
    browser.delete(&format!("credentials/{}", id(passkey))).await
}

#[tokio::test]
async fn a_passkey_is_added_listed_renamed_and_removed() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    let mut second = Authenticator::phone("second");
    // The list is in the order of seconds.
    site.wait(1);
    let added = browser.add(&mut first, &mut second).await.expect(201);
    assert_eq!(added["credential"]["label"], "Passkey (2)");
    let all = json!([id(&first), id(&second)]);
    assert_eq!(added["signals"]["allAcceptedCredentials"]["allAcceptedCredentialIds"], all);

    let listed = browser.get("credentials").await.expect(200);
    assert_eq!(listed["credentials"].as_array().unwrap().len(), 2);
    assert_eq!(listed["credentials"][0]["current"], true);
    assert_eq!(listed["metadata"], Value::Null);

    let path = format!("credentials/{}", id(&second));
    let renamed = browser.patch(&path, &json!({ "label": "Phone" })).await.expect(200);
    assert_eq!(renamed["credential"]["label"], "Phone");
    browser.patch(&path, &json!({ "label": "PASSKEY" })).await.expect_error(409, "label-taken");
    browser.patch(&path, &json!({ "label": "" })).await.expect_error(400, "label-invalid");

    browser.confirm(&removing(&second), &mut first).await;
    let removed = remove(&mut browser, &second).await.expect(200);
    assert_eq!(removed["signedOut"], false);
    assert_eq!(removed["signals"]["allAcceptedCredentials"]["allAcceptedCredentialIds"], json!([id(&first)]));
    remove(&mut browser, &second).await.expect_error(404, "not-found");
    remove(&mut browser, &first).await.expect_error(409, "last-credential");
    browser.delete("credentials/!").await.expect_error(404, "not-found");
}

#[tokio::test]
async fn rule_396_a_session_without_a_confirmation_neither_adds_nor_removes() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    let mut second = Authenticator::phone("second");
    browser.add(&mut first, &mut second).await.expect(201);
    let start = browser.post("credentials/start", &json!({})).await;
    start.expect_error(401, "reauthentication-required");
    remove(&mut browser, &second).await.expect_error(401, "reauthentication-required");
    // Five minutes after it was confirmed.
    for act in [adding(), removing(&second)] {
        browser.confirm(&act, &mut first).await;
    }
    site.wait(300);
    let start = browser.post("credentials/start", &json!({})).await;
    start.expect_error(401, "reauthentication-required");
    remove(&mut browser, &second).await.expect_error(401, "reauthentication-required");
}

#[tokio::test]
async fn a_confirmation_in_one_browser_is_not_valid_in_another() {
    let site = Site::new();
    let (mut owner, mut first) = site.account("Ada").await;
    let started = owner.start_adding(&mut first).await;
    let body = finish(&started, &create(&started, &mut Authenticator::phone("second")));
    let mut thief = owner.clone();
    thief.forget("countersign-browser");
    let start = thief.post("credentials/start", &json!({})).await;
    start.expect_error(401, "reauthentication-required");
    thief.post("credentials/finish", &body).await.expect_error(400, "cookie-missing");
    owner.post("credentials/finish", &body).await.expect(201);
}

#[tokio::test]
async fn a_confirmation_is_valid_once() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    let one = browser.start_adding(&mut first).await;
    let other = browser.post("credentials/start", &json!({})).await.expect(200);
    let body = finish(&one, &create(&one, &mut Authenticator::phone("one")));
    browser.post("credentials/finish", &body).await.expect(201);
    let body = finish(&other, &create(&other, &mut Authenticator::phone("other")));
    let again = browser.post("credentials/finish", &body).await;
    again.expect_error(401, "reauthentication-required");
    // Once it is confirmed again, the same finish succeeds.
    browser.confirm(&adding(), &mut first).await;
    browser.post("credentials/finish", &body).await.expect(201);
}

#[tokio::test]
async fn a_confirmation_of_one_act_or_session_is_not_valid_for_another() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    let one = browser.post("step-up/start", &json!({ "act": adding() })).await.expect(200);
    let other = json!({ "act": { "kind": "delete-account" } });
    let other = browser.post("step-up/start", &other).await.expect(200);
    let body = finish(&other, &sign(&one, &mut first));
    browser.post("step-up/finish", &body).await.expect_error(401, "challenge-mismatch");

    let mut later = browser.clone();
    later.sign_in(&mut first).await.expect(200);
    let body = finish(&one, &sign(&one, &mut first));
    later.post("step-up/finish", &body).await.expect_error(401, "state-invalid");
}

#[tokio::test]
async fn a_prompt_for_a_new_passkey_ends_before_its_confirmation_does() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    browser.confirm(&adding(), &mut first).await;
    site.wait(180);
    let started = browser.post("credentials/start", &json!({})).await.expect(200);
    assert_eq!(started["options"]["timeout"], 90_000);
    site.wait(61);
    let start = browser.post("credentials/start", &json!({})).await;
    start.expect_error(401, "reauthentication-required");
}

#[tokio::test]
async fn an_impossible_act_is_rejected_before_it_is_confirmed() {
    let site = Site::new();
    let (mut browser, first) = site.account("Ada").await;
    for (act, status, code) in [
        (removing(&first), 409, "last-credential"),
        (json!({ "kind": "remove-credential", "credential": "AQ" }), 404, "not-found"),
        (json!({ "kind": "sell-account" }), 400, "request-malformed"),
        (json!({ "kind": "add-conditionally" }), 400, "request-malformed"),
        (json!("delete-account"), 400, "request-malformed"),
    ] {
        browser.post("step-up/start", &json!({ "act": act })).await.expect_error(status, code);
    }
}

#[tokio::test]
async fn an_account_has_64_passkeys_and_the_next_is_rejected_before_it_is_created() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    let waiting = browser.start_adding(&mut first).await;
    for number in 1..64 {
        browser.add(&mut first, &mut Authenticator::phone(format!("{number}"))).await.expect(201);
        site.wait(1);
    }
    let start = browser.post("step-up/start", &json!({ "act": adding() })).await;
    start.expect_error(409, "too-many-credentials");
    let body = finish(&waiting, &create(&waiting, &mut Authenticator::phone("late")));
    browser.post("credentials/finish", &body).await.expect_error(401, "reauthentication-required");
}

#[tokio::test]
async fn no_list_is_signalled_while_another_browser_adds_a_passkey() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    let mut elsewhere = site.browser();
    elsewhere.sign_in(&mut first).await.expect(200);
    let started = elsewhere.start_adding(&mut first).await;
    let accepted = |answer: &Value| answer["signals"]["allAcceptedCredentials"].clone();
    assert_eq!(accepted(&browser.get("credentials").await.expect(200)), Value::Null);
    assert_eq!(accepted(&browser.sign_in(&mut first).await.expect(200)), Value::Null);
    assert_eq!(browser.get("signals").await.expect(200)["allAcceptedCredentials"], Value::Null);
    // The windows of one browser wait for each other.
    assert_ne!(accepted(&elsewhere.get("credentials").await.expect(200)), Value::Null);
    let body = finish(&started, &create(&started, &mut Authenticator::phone("second")));
    elsewhere.post("credentials/finish", &body).await.expect(201);
    let signals = browser.get("signals").await.expect(200);
    let ids = &signals["allAcceptedCredentials"]["allAcceptedCredentialIds"];
    assert_eq!(ids.as_array().unwrap().len(), 2);
    assert_eq!(signals["currentUserDetails"]["displayName"], "Ada");
}

#[tokio::test]
async fn a_changing_request_names_the_account_that_the_page_shows() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let (eve, _) = site.account("Eve").await;
    browser.account = None;
    browser.delete("account").await.expect_error(400, "account-missing");
    browser.account = eve.account;
    browser.delete("account").await.expect_error(409, "account-changed");
    browser.delete("session").await.expect_error(409, "account-changed");
    browser.account = None;
    browser.sign_in(&mut passkey).await.expect(200);
}
