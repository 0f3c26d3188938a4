//! The program with a software authenticator, without a socket.

use axum::{
    body::{self, Body},
    http::{Request, StatusCode, header},
};
use countersign_authenticator::{Authenticator, Client};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::*;

const ORIGIN: &str = "http://localhost:8080";

/// A browser: the program, and the cookies that it has set.
struct Browser {
    program: Router,
    cookies: Vec<(String, String)>,
    account: String,
}

impl Browser {
    fn new(program: &Router) -> Self {
        Self { program: program.clone(), cookies: Vec::new(), account: String::new() }
    }

    async fn send(&mut self, method: &str, path: &str, body: Value) -> (StatusCode, Value) {
        let cookies: Vec<_> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, cookies.join("; "))
            .header("countersign-account", &self.account)
            .body(Body::from(body.to_string()));
        let answer = self.program.clone().oneshot(request.unwrap()).await.unwrap();
        for cookie in answer.headers().get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(other, _)| other != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        let status = answer.status();
        let body = body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&body).into_owned();
        (status, serde_json::from_slice(&body).unwrap_or(Value::String(text)))
    }

    /// Registers or signs in, and returns the status of the finish.
    async fn ceremony(
        &mut self,
        what: &str,
        start: Value,
        passkey: &mut Authenticator,
    ) -> StatusCode {
        let client = Client::new(ORIGIN);
        let (_, started) =
            self.send("POST", &format!("/passkeys/{what}/start"), start).await;
        let options = started["options"].clone();
        let response = if what == "accounts" {
            client.create_json(&serde_json::from_value(options).unwrap(), passkey).unwrap()
        } else {
            client.get_json(&serde_json::from_value(options).unwrap(), passkey).unwrap()
        };
        let response: Value = serde_json::from_str(&response).unwrap();
        let finish = json!({ "ceremony": started["ceremony"], "response": response });
        let (status, finished) =
            self.send("POST", &format!("/passkeys/{what}/finish"), finish).await;
        self.account =
            finished["account"]["userHandle"].as_str().unwrap_or_default().to_owned();
        status
    }

    async fn account(&mut self) -> (StatusCode, Value) {
        self.send("GET", "/account", Value::Null).await
    }

    fn session(&self) -> &str {
        &self.cookies.iter().find(|(name, _)| name == "id").unwrap().1
    }
}

#[tokio::test]
async fn a_passkey_signs_in_to_a_session_of_axum_login() {
    let program = app(ORIGIN).unwrap();
    let mut browser = Browser::new(&program);
    let mut passkey = Authenticator::platform("a laptop");
    assert_eq!(browser.account().await.0, StatusCode::UNAUTHORIZED);
    let registered =
        browser.ceremony("accounts", json!({ "name": "jo" }), &mut passkey).await;
    assert_eq!(registered, StatusCode::CREATED);
    assert_eq!(browser.account().await, (StatusCode::OK, json!("jo")));

    let before = browser.session().to_owned();
    assert_eq!(browser.ceremony("sessions", json!({}), &mut passkey).await, StatusCode::OK);
    assert_ne!(browser.session(), before, "a session that was planted is not signed in");

    let (status, _) = browser.send("DELETE", "/passkeys/session", Value::Null).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(browser.account().await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_session_that_another_one_ends_is_over_for_axum_login() {
    let program = app(ORIGIN).unwrap();
    let (mut first, mut second) = (Browser::new(&program), Browser::new(&program));
    let mut passkey = Authenticator::platform("a laptop");
    first.ceremony("accounts", json!({ "name": "jo" }), &mut passkey).await;
    second.ceremony("sessions", json!({}), &mut passkey).await;
    assert_eq!(first.account().await.0, StatusCode::OK);
    let (_, ended) = second.send("DELETE", "/passkeys/sessions", Value::Null).await;
    assert_eq!(ended, json!({ "ended": 1 }));
    assert_eq!(first.account().await.0, StatusCode::UNAUTHORIZED);
}

#[test]
fn the_token_is_not_printed() {
    let secret = Secret("secret".into());
    assert_eq!((format!("{secret}"), format!("{secret:?}")), ("…".into(), "…".into()));
}
