//! Changes of an account's passkeys require a confirmation with a passkey, since a session may be stolen or left open.

use countersign::types::base64url;
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::site::{Answer, Client, ORIGIN, Site, finish};

fn adding() -> Value {
    json!({ "kind": "add-credential" })
}

fn deleting() -> Value {
    json!({ "kind": "delete-account" })
}

fn removing(passkey: &Passkey) -> Value {
    json!({ "kind": "remove-credential", "credential": passkey.id() })
}

/// Starts the confirmation of an act.
async fn begun(client: &mut Client, act: &Value) -> Value {
    client.post("/api/step-up/start", &json!({ "act": act })).await.expect(200).json()
}

async fn remove(client: &mut Client, passkey: &Passkey) -> Answer {
    client.delete(&format!("/api/credentials/{}", passkey.id())).await
}

/// A client whose account has two passkeys.
async fn account(site: &Site) -> (Client, Passkey, Passkey) {
    let (mut client, first) = site.account("Ada", 1).await;
    let (second, added) = client.add(2).await;
    added.expect(201);
    (client, first, second)
}

#[tokio::test]
async fn rule_396_a_session_without_a_confirmation_neither_adds_nor_removes_nor_deletes() {
    let site = Site::new().await;
    let (client, _, second) = account(&site).await;
    for confirmed in [false, true] {
        let mut thief = client.clone();
        if confirmed {
            // Each confirms another act than the one that it does.
            thief.confirm(deleting()).await;
        }
        thief.post("/api/credentials/start", &json!({})).await.expect_error(401, "reauthentication-required");
        remove(&mut thief, &second).await.expect_error(401, "reauthentication-required");
        if !confirmed {
            thief.delete("/api/account").await.expect_error(401, "reauthentication-required");
        }
    }
    assert_eq!(site.rows(), [1, 2, 1]);
}

#[tokio::test]
async fn a_confirmation_in_one_browser_is_not_valid_in_another() {
    let site = Site::new().await;
    let (mut owner, _, second) = account(&site).await;
    for act in [adding(), removing(&second), deleting()] {
        owner.confirm(act).await;
    }
    // The thief has the session's cookie, and another browser's cookie or none.
    let mut thief = Client { browser: None, ..owner.clone() };
    for _ in 0..2 {
        thief.post("/api/credentials/start", &json!({})).await.expect_error(401, "reauthentication-required");
        remove(&mut thief, &second).await.expect_error(401, "reauthentication-required");
        thief.delete("/api/account").await.expect_error(401, "reauthentication-required");
        thief.get("/api/session").await.expect(200);
        assert_ne!((&thief.browser, &thief.cookie), (&owner.browser, &owner.cookie));
    }
    let started = owner.post("/api/credentials/start", &json!({})).await.expect(200).json();
    let response = Passkey::new(&started["options"], ORIGIN, 3).registration(&started["options"]);
    let body = finish(&started, &response);
    thief.post("/api/credentials/finish", &body).await.expect_error(400, "cookie-missing");
    // Another browser has confirmed it, but only for itself.
    thief.clone().confirm(adding()).await;
    owner.post("/api/credentials/finish", &body).await.expect_error(401, "reauthentication-required");
    assert_eq!(site.rows(), [1, 2, 1]);
    remove(&mut owner, &second).await.expect(200);
    owner.delete("/api/account").await.expect(200);
}

#[tokio::test]
async fn a_confirmation_is_valid_once_for_one_act_of_its_session() {
    let site = Site::new().await;
    let (mut client, first, second) = account(&site).await;
    let (third, added) = client.add(3).await;
    added.expect(201);
    client.confirm(removing(&second)).await;
    remove(&mut client, &third).await.expect_error(401, "reauthentication-required");
    let mut elsewhere = site.client();
    elsewhere.sign_in(&first).await.expect(200);
    remove(&mut elsewhere, &second).await.expect_error(401, "reauthentication-required");
    remove(&mut client, &second).await.expect(200);
    // It is done already, and needs and uses up no confirmation.
    remove(&mut client, &second).await.expect_error(404, "not-found");

    client.confirm(adding()).await;
    let start = client.post("/api/credentials/start", &json!({})).await.expect(200).json();
    let again = client.post("/api/credentials/start", &json!({})).await.expect(200).json();
    for (started, seed, status) in [(again, 4, 201), (start, 5, 401)] {
        let response = Passkey::new(&started["options"], ORIGIN, seed).registration(&started["options"]);
        let answer = client.post("/api/credentials/finish", &finish(&started, &response)).await;
        assert_eq!(answer.status, status, "{answer:?}");
        if status == 401 {
            answer.expect_error(401, "reauthentication-required");
            // Once confirmed again, the same finish succeeds.
            client.confirm(adding()).await;
            client.post("/api/credentials/finish", &finish(&started, &response)).await.expect(201);
        }
    }
    assert_eq!(site.sql("SELECT count(*) FROM credentials"), 4);
    assert_eq!(site.sql("SELECT count(*) FROM confirmations"), 0);
}

