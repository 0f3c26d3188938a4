//! Accounts: their names, their first passkeys, their end.

use countersign::store::{ApplicationStore as _, MemoryStore};
use countersign_authenticator::Authenticator;
use countersign_axum::UnknownSignals;
use serde_json::{Value, json};

use crate::site::{Site, create, finish, id, sign};

#[tokio::test]
async fn an_account_is_created_with_its_first_passkey_and_signs_in_with_it() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account(" Ada ").await;
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
    assert_eq!(browser.page("/").await.body, "Ada");
    let mut elsewhere = site.browser();
    let answer = elsewhere.sign_in(&mut passkey).await.expect(200);
    assert_eq!(answer["account"]["name"], "Ada");
    let accepted = &answer["signals"]["allAcceptedCredentials"];
    assert_eq!(accepted["allAcceptedCredentialIds"], json!([id(&passkey)]));
    assert_eq!(accepted["rpId"], "example.org");
}

#[tokio::test]
async fn a_name_is_free_until_an_account_has_it_and_then_taken_in_any_case() {
    let site = Site::new();
    let mut browser = site.browser();
    let started = browser.post("accounts/start", &json!({ "name": "Straße" })).await.expect(200);
    site.account("STRASSE").await;
    let mut passkey = Authenticator::platform("late");
    let body = finish(&started, &create(&started, &mut passkey));
    let rejected = browser.post("accounts/finish", &body).await;
    rejected.expect_error(409, "name-taken");
    let unknown = &rejected.expect(409)["error"]["signals"]["unknownCredential"];
    assert_eq!(unknown["credentialId"], id(&passkey), "the useless passkey may be removed");
    browser.post("accounts/start", &json!({ "name": "strasse" })).await.expect_error(409, "name-taken");
}

#[tokio::test]
async fn names_have_their_rules() {
    let mut browser = Site::new().browser();
    for name in ["", "  ", "a\u{0}b", "a\u{202e}b", &"n".repeat(65)] {
        browser.post("accounts/start", &json!({ "name": name })).await.expect_error(400, "name-invalid");
    }
    browser.post("accounts/start", &json!({ "name": "n".repeat(64) })).await.expect(200);
}

#[tokio::test]
async fn an_account_is_deleted_after_a_confirmation_of_just_that() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    browser.delete("account").await.expect_error(401, "reauthentication-required");
    browser.confirm(&json!({ "kind": "add-credential" }), &mut passkey).await;
    browser.delete("account").await.expect_error(401, "reauthentication-required");
    browser.confirm(&json!({ "kind": "delete-account" }), &mut passkey).await;
    let deleted = browser.delete("account").await.expect(200);
    let accepted = &deleted["signals"]["allAcceptedCredentials"]["allAcceptedCredentialIds"];
    assert_eq!(*accepted, json!([]));
    assert_eq!(browser.name().await, None);
    browser.sign_in(&mut passkey).await.expect_error(401, "credential-unknown");
    assert!(site.store.account_by_name("ADA").await.unwrap().is_none());
}

#[tokio::test]
async fn an_unknown_passkey_of_a_former_account_may_be_signalled_unless_signals_are_withheld() {
    for (signals, is_signalled) in [(UnknownSignals::Sent, true), (UnknownSignals::Withheld, false)] {
        let site = Site::with(MemoryStore::new(), |builder| builder.unknown_signals(signals));
        let (mut browser, mut passkey) = site.account("Ada").await;
        browser.confirm(&json!({ "kind": "delete-account" }), &mut passkey).await;
        browser.delete("account").await.expect(200);
        let error = browser.sign_in(&mut passkey).await.expect(401);
        let signal = &error["error"]["signals"]["unknownCredential"];
        assert_eq!(*signal != Value::Null, is_signalled, "{error}");
    }
}

#[tokio::test]
async fn a_ceremony_is_finished_only_as_the_kind_that_was_started() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let session = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = finish(&session, &sign(&session, &mut passkey));
    for path in ["accounts/finish", "credentials/finish"] {
        browser.post(path, &body).await.expect_error(400, "state-invalid");
    }
    browser.post("step-up/finish", &body).await.expect_error(401, "state-invalid");
    let account = browser.post("accounts/start", &json!({ "name": "Eve" })).await.expect(200);
    let body = finish(&account, &create(&account, &mut Authenticator::platform("eve")));
    browser.post("credentials/finish", &body).await.expect_error(400, "state-invalid");
    browser.post("accounts/finish", &body).await.expect(201);
}

#[tokio::test]
async fn a_ceremony_expires() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let mut browser = site.browser();
    let session = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = finish(&session, &sign(&session, &mut passkey));
    site.wait(24 * 60 * 60);
    browser.post("sessions/finish", &body).await.expect_error(401, "challenge-expired");
    // Started while the clock was ahead.
    site.wait(-23 * 60 * 60);
    let session = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = finish(&session, &sign(&session, &mut passkey));
    site.wait(-60 * 60);
    browser.post("sessions/finish", &body).await.expect_error(401, "challenge-expired");
}

#[tokio::test]
async fn a_passkey_registers_once() {
    let site = Site::new();
    let (mut browser, _) = site.account("Ada").await;
    let started = browser.post("accounts/start", &json!({ "name": "Eve" })).await.expect(200);
    let same = create(&started, &mut Authenticator::platform("Ada"));
    for _ in 0..2 {
        let answer = browser.post("accounts/finish", &finish(&started, &same)).await;
        answer.expect_error(409, "credential-already-registered");
        let signal = &answer.expect(409)["error"]["signals"]["unknownCredential"];
        assert_eq!(*signal, Value::Null, "the passkey is good");
    }
}
