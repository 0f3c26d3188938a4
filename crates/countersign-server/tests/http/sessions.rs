//! Sessions: their cookie, and their end.

use serde_json::json;

use countersign_server::{Config, router};

use crate::authenticator::Passkey;
use crate::site::{Client, Site, finish};

const DAY: i64 = 24 * 60 * 60;

#[tokio::test]
async fn only_the_browser_has_the_cookie_and_the_database_only_its_hash() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let answer = client.sign_in(&passkey).await.expect(200);
    let (pair, attributes) = answer.header("set-cookie").split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
    let token = pair.strip_prefix("countersign-session-8080=").unwrap();
    assert_eq!(token.len(), 43);
    let bytes = countersign::types::base64url::decode(token).unwrap();
    let count = |hash: &[u8]| {
        let hash = countersign::types::hex::Hex(hash).to_string().to_uppercase();
        site.sql(&format!("SELECT count(*) FROM sessions WHERE hex(token_hash) = '{hash}'"))
    };
    assert_eq!(count(&bytes), 0);
    assert_eq!(count(&countersign::cose::sha256(&[&bytes])), 1);
}

#[tokio::test]
async fn on_https_the_cookie_is_limited_to_https_and_this_host() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.rp_id = "example.org".into();
    let mut client = Client::of(&router(&config).await.unwrap());
    let request = |path: &str, body: String| {
        axum::http::Request::post(path)
            .header("content-type", "application/json")
            .header("origin", "https://example.org")
            .body(body.into())
            .unwrap()
    };
    let started = client.request(request("/api/accounts/start", json!({ "name": "Ada" }).to_string())).await;
    let started = started.expect(200).json();
    let passkey = Passkey::new(&started["options"], "https://example.org", 1);
    let body = finish(&started, &passkey.registration(&started["options"]));
    let answer = client.request(request("/api/accounts/finish", body.to_string())).await.expect(201);
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-countersign-session="), "{cookie}");
    assert!(cookie.ends_with("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    assert!(client.browser.as_ref().unwrap().starts_with("__Host-countersign-browser="));
    assert_eq!(client.name().await.unwrap(), "Ada");
}

#[tokio::test]
async fn the_second_of_two_origins_is_an_accepted_origin_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::new(folder.path().join("test.sqlite3"));
    config.rp_id = "example.org".into();
    config.origins = vec!["https://example.org".into(), "https://login.example.org".into()];
    let mut client = Client::of(&router(&config).await.unwrap());
    let session = client.get("/api/session").await.expect(200).json();
    assert_eq!(session["origins"], json!(["https://example.org", "https://login.example.org"]));
}

#[tokio::test]
async fn signing_out_ends_only_this_session() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let mut elsewhere = site.client();
    elsewhere.sign_in(&passkey).await.expect(200);
    let kept = client.clone();

    client.delete("/api/session").await.expect(204);
    assert_eq!(client.cookie, None);
    assert_eq!(kept.clone().name().await, None, "the token is worth nothing by now");
    assert_eq!(elsewhere.name().await.unwrap(), "Ada");
    client.delete("/api/session").await.expect(204);
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let mut before = client.clone();
    client.sign_in(&passkey).await.expect(200);
    assert_ne!(client.cookie, before.cookie);
    assert_eq!(before.name().await, None);
    assert_eq!(site.rows(), [1, 1, 1]);
}

#[tokio::test]
async fn removing_a_passkey_ends_the_sessions_created_with_it() {
    let site = Site::new().await;
    let (mut client, first) = site.account("Ada", 1).await;
    let (second, added) = client.add(2).await;
    added.expect(201);
    let mut elsewhere = site.client();
    elsewhere.sign_in(&second).await.expect(200);

    client.remove(&second).await.expect(200);
    assert_eq!(elsewhere.name().await, None);
    assert_eq!(client.name().await.unwrap(), "Ada");

    client.add(3).await.1.expect(201);
    client.remove(&first).await.expect(200);
    assert_eq!(client.cookie, None, "its own session went with its own passkey");
}

#[tokio::test]
async fn a_session_ends_after_a_week_without_use_and_after_thirty_days_in_any_case() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    let earlier = |column: &str, seconds: i64| {
        site.sql(&format!("UPDATE sessions SET {column} = unixepoch() - {seconds}"));
    };
    assert_eq!(site.sql("SELECT idle_at - seen_at FROM sessions"), 7 * DAY);
    earlier("seen_at", 7 * DAY - 60);
    assert_eq!(client.name().await.unwrap(), "Ada");
    let idle = site.sql("SELECT unixepoch() - seen_at FROM sessions");
    assert!(idle < 60, "a use is written down: {idle}");

    earlier("idle_at", 0);
    assert_eq!(client.name().await, None);
    earlier("idle_at", -7 * DAY);
    assert_eq!(client.name().await.unwrap(), "Ada");

    let lifetime = site.sql("SELECT expires_at - created_at FROM sessions");
    assert_eq!(lifetime, 30 * DAY);
    earlier("expires_at", 0);
    assert_eq!(client.name().await, None);
}

