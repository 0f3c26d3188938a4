//! Accounts by invitation, and a sign-up that is closed.

use countersign::store::MemoryStore;
use countersign_authenticator::Authenticator;
use countersign_axum::{SignUp, invite};
use serde_json::{Value, json};

use crate::site::{Browser, Site, create, finish, id};

fn site(sign_up: SignUp) -> Site {
    Site::with(MemoryStore::new(), |builder| builder.sign_up(sign_up))
}

/// The code of an invitation for 1000 seconds.
async fn code(site: &Site) -> String {
    let (now, entropy) = (site.now(), &mut getrandom::fill);
    invite(&site.store, entropy, now.plus_seconds(1000), now).await.unwrap().to_string()
}

async fn start(browser: &mut Browser, name: &str, invitation: Option<&str>) -> crate::site::Answer {
    browser.post("accounts/start", &json!({ "name": name, "invitation": invitation })).await
}

fn created(started: &Value, seed: &str) -> Value {
    finish(started, &create(started, &mut Authenticator::platform(seed)))
}

#[tokio::test]
async fn an_invitation_is_for_one_account() {
    let site = site(SignUp::Invited);
    let code = code(&site).await;
    let mut browser = site.browser();
    assert_eq!(browser.get("session").await.expect(200)["signUp"], "invited");
    start(&mut browser, "Ada", None).await.expect_error(403, "invitation-missing");
    start(&mut browser, "Ada", Some("0000")).await.expect_error(400, "code-malformed");
    let unknown = "0000-0000-0000-0000-0000-0000";
    start(&mut browser, "Ada", Some(unknown)).await.expect_error(403, "invitation-invalid");

    let started = start(&mut browser, "Ada", Some(&code.replace('-', " ").to_lowercase())).await.expect(200);
    let mut other = site.browser();
    let too_late = start(&mut other, "Eve", Some(&code)).await.expect(200);
    browser.post("accounts/finish", &created(&started, "ada")).await.expect(201);
    let mut eve = Authenticator::platform("eve");
    let body = finish(&too_late, &create(&too_late, &mut eve));
    for _ in 0..2 {
        let rejected = other.post("accounts/finish", &body).await;
        rejected.expect_error(403, "invitation-invalid");
        let unknown = &rejected.expect(403)["error"]["signals"]["unknownCredential"];
        assert_eq!(unknown["credentialId"], id(&eve), "the useless passkey may be removed");
    }
    start(&mut other, "Eve", Some(&code)).await.expect_error(403, "invitation-invalid");
}

#[tokio::test]
async fn an_invitation_expires_also_during_the_registration() {
    let site = site(SignUp::Invited);
    let code = code(&site).await;
    let mut browser = site.browser();
    site.wait(900);
    let started = start(&mut browser, "Ada", Some(&code)).await.expect(200);
    site.wait(100);
    let late = browser.post("accounts/finish", &created(&started, "ada")).await;
    late.expect_error(403, "invitation-invalid");
    start(&mut browser, "Ada", Some(&code)).await.expect_error(403, "invitation-invalid");
}

#[tokio::test]
async fn a_taken_name_is_reported_only_to_those_who_are_invited_and_costs_no_invitation() {
    let site = site(SignUp::Invited);
    let (first, second) = (code(&site).await, code(&site).await);
    let mut browser = site.browser();
    let started = start(&mut browser, "Ada", Some(&first)).await.expect(200);
    browser.post("accounts/finish", &created(&started, "ada")).await.expect(201);
    let mut other = site.browser();
    start(&mut other, "Ada", None).await.expect_error(403, "invitation-missing");
    start(&mut other, "Ada", Some(&first)).await.expect_error(403, "invitation-invalid");
    start(&mut other, "Ada", Some(&second)).await.expect_error(409, "name-taken");
    start(&mut other, "Eve", Some(&second)).await.expect(200);
}

#[tokio::test]
async fn no_account_is_created_if_the_sign_up_is_closed() {
    let site = site(SignUp::Closed);
    let code = code(&site).await;
    let mut browser = site.browser();
    assert_eq!(browser.get("session").await.expect(200)["signUp"], "closed");
    for invitation in [None, Some(code.as_str())] {
        start(&mut browser, "Ada", invitation).await.expect_error(403, "sign-up-closed");
    }
}

#[tokio::test]
async fn a_sign_up_that_closes_meanwhile_rejects_the_registration_at_its_end() {
    let open = site(SignUp::Open);
    let mut browser = open.browser();
    assert_eq!(browser.get("session").await.expect(200)["signUp"], "open");
    for (sign_up, expected) in [(SignUp::Closed, "sign-up-closed"), (SignUp::Invited, "invitation-missing")] {
        let started = start(&mut browser, "Ada", None).await.expect(200);
        // Another instance, with another setting.
        let stricter = Site::with(open.store.clone(), |builder| builder.sign_up(sign_up));
        let mut there = Browser { router: stricter.router.clone(), ..browser.clone() };
        there.post("accounts/finish", &created(&started, "ada")).await.expect_error(403, expected);
    }
    let started = start(&mut browser, "Ada", Some("0000-0000-0000-0000-0000-0000")).await.expect(200);
    browser.post("accounts/finish", &created(&started, "ada")).await.expect(201);
}
