//! A finish whose answer was lost is sent again: by the browser itself, by a proxy, or by the user.

use axum::{body::Body, http::Request};
use serde_json::{Value, json};

use crate::authenticator::Passkey;
use crate::site::{Answer, Client, ORIGIN, Site, finish};

async fn started(client: &mut Client, path: &str, body: Value) -> Value {
    client.post(path, &body).await.expect(200).json()
}

/// Status, body and cookie.
fn parts(answer: &Answer) -> (u16, String, String) {
    let body = String::from_utf8(answer.body.clone()).unwrap();
    (answer.status.as_u16(), body, answer.header("set-cookie").to_owned())
}

/// A started ceremony of each kind, and the body of a good finish.
async fn each(client: &mut Client, passkey: &Passkey, seed: u8) -> Vec<(&'static str, Value)> {
    let mut all = Vec::new();
    let account = started(client, "/api/accounts/start", json!({ "name": format!("Eve {seed}") })).await;
    let response = Passkey::new(&account["options"], ORIGIN, seed).registration(&account["options"]);
    all.push(("/api/accounts/finish", finish(&account, &response)));
    let session = started(client, "/api/sessions/start", json!({})).await;
    all.push(("/api/sessions/finish", finish(&session, &passkey.authentication(&session["options"]))));
    all
}

/// Starts to add a passkey.
async fn adding(client: &mut Client, seed: u8) -> Value {
    let added = client.start_adding().await;
    let response = Passkey::new(&added["options"], ORIGIN, seed).registration(&added["options"]);
    finish(&added, &response)
}

#[tokio::test]
async fn rule_393_a_repeated_finish_gets_the_same_answer_and_another_response_none() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let mut all = vec![("/api/credentials/finish", adding(&mut client, 2).await)];
    all.extend(each(&mut client, &passkey, 3).await);
    for (path, body) in all {
        let mut before = client.clone();
        let first = client.post(path, &body).await;
        assert!(first.status.is_success(), "{path}: {first:?}");
        // Sent again by the browser itself, with the cookie that it had before the first answer.
        let rows = site.rows();
        if path != "/api/credentials/finish" {
            let again = before.post(path, &body).await;
            assert_eq!(parts(&again), parts(&first), "{path}");
            assert_eq!(before.cookie, client.cookie);
        }
        let again = client.post(path, &body).await;
        assert_eq!(parts(&again), parts(&first), "{path}");
        assert_eq!(site.rows(), rows, "{path}");
        // Another response to the same challenge.
        let mut other = body.clone();
        other["response"]["authenticatorAttachment"] = json!("cross-platform");
        let status = if path.contains("sessions") { 401 } else { 400 };
        client.post(path, &other).await.expect_error(status, "challenge-expired");
    }
}