#[tokio::test]
async fn a_use_within_minutes_costs_no_write() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    site.sql("UPDATE sessions SET seen_at = seen_at - 120");
    let before = site.sql("SELECT seen_at FROM sessions");
    assert_eq!(client.name().await.unwrap(), "Ada");
    assert_eq!(site.sql("SELECT seen_at FROM sessions"), before);
}

#[tokio::test]
async fn an_account_has_64_sessions_at_most() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    client.sign_in(&passkey).await.expect(200);
    for _ in 0..70 {
        site.client().sign_in(&passkey).await.expect(200);
    }
    assert_eq!(site.rows()[2], 64);
}

async fn listed(client: &mut Client) -> Vec<serde_json::Value> {
    let body = client.get("/api/sessions").await.expect(200).json();
    body["sessions"].as_array().unwrap().clone()
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all_others() {
    let site = Site::new().await;
    let (mut client, passkey) = site.account("Ada", 1).await;
    let (mut eve, _) = site.account("Eve", 2).await;
    let mut others = [site.client(), site.client(), site.client()];
    for other in &mut others {
        other.sign_in(&passkey).await.expect(200);
    }
    let sessions = listed(&mut client).await;
    assert_eq!(sessions.len(), 4);
    assert_eq!(sessions.iter().filter(|one| one["current"] == true).count(), 1);
    for session in &sessions {
        assert_eq!(session["label"], "Passkey");
        assert!(session["createdAt"].as_str().unwrap().ends_with('Z'), "{session}");
        assert!(session["seenAt"].as_str().unwrap().ends_with('Z'), "{session}");
        let token = client.cookie.as_ref().unwrap().split_once('=').unwrap().1;
        assert_ne!(session["id"], token);
    }
    // Sessions of other accounts are not found.
    let path = format!("/api/sessions/{}", listed(&mut eve).await[0]["id"].as_str().unwrap());
    client.delete(&path).await.expect_error(404, "not-found");

    let of_other = listed(&mut others[0]).await;
    let id = of_other.iter().find(|one| one["current"] == true).unwrap()["id"].as_str().unwrap();
    let ended = client.delete(&format!("/api/sessions/{id}")).await.expect(200).json();
    assert_eq!(ended, json!({ "ended": 1 }));
    client.delete(&format!("/api/sessions/{id}")).await.expect_error(404, "not-found");
    assert_eq!(others[0].name().await, None);
    assert_eq!(others[1].name().await.unwrap(), "Ada");

    assert_eq!(client.delete("/api/sessions").await.expect(200).json(), json!({ "ended": 2 }));
    assert_eq!(others[1].name().await, None);
    assert_eq!(client.delete("/api/sessions").await.expect(200).json(), json!({ "ended": 0 }));
    assert_eq!(eve.name().await.unwrap(), "Eve");

    let own = listed(&mut client).await;
    let path = format!("/api/sessions/{}", own[0]["id"].as_str().unwrap());
    client.delete(&path).await.expect(200);
    assert_eq!(client.cookie, None, "its own one: as signing out");
    client.get("/api/sessions").await.expect_error(401, "not-signed-in");
}

#[tokio::test]
async fn a_session_that_was_created_while_the_clock_was_ahead_is_over_for_good() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    let made = |ahead: i64| {
        let times =
            format!("created_at = unixepoch() + {ahead}, expires_at = unixepoch() + {ahead} + {}", 30 * DAY);
        site.sql(&format!("UPDATE sessions SET {times}"))
    };
    made(30);
    client.get("/api/sessions").await.expect(200);
    made(3600);
    client.get("/api/sessions").await.expect_error(401, "not-signed-in");
    // The clock has reached its creation.
    made(0);
    client.get("/api/sessions").await.expect_error(401, "not-signed-in");
}

#[tokio::test]
async fn a_use_while_the_clock_was_ahead_ends_no_session_and_keeps_none_alive() {
    let site = Site::new().await;
    let (mut client, _) = site.account("Ada", 1).await;
    site.sql("UPDATE sessions SET seen_at = unixepoch() + 3600, idle_at = unixepoch() + 3600 + 7 * 86400");
    client.get("/api/session").await.expect(200);
    assert_eq!(site.sql("SELECT max(seen_at) > unixepoch() FROM sessions"), 0);
    assert_eq!(client.name().await.unwrap(), "Ada");
}
