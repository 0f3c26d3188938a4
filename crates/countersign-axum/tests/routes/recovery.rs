//! Recovery codes: made after a confirmation, each good for one new passkey.

use countersign::store::{ApplicationStore as _, RECOVERY_CODES};
use countersign::types::base64url;
use countersign_authenticator::Authenticator;
use serde_json::{Value, json};

use crate::site::{Browser, Site, create, finish, id};

fn act() -> Value {
    json!({ "kind": "make-recovery-codes" })
}

/// Makes recovery codes.
async fn make(browser: &mut Browser, passkey: &mut Authenticator) -> Vec<String> {
    browser.confirm(&act(), passkey).await;
    let made = browser.post("recovery-codes", &json!({})).await.expect(201);
    let codes: Vec<String> = serde_json::from_value(made["codes"].clone()).unwrap();
    assert_eq!(codes.len(), RECOVERY_CODES);
    codes
}

fn named(name: &str, code: &str) -> Value {
    json!({ "name": name, "code": code })
}

/// Recovers the account with a new authenticator.
async fn recover(browser: &mut Browser, code: &str, passkey: &mut Authenticator) {
    let started = browser.post("recovery/start", &named("Ada", code)).await.expect(200);
    let body = finish(&started, &create(&started, passkey));
    browser.post("recovery/finish", &body).await.expect(201);
}

async fn status(browser: &mut Browser) -> Value {
    browser.get("recovery-codes").await.expect(200)
}

#[tokio::test]
async fn a_code_lets_a_new_passkey_in_once_and_ends_all_other_sessions() {
    let site = Site::new();
    let (mut lost, mut passkey) = site.account("Ada").await;
    assert_eq!(
        status(&mut lost).await,
        json!({ "total": 10, "unused": 0, "createdAt": null, "usedAt": null })
    );
    let codes = make(&mut lost, &mut passkey).await;
    let made = site.now().to_string();
    assert_eq!(
        status(&mut lost).await,
        json!({ "total": 10, "unused": 10, "createdAt": made, "usedAt": null })
    );

    site.wait(1000);
    let mut browser = site.browser();
    let started = browser.post("recovery/start", &named(" ADA ", &codes[3].to_lowercase())).await.expect(200);
    assert_eq!(started["options"]["excludeCredentials"][0]["id"], id(&passkey), "not on what is there");
    assert_eq!(status(&mut lost).await["unused"], 10, "a registration that is cancelled costs no code");
    let body = finish(&started, &create(&started, &mut Authenticator::phone("new")));
    let recovered = browser.post("recovery/finish", &body).await;
    let answer = recovered.expect(201);
    assert_eq!(answer["account"]["name"], "Ada");
    assert_eq!(answer["signals"]["currentUserDetails"]["name"], "Ada");
    let accepted = &answer["signals"]["allAcceptedCredentials"]["allAcceptedCredentialIds"];
    assert_eq!(accepted.as_array().unwrap().len(), 2);
    // The answer may have been lost.
    assert_eq!(browser.post("recovery/finish", &body).await, recovered);

    assert_eq!(lost.name().await, None, "what was lost may still be signed in");
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
    let used = site.now().to_string();
    assert_eq!(
        status(&mut browser).await,
        json!({ "total": 10, "unused": 9, "createdAt": made, "usedAt": used })
    );
    let again = site.browser().post("recovery/start", &named("Ada", &codes[3])).await;
    again.expect_error(401, "recovery-code-invalid");
    site.browser().post("recovery/start", &named("Ada", &codes[4])).await.expect(200);
}

#[tokio::test]
async fn an_unknown_name_a_wrong_code_and_another_accounts_code_are_one_answer() {
    let site = Site::new();
    let (mut ada, mut passkey) = site.account("Ada").await;
    let codes = make(&mut ada, &mut passkey).await;
    site.account("Eve").await;
    let (mut bob, mut passkey) = site.account("Bob").await;
    let others = make(&mut bob, &mut passkey).await;
    let mut browser = site.browser();
    let rejected = browser.post("recovery/start", &named("Ada", &others[0])).await;
    rejected.expect_error(401, "recovery-code-invalid");
    for (name, code) in [("Mallory", &codes[0]), ("Eve", &codes[0]), ("Bob", &codes[0])] {
        let answer = browser.post("recovery/start", &named(name, code)).await;
        assert_eq!((answer.status, &answer.body), (rejected.status, &rejected.body), "{name}");
    }
    browser.post("recovery/start", &named("Ada", &codes[0])).await.expect(200);
}

#[tokio::test]
async fn a_mistyped_code_is_found_before_anything_is_looked_up() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let code = make(&mut browser, &mut passkey).await.remove(0);
    let last = if code.ends_with('7') { '8' } else { '7' };
    let wrong = format!("{}{last}", &code[..code.len() - 1]);
    for code in [wrong.as_str(), "", "0000", &code[1..]] {
        let answer = browser.post("recovery/start", &named("Ada", code)).await;
        answer.expect_error(400, "code-malformed");
    }
    browser.post("recovery/start", &named("", &code)).await.expect_error(400, "name-invalid");
}

