//! Passkeys that a browser creates without asking.

use countersign::relying_party::policy::ConditionalCreatePolicy;
use countersign::store::MemoryStore;
use countersign::types::CreationOptions;
use countersign::{Policy, RelyingParty};
use countersign_authenticator::{Authenticator, Client};
use countersign_axum::Passkeys;
use serde_json::{Value, json};

use crate::site::{Browser, ORIGIN, Site, application, finish};

fn create_conditionally(started: &Value, authenticator: &mut Authenticator) -> Value {
    let options: CreationOptions = serde_json::from_value(started["options"].clone()).unwrap();
    let response = Client::new(ORIGIN).create_conditionally_json(&options, authenticator).unwrap();
    serde_json::from_str(&response).unwrap()
}

async fn start(browser: &mut Browser) -> crate::site::Answer {
    browser.post("credentials/start", &json!({ "conditional": true })).await
}

#[tokio::test]
async fn a_passkey_is_created_without_asking_soon_after_the_sign_in() {
    let site = Site::new();
    let (mut browser, mut first) = site.account("Ada").await;
    let started = start(&mut browser).await.expect(200);
    let mut elsewhere = site.browser();
    let answer = elsewhere.sign_in(&mut first).await.expect(200);
    assert_eq!(answer["signals"]["allAcceptedCredentials"], Value::Null, "another browser adds one");
    let body = finish(&started, &create_conditionally(&started, &mut Authenticator::phone("second")));
    browser.post("credentials/finish", &body).await.expect(201);
    // The confirmation is used up.
    let listed = elsewhere.get("credentials").await.expect(200);
    assert_ne!(listed["signals"]["allAcceptedCredentials"], Value::Null);
}

#[tokio::test]
async fn a_passkey_is_not_created_without_asking_later_than_the_policy_says() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    site.wait(301);
    start(&mut browser).await.expect_error(401, "reauthentication-required");
    browser.confirm(&json!({ "kind": "verify" }), &mut passkey).await;
    start(&mut browser).await.expect(200);
}

#[tokio::test]
async fn a_recent_sign_in_is_no_confirmation_of_a_registration_that_asks() {
    let site = Site::new();
    let (mut browser, _) = site.account("Ada").await;
    start(&mut browser).await.expect(200);
    let asked = browser.post("credentials/start", &json!({})).await;
    asked.expect_error(401, "reauthentication-required");
}

#[tokio::test]
async fn a_policy_may_reject_passkeys_that_are_created_without_asking() {
    let policy = Policy::passkeys().with_conditional_create(ConditionalCreatePolicy::Reject);
    let party = RelyingParty::builder("example.org", "Example").origin(ORIGIN).policy(policy);
    let passkeys = Passkeys::builder(party, MemoryStore::new()).build().unwrap();
    let site = Site { router: application(&passkeys), ..Site::new() };
    let (mut browser, _) = site.account("Ada").await;
    start(&mut browser).await.expect_error(409, "conditional-create-rejected");
}