#[tokio::test]
async fn rule_396_a_confirmation_is_void_after_five_minutes() {
    let site = Site::new().await;
    let (mut client, _, second) = account(&site).await;
    for act in [adding(), removing(&second), deleting()] {
        client.confirm(act).await;
    }
    let lifetimes = "SELECT max(expires_at - unixepoch()) FROM confirmations";
    assert!((295..=300).contains(&site.sql(lifetimes)));
    // Also a confirmation from the future, after the clock was put back.
    for times in
        ["expires_at = unixepoch()", "created_at = unixepoch() + 3600, expires_at = unixepoch() + 3900"]
    {
        site.sql(&format!("UPDATE confirmations SET {times}"));
        client
            .post("/api/credentials/start", &json!({}))
            .await
            .expect_error(401, "reauthentication-required");
        remove(&mut client, &second).await.expect_error(401, "reauthentication-required");
        client.delete("/api/account").await.expect_error(401, "reauthentication-required");
    }
    assert_eq!(site.rows(), [1, 2, 1]);
}

#[tokio::test]
async fn a_prompt_for_a_new_passkey_ends_before_its_confirmation_does() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    client.confirm(adding()).await;
    site.sql("UPDATE confirmations SET expires_at = unixepoch() + 120");
    let started = client.post("/api/credentials/start", &json!({})).await.expect(200).json();
    let timeout = started["options"]["timeout"].as_i64().unwrap();
    assert!((80_000..=90_000).contains(&timeout), "{timeout}");

    site.sql("UPDATE confirmations SET expires_at = unixepoch() + 59");
    client.post("/api/credentials/start", &json!({})).await.expect_error(401, "reauthentication-required");
    client.start_adding().await;
}

#[tokio::test]
async fn an_act_is_confirmed_with_a_passkey_of_the_account_that_verifies_its_user() {
    let site = Site::new().await;
    let (mut client, first, second) = account(&site).await;
    let (_, eve) = site.account("Eve", 3).await;
    let started = begun(&mut client, &deleting()).await;
    let options = &started["options"];
    assert_eq!(options["userVerification"], "required");
    let allowed: Vec<_> =
        options["allowCredentials"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
    assert_eq!(allowed, [json!(first.id()), json!(second.id())]);

    let unverified = Passkey { flags: 0x01, ..first.clone() };
    let forged = Passkey { key: eve.key.clone(), ..first.clone() };
    for (passkey, code) in
        [(&eve, "credential-not-allowed"), (&unverified, "user-not-verified"), (&forged, "signature-invalid")]
    {
        let started = begun(&mut client, &deleting()).await;
        let response = passkey.authentication(&started["options"]);
        let answer = client.post("/api/step-up/finish", &finish(&started, &response)).await;
        answer.expect_error(401, code);
        client.delete("/api/account").await.expect_error(401, "reauthentication-required");
    }
    let response = second.authentication(options);
    client.post("/api/step-up/finish", &finish(&started, &response)).await.expect(204);
    client.delete("/api/account").await.expect(200);
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn a_confirmation_of_one_act_or_session_is_not_valid_for_another() {
    let site = Site::new().await;
    let (mut client, first, second) = account(&site).await;
    // The response to one act, for another one.
    let one = begun(&mut client, &removing(&second)).await;
    let other = begun(&mut client, &deleting()).await;
    let body = finish(&other, &first.authentication(&one["options"]));
    client.post("/api/step-up/finish", &body).await.expect_error(401, "challenge-mismatch");
    // Another session of the account, in the same browser.
    let started = begun(&mut client, &deleting()).await;
    let mut later = client.clone();
    later.sign_in(&first).await.expect(200);
    let body = finish(&started, &first.authentication(&started["options"]));
    later.post("/api/step-up/finish", &body).await.expect_error(401, "state-invalid");
    // A sign-in is no confirmation, nor the other way round.
    let session = later.post("/api/sessions/start", &json!({})).await.expect(200).json();
    let body = finish(&session, &first.authentication(&session["options"]));
    later.post("/api/step-up/finish", &body).await.expect_error(401, "state-invalid");
    let started = begun(&mut later, &deleting()).await;
    let body = finish(&started, &first.authentication(&started["options"]));
    later.post("/api/sessions/finish", &body).await.expect_error(401, "state-invalid");
    assert_eq!(site.sql("SELECT count(*) FROM confirmations"), 0);
}

#[tokio::test]
async fn a_confirmation_whose_answer_was_lost_is_answered_again_while_it_is_valid() {
    let site = Site::new().await;
    let (mut client, first, second) = account(&site).await;
    let started = begun(&mut client, &removing(&second)).await;
    let body = finish(&started, &first.authentication(&started["options"]));
    for _ in 0..2 {
        client.post("/api/step-up/finish", &body).await.expect(204);
    }
    remove(&mut client, &second).await.expect(200);
    client.post("/api/step-up/finish", &body).await.expect_error(401, "challenge-expired");
    assert_eq!(site.sql("SELECT count(*) FROM confirmations"), 0);
}

#[tokio::test]
async fn an_impossible_act_is_rejected_before_it_is_confirmed() {
    let site = Site::new().await;
    let (mut client, first) = site.account("Ada", 1).await;
    let unknown = json!({ "kind": "remove-credential", "credential": base64url::encode([7; 16]) });
    for (act, status, code) in [(removing(&first), 409, "last-credential"), (unknown, 404, "not-found")] {
        client.post("/api/step-up/start", &json!({ "act": act })).await.expect_error(status, code);
    }
    for act in [
        json!({ "kind": "sell-account" }),
        json!({ "kind": "remove-credential" }),
        json!({ "kind": "delete-account", "credential": "AQ" }),
        json!("delete-account"),
    ] {
        let answer = client.post("/api/step-up/start", &json!({ "act": act })).await;
        answer.expect_error(400, "request-malformed");
    }
}