#[tokio::test]
async fn codes_are_made_after_a_confirmation_of_just_that_and_replace_the_old_ones() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    browser.confirm(&json!({ "kind": "add-credential" }), &mut passkey).await;
    let unconfirmed = browser.post("recovery-codes", &json!({})).await;
    unconfirmed.expect_error(401, "reauthentication-required");
    let old = make(&mut browser, &mut passkey).await;
    browser.post("recovery-codes", &json!({})).await.expect_error(401, "reauthentication-required");
    let new = make(&mut browser, &mut passkey).await;
    assert!(old.iter().all(|code| !new.contains(code)));
    let mut elsewhere = site.browser();
    let replaced = elsewhere.post("recovery/start", &named("Ada", &old[0])).await;
    replaced.expect_error(401, "recovery-code-invalid");
    elsewhere.post("recovery/start", &named("Ada", &new[0])).await.expect(200);
    elsewhere.get("recovery-codes").await.expect_error(401, "not-signed-in");
    elsewhere.post("recovery-codes", &json!({})).await.expect_error(401, "not-signed-in");
}

#[tokio::test]
async fn a_code_that_was_used_or_replaced_during_the_registration_is_rejected_at_its_end() {
    let site = Site::new();
    let (mut owner, mut passkey) = site.account("Ada").await;
    let codes = make(&mut owner, &mut passkey).await;
    let mut first = site.browser();
    let mut second = site.browser();
    let started = first.post("recovery/start", &named("Ada", &codes[0])).await.expect(200);
    recover(&mut second, &codes[0], &mut Authenticator::phone("second")).await;
    let mut late = Authenticator::phone("late");
    let body = finish(&started, &create(&started, &mut late));
    for _ in 0..2 {
        let rejected = first.post("recovery/finish", &body).await;
        rejected.expect_error(401, "recovery-code-invalid");
        let unknown = &rejected.expect(401)["error"]["signals"]["unknownCredential"];
        assert_eq!(unknown["credentialId"], id(&late), "the useless passkey may be removed");
    }
    assert_eq!(second.name().await.as_deref(), Some("Ada"));
    assert_eq!(first.name().await, None);
}

#[tokio::test]
async fn a_recovery_belongs_to_its_browser_and_ends_soon() {
    let site = Site::new();
    let (mut owner, mut passkey) = site.account("Ada").await;
    let codes = make(&mut owner, &mut passkey).await;
    let mut browser = site.browser();
    let started = browser.post("recovery/start", &named("Ada", &codes[0])).await.expect(200);
    let body = finish(&started, &create(&started, &mut Authenticator::phone("new")));
    site.browser().post("recovery/finish", &body).await.expect_error(400, "cookie-missing");
    browser.post("accounts/finish", &body).await.expect_error(400, "state-invalid");
    site.wait(301);
    browser.post("recovery/finish", &body).await.expect_error(400, "challenge-expired");
    assert_eq!(status(&mut owner).await["unused"], 10);
}

#[tokio::test]
async fn no_list_is_signalled_while_a_recovery_creates_a_passkey() {
    let site = Site::new();
    let (mut owner, mut passkey) = site.account("Ada").await;
    let codes = make(&mut owner, &mut passkey).await;
    let accepted = async |browser: &mut Browser| {
        browser.get("credentials").await.expect(200)["signals"]["allAcceptedCredentials"].clone()
    };
    assert_ne!(accepted(&mut owner).await, Value::Null);
    let mut browser = site.browser();
    let started = browser.post("recovery/start", &named("Ada", &codes[0])).await.expect(200);
    assert_eq!(accepted(&mut owner).await, Value::Null);
    // What is noted confirms nothing.
    let unconfirmed = owner.post("credentials/start", &json!({})).await;
    unconfirmed.expect_error(401, "reauthentication-required");
    let body = finish(&started, &create(&started, &mut Authenticator::phone("new")));
    browser.post("recovery/finish", &body).await.expect(201);
    owner.sign_in(&mut passkey).await.expect(200);
    assert_ne!(accepted(&mut owner).await, Value::Null);
}

#[tokio::test]
async fn the_last_passkey_can_be_removed_while_there_is_a_code() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let remove = json!({ "kind": "remove-credential", "credential": id(&passkey) });
    let last = browser.post("step-up/start", &json!({ "act": remove })).await;
    last.expect_error(409, "last-credential");
    let codes = make(&mut browser, &mut passkey).await;
    browser.confirm(&remove, &mut passkey).await;
    let removed = browser.delete(&format!("credentials/{}", id(&passkey))).await.expect(200);
    assert_eq!(removed["signedOut"], true);
    browser.sign_in(&mut passkey).await.expect_error(401, "credential-unknown");
    recover(&mut browser, &codes[9], &mut Authenticator::phone("new")).await;
    assert_eq!(browser.name().await.as_deref(), Some("Ada"));
}

#[tokio::test]
async fn neither_a_code_nor_its_hash_is_in_an_answer_but_the_first() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let codes = make(&mut browser, &mut passkey).await;
    let account = site.store.account_by_name("ADA").await.unwrap().unwrap();
    let handle = base64url::encode(account.handle.as_bytes());
    for path in ["session", "sessions", "credentials", "recovery-codes", "account/data", "signals"] {
        let body = browser.get(path).await.body;
        assert!(!codes.iter().any(|code| body.contains(code.as_str())), "{path}");
        assert!(path == "sessions" || path == "recovery-codes" || body.contains(&handle), "{path}");
    }
}
