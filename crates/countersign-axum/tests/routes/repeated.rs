//! A finish whose answer was lost is sent again: by the browser itself, by a proxy, or by the user.

use countersign_authenticator::Authenticator;
use serde_json::{Value, json};

use crate::site::{Browser, Site, create, finish, sign};

/// A started ceremony of each kind without a session, and the body of a good finish.
async fn each(browser: &mut Browser, passkey: &mut Authenticator) -> [(&'static str, Value); 2] {
    let account = browser.post("accounts/start", &json!({ "name": "Eve" })).await.expect(200);
    let account_body = finish(&account, &create(&account, &mut Authenticator::platform("eve")));
    let session = browser.post("sessions/start", &json!({})).await.expect(200);
    let session_body = finish(&session, &sign(&session, passkey));
    [("accounts/finish", account_body), ("sessions/finish", session_body)]
}

#[tokio::test]
async fn rule_393_a_repeated_finish_gets_the_same_answer_and_another_response_none() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    let added = browser.start_adding(&mut passkey).await;
    let added = finish(&added, &create(&added, &mut Authenticator::phone("second")));
    let mut all = vec![("credentials/finish", added)];
    all.extend(each(&mut browser, &mut passkey).await);
    for (path, body) in all {
        let mut before = browser.clone();
        let first = browser.post(path, &body).await;
        assert!(first.status.is_success(), "{path}: {first:?}");
        if path != "credentials/finish" {
            // Sent again with the cookie that the browser had before the first answer.
            assert_eq!(before.post(path, &body).await, first, "{path}");
            assert_eq!(before.cookies, browser.cookies);
        }
        assert_eq!(browser.post(path, &body).await, first, "{path}");
        let mut other = body.clone();
        other["response"]["extra"] = json!(1);
        let status = if path.contains("sessions") { 401 } else { 400 };
        browser.post(path, &other).await.expect_error(status, "challenge-expired");
    }
}

#[tokio::test]
async fn rule_393_a_rejected_finish_is_rejected_again_and_another_response_finds_no_ceremony() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    for (path, body) in each(&mut browser, &mut passkey).await {
        let status = if path.contains("sessions") { 401 } else { 400 };
        let mut wrong = body.clone();
        wrong["response"]["type"] = json!("public key");
        let first = browser.post(path, &wrong).await;
        first.expect_error(status, "response-malformed");
        assert_eq!(browser.post(path, &wrong).await, first);
        browser.post(path, &body).await.expect_error(status, "challenge-expired");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn finishes_at_once_get_the_same_session() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    for _ in 0..20 {
        let mut browser = site.browser();
        let started = browser.post("sessions/start", &json!({})).await.expect(200);
        let body = finish(&started, &sign(&started, &mut passkey));
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (mut browser, body) = (browser.clone(), body.clone());
                tokio::spawn(async move { browser.post("sessions/finish", &body).await })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            let answer = task.await.unwrap();
            answer.expect(200);
            answers.push(answer);
        }
        answers.dedup();
        assert_eq!(answers.len(), 1);
    }
}

#[tokio::test]
async fn a_repeat_does_not_bring_back_what_was_removed() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let mut browser = site.browser();
    let started = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = finish(&started, &sign(&started, &mut passkey));
    browser.post("sessions/finish", &body).await.expect(200);
    browser.delete("session").await.expect_empty(204);
    browser.post("sessions/finish", &body).await.expect_error(401, "challenge-expired");
    assert_eq!(browser.name().await, None);
}

#[tokio::test]
async fn a_repeat_from_another_browser_gets_nothing() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let mut browser = site.browser();
    let started = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = finish(&started, &sign(&started, &mut passkey));
    let mut thief = site.browser();
    thief.post("sessions/finish", &body).await.expect_error(400, "cookie-missing");
    thief.get("session").await.expect(200);
    thief.post("sessions/finish", &body).await.expect_error(400, "cookie-missing");
    browser.post("sessions/finish", &body).await.expect(200);
    thief.post("sessions/finish", &body).await.expect_error(400, "cookie-missing");
    assert_eq!(thief.cookie("session"), None);
}

#[tokio::test]
async fn junk_for_a_ceremony_that_is_over_is_answered_like_any_other_response() {
    let site = Site::new();
    let (_, mut passkey) = site.account("Ada").await;
    let mut browser = site.browser();
    let started = browser.post("sessions/start", &json!({})).await.expect(200);
    let good = finish(&started, &sign(&started, &mut passkey));
    let junk = finish(&started, &json!(vec![7; 100_000]));
    site.browser().post("sessions/finish", &junk).await.expect_error(400, "cookie-missing");
    browser.post("sessions/finish", &good).await.expect(200);
    browser.post("sessions/finish", &junk).await.expect_error(401, "challenge-expired");
    let unknown = json!({ "ceremony": "A".repeat(43), "response": {} });
    browser.post("sessions/finish", &unknown).await.expect_error(401, "challenge-expired");
}

#[tokio::test]
async fn a_confirmation_whose_answer_was_lost_is_answered_again_while_it_is_valid() {
    let site = Site::new();
    let (mut browser, mut passkey) = site.account("Ada").await;
    for act in ["delete-account", "verify"] {
        let act = json!({ "act": { "kind": act } });
        let started = browser.post("step-up/start", &act).await.expect(200);
        let body = finish(&started, &sign(&started, &mut passkey));
        for _ in 0..2 {
            browser.post("step-up/finish", &body).await.expect_empty(204);
        }
    }
}
