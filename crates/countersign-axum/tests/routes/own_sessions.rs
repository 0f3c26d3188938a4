//! Tokens in the sessions of tower-sessions instead of a cookie.

use axum::http::{HeaderMap, request::Parts};
use countersign::store::MemoryStore;
use countersign_authenticator::Authenticator;
use countersign_axum::{Begun, Failure, Sessions, Token};
use serde_json::json;
use tower_sessions::{Session, SessionManagerLayer};

use crate::site::{Browser, Site, create, finish, sign};

struct TowerSessions;

fn session(request: &Parts) -> Result<&Session, Failure> {
    request.extensions.get().ok_or_else(|| Failure::new("the layer of tower-sessions is missing"))
}

impl Sessions for TowerSessions {
    async fn token(&self, request: &Parts) -> Result<Option<Token>, Failure> {
        let text: Option<String> = session(request)?.get("passkey").await.map_err(Failure::new)?;
        Ok(text.and_then(|text| Token::parse(text.as_bytes())))
    }

    async fn begin(&self, request: &Parts, begun: Begun<'_>, _: &mut HeaderMap) -> Result<(), Failure> {
        let session = session(request)?;
        session.cycle_id().await.map_err(Failure::new)?;
        session.insert("passkey", begun.token.text()).await.map_err(Failure::new)
    }

    async fn end(&self, request: &Parts, _: &mut HeaderMap) -> Result<(), Failure> {
        session(request)?.flush().await.map_err(Failure::new)
    }
}

fn site() -> Site {
    let mut site = Site::with(MemoryStore::new(), |builder| builder.sessions(TowerSessions));
    site.router = site.router.layer(SessionManagerLayer::new(tower_sessions::MemoryStore::default()));
    site
}

async fn two_passkeys(site: &Site) -> (Browser, Authenticator, Authenticator) {
    let (mut browser, mut first) = site.account("Ada").await;
    let mut second = Authenticator::phone("second");
    browser.add(&mut first, &mut second).await.expect(201);
    (browser, first, second)
}

#[tokio::test]
async fn the_applications_session_is_signed_in_and_out() {
    let site = site();
    let (mut browser, mut passkey) = site.account("Ada").await;
    assert_eq!(browser.cookie("countersign-session"), None);
    assert_eq!(browser.page("/").await.body, "Ada");
    browser.delete("session").await.expect_empty(204);
    assert_eq!(browser.name().await, None);
    browser.sign_in(&mut passkey).await.expect(200);
    let before = browser.cookie("id").unwrap().to_owned();
    browser.sign_in(&mut passkey).await.expect(200);
    assert_ne!(browser.cookie("id").unwrap(), before, "an identifier that was known before is worth nothing");
    assert_eq!(browser.page("/").await.body, "Ada");
}

#[tokio::test]
async fn removing_a_passkey_ends_the_applications_sessions_that_were_created_with_it() {
    let site = site();
    let (mut browser, mut first, mut second) = two_passkeys(&site).await;
    let mut elsewhere = site.browser();
    elsewhere.sign_in(&mut second).await.expect(200);
    assert_eq!(elsewhere.page("/").await.body, "Ada");
    let act = json!({ "kind": "remove-credential", "credential": crate::site::id(&second) });
    browser.confirm(&act, &mut first).await;
    browser.delete(&format!("credentials/{}", crate::site::id(&second))).await.expect(200);
    assert_eq!(elsewhere.page("/").await.status, 401);
    assert_eq!(browser.page("/").await.status, 200);
}

#[tokio::test]
async fn a_repeated_finish_signs_the_same_session_in_again() {
    let site = site();
    let (_, mut passkey) = site.account("Ada").await;
    let mut browser = site.browser();
    let started = browser.post("sessions/start", &json!({})).await.expect(200);
    let body = finish(&started, &sign(&started, &mut passkey));
    let mut lost = browser.clone();
    browser.post("sessions/finish", &body).await.expect(200);
    lost.post("sessions/finish", &body).await.expect(200);
    assert_eq!(lost.page("/").await.body, "Ada");
    let sessions = lost.get("sessions").await.expect(200);
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 2, "that of the registration and this one");
    // What is bound to the session is as well.
    let act = json!({ "kind": "add-credential" });
    lost.confirm(&act, &mut passkey).await;
    let started = lost.post("credentials/start", &json!({})).await.expect(200);
    let body = finish(&started, &create(&started, &mut Authenticator::phone("second")));
    lost.post("credentials/finish", &body).await.expect(201);
}