#[tokio::test]
async fn rule_393_a_rejected_finish_is_rejected_again_and_another_response_finds_no_ceremony() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let mut all = vec![("/api/credentials/finish", adding(&mut client, 2).await)];
    all.extend(each(&mut client, &passkey, 3).await);
    for (path, body) in all {
        let status = if path.contains("sessions") { 401 } else { 400 };
        let mut wrong = body.clone();
        wrong["response"]["type"] = json!("public key");
        let first = client.post(path, &wrong).await;
        first.expect_error(status, "response-malformed");
        assert_eq!(parts(&client.post(path, &wrong).await), parts(&first));
        client.post(path, &body).await.expect_error(status, "challenge-expired");
    }
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn finishes_at_once_get_the_same_session() {
    let site = Site::new().await;
    let (_, mut passkey) = site.account("Ada", 1).await;
    for round in 0..20 {
        // With a counter: judged after the other was stored, the same response would look like that of a copy.
        passkey.counter += 1;
        let mut client = site.client();
        let started = started(&mut client, "/api/sessions/start", json!({})).await;
        let body = finish(&started, &passkey.authentication(&started["options"]));
        let tasks: Vec<_> = (0..4)
            .map(|_| {
                let (mut client, body) = (client.clone(), body.clone());
                tokio::spawn(async move { client.post("/api/sessions/finish", &body).await.expect(200) })
            })
            .collect();
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(parts(&task.await.unwrap()));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "round {round}");
        assert_eq!(site.rows()[2], round + 2, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_at_once_with_one_response_create_one_account() {
    let site = Site::new().await;
    for round in 0..10_u8 {
        let mut client = site.client();
        let started =
            started(&mut client, "/api/accounts/start", json!({ "name": format!("{round}") })).await;
        let response = Passkey::new(&started["options"], ORIGIN, round).registration(&started["options"]);
        let body = finish(&started, &response);
        let tasks = [(); 3].map(|()| {
            let (mut client, body) = (client.clone(), body.clone());
            tokio::spawn(async move { client.post("/api/accounts/finish", &body).await.expect(201) })
        });
        let mut answers = Vec::new();
        for task in tasks {
            answers.push(parts(&task.await.unwrap()));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "round {round}");
        assert_eq!(site.rows(), [i64::from(round) + 1; 3]);
    }
}

#[tokio::test]
async fn a_repeated_finish_does_not_bring_back_what_was_removed() {
    let site = Site::new().await;
    // A session that was signed out of.
    let (_, passkey) = site.account("Ada", 1).await;
    let mut client = site.client();
    let session = started(&mut client, "/api/sessions/start", json!({})).await;
    let signed_in = finish(&session, &passkey.authentication(&session["options"]));
    client.post("/api/sessions/finish", &signed_in).await.expect(200);
    client.delete("/api/session").await.expect(204);
    client.post("/api/sessions/finish", &signed_in).await.expect_error(401, "challenge-expired");
    assert_eq!(client.cookie, None);

    // An account that was deleted.
    let mut client = site.client();
    let account = started(&mut client, "/api/accounts/start", json!({ "name": "Eve" })).await;
    let passkey = Passkey::new(&account["options"], ORIGIN, 2);
    let made = finish(&account, &passkey.registration(&account["options"]));
    client.post("/api/accounts/finish", &made).await.expect(201);
    client.passkey = Some(passkey);
    client.delete_account().await.expect(200);
    client.post("/api/accounts/finish", &made).await.expect_error(400, "challenge-expired");
    assert_eq!(client.name().await, None);
    assert_eq!(site.rows(), [1, 1, 1]);

    // A passkey that was removed.
    let (mut client, _) = site.account("Bob", 3).await;
    let started = client.start_adding().await;
    let added = Passkey::new(&started["options"], ORIGIN, 4);
    let body = finish(&started, &added.registration(&started["options"]));
    client.post("/api/credentials/finish", &body).await.expect(201);
    client.remove(&added).await.expect(200);
    client.post("/api/credentials/finish", &body).await.expect_error(400, "challenge-expired");
    assert_eq!(site.rows(), [2, 2, 2]);
}

#[tokio::test]
async fn a_repeat_from_another_browser_gets_nothing() {
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    let mut client = site.client();
    let session = started(&mut client, "/api/sessions/start", json!({})).await;
    let body = finish(&session, &passkey.authentication(&session["options"]));
    client.post("/api/sessions/finish", &body).await.expect(200);

    let mut thief = site.client();
    thief.post("/api/sessions/finish", &body).await.expect_error(400, "cookie-missing");
    started(&mut thief, "/api/sessions/start", json!({})).await;
    thief.post("/api/sessions/finish", &body).await.expect_error(400, "cookie-missing");
    assert_eq!(thief.cookie, None);
}

#[tokio::test]
async fn a_ceremony_is_looked_up_before_its_response_is_read() {
    let site = Site::new().await;
    let (_, passkey) = site.account("Ada", 1).await;
    let mut client = site.client();
    let session = started(&mut client, "/api/sessions/start", json!({})).await;
    let good = finish(&session, &passkey.authentication(&session["options"]));
    // Long and malformed, which is noticed only after the ceremony was found.
    let junk = |ceremony: &Value| json!({ "ceremony": ceremony, "response": vec![7; 100_000] });
    let mut stranger = site.client();
    let unknown = json!("A".repeat(43));
    stranger.post("/api/sessions/finish", &junk(&unknown)).await.expect_error(401, "challenge-expired");
    let known = &session["ceremony"];
    stranger.post("/api/sessions/finish", &junk(known)).await.expect_error(400, "cookie-missing");
    client.post("/api/sessions/finish", &good).await.expect(200);
    client.post("/api/sessions/finish", &junk(known)).await.expect_error(401, "challenge-expired");
}

#[tokio::test]
async fn an_outcome_is_stored_until_its_ceremony_would_expire_and_contains_no_token() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let session = started(&mut client, "/api/sessions/start", json!({})).await;
    let body = finish(&session, &passkey.authentication(&session["options"]));
    client.post("/api/sessions/finish", &body).await.expect(200);
    let token = client.cookie.clone().unwrap().split_once('=').unwrap().1.to_owned();
    let holds = format!("SELECT count(*) FROM finishes WHERE instr(outcome, '{token}')");
    assert_eq!(site.sql(&holds), 0);
    assert_eq!(site.sql("SELECT count(*) FROM finishes"), 2);
    let left = site.sql("SELECT max(until) - unixepoch() FROM finishes");
    assert!((200..=400).contains(&left), "{left}");
}

#[tokio::test]
async fn a_browser_without_cookies_creates_no_account_and_leaves_the_name_free() {
    let site = Site::new().await;
    let mut client = site.client();
    let account = started(&mut client, "/api/accounts/start", json!({ "name": "Ada" })).await;
    let response = Passkey::new(&account["options"], ORIGIN, 1).registration(&account["options"]);
    let body = finish(&account, &response);
    let kept = client.browser.take();
    client.post("/api/accounts/finish", &body).await.expect_error(400, "cookie-missing");
    assert_eq!(site.rows(), [0, 0, 0]);
    // The ceremony is not used up.
    client.browser = kept;
    client.post("/api/accounts/finish", &body).await.expect(201);
}

#[tokio::test]
async fn the_cookie_of_the_browser_is_renewed_by_each_start() {
    let site = Site::new().await;
    let mut client = site.client();
    let answer = client.post("/api/sessions/start", &json!({})).await.expect(200);
    let (pair, attributes) = answer.header("set-cookie").split_once("; ").unwrap();
    assert!(pair.starts_with("countersign-browser-8080=") && pair.len() == 25 + 43, "{pair}");
    assert_eq!(attributes, "Path=/; Max-Age=3600; HttpOnly; SameSite=Lax");
    // Two windows of one browser don't replace each other's cookie. A page requests the session first.
    client.browser = None;
    client.get("/api/session").await.expect(200);
    let first = client.browser.clone();
    for path in ["/api/sessions/start", "/api/accounts/start"] {
        let again = client.post(path, &json!({ "name": "Ada" })).await.expect(200);
        assert!(again.header("set-cookie").starts_with(first.as_ref().unwrap()));
    }
}

#[tokio::test]
async fn a_navigation_from_another_site_replaces_no_cookie() {
    let site = Site::new().await;
    for (mode, is_set) in [("navigate", false), ("cors", true), ("same-origin", true)] {
        let request =
            Request::get("/api/session").header("sec-fetch-mode", mode).body(Body::empty()).unwrap();
        let answer = site.client().request(request).await.expect(200);
        assert_eq!(answer.headers.contains_key("set-cookie"), is_set, "{mode}");
    }
}
