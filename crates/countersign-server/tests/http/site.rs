//! A server without a socket, its database, and clients of it.

use std::path::Path;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use countersign_server::{Config, LimitsConfig};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt as _;

use crate::{authenticator::Passkey, store};

pub(crate) const ORIGIN: &str = "http://localhost:8080";

/// A server in its own folder.
pub(crate) struct Site {
    _folder: TempDir,
    pub(crate) config: Config,
    pub(crate) router: Router,
}

/// The answer of a server.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A browser, which stores the cookies and the account that its page shows.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) router: Router,
    /// The session's cookie.
    pub(crate) cookie: Option<String>,
    /// The browser's cookie.
    pub(crate) browser: Option<String>,
    /// The user handle that the page names.
    pub(crate) account: Option<String>,
    /// The passkey of the last sign-in, which confirms acts.
    pub(crate) passkey: Option<Passkey>,
    /// The origin of its page.
    pub(crate) origin: &'static str,
}

impl Site {
    pub(crate) async fn new() -> Self {
        Self::with(|_, _| {}).await
    }

    /// A server whose configuration is changed; the folder is its own.
    pub(crate) async fn with(change: impl FnOnce(&mut Config, &Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::new(store::address(folder.path()).as_str());
        // Tests ask as often as they like, but for those of the limits.
        config.limits = LimitsConfig::off();
        change(&mut config, folder.path());
        Self { router: store::open(&config).await, config, _folder: folder }
    }

    pub(crate) fn client(&self) -> Client {
        Client::of(&self.router)
    }

    /// Reads a number from the database, or changes it, like another program. The statement is one that SQLite and
    /// PostgreSQL understand.
    pub(crate) fn sql(&self, statement: &str) -> i64 {
        store::sql(self.config.database.as_str(), statement)
    }

    /// The numbers of accounts, credentials and sessions.
    pub(crate) fn rows(&self) -> [i64; 3] {
        ["accounts", "credentials", "sessions"]
            .map(|table| self.sql(&format!("SELECT count(*) FROM {table}")))
    }

    /// A signed-in client with a new account, and its passkey.
    pub(crate) async fn account(&self, name: &str, seed: u8) -> (Client, Passkey) {
        let mut client = self.client();
        let started = client.post("/api/accounts/start", &json!({ "name": name })).await.json();
        let passkey = Passkey::new(&started["options"], ORIGIN, seed);
        let finish = finish(&started, &passkey.registration(&started["options"]));
        client.post("/api/accounts/finish", &finish).await.expect(201);
        client.passkey = Some(passkey.clone());
        (client, passkey)
    }
}

/// The body of a finish.
pub(crate) fn finish(started: &Value, response: &Value) -> Value {
    json!({ "ceremony": started["ceremony"], "response": response })
}

impl Client {
    /// A client without cookies.
    pub(crate) fn of(router: &Router) -> Self {
        Self {
            router: router.clone(),
            cookie: None,
            browser: None,
            account: None,
            passkey: None,
            origin: ORIGIN,
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = Request::builder().method(&method).uri(path);
        if method != Method::GET {
            request = request.header(header::ORIGIN, self.origin);
        }
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.request(request.body(body).unwrap()).await
    }

    /// Sends a request with the cookies and the account, and stores those of the answer.
    pub(crate) async fn request(&mut self, mut request: Request<Body>) -> Answer {
        for cookie in self.cookie.iter().chain(&self.browser) {
            request.headers_mut().append(header::COOKIE, cookie.parse().unwrap());
        }
        if let Some(account) = &self.account {
            request.headers_mut().insert("countersign-account", account.parse().unwrap());
        }
        request.headers_mut().entry(header::HOST).or_insert_with(|| "localhost:8080".parse().unwrap());
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let slot =
                if pair.contains("countersign-browser") { &mut self.browser } else { &mut self.cookie };
            *slot = (!pair.ends_with('=')).then(|| pair.to_owned());
        }
        let answer = Answer { status: parts.status, headers: parts.headers, body };
        if let Ok(json) = serde_json::from_slice::<Value>(&answer.body)
            && let Some(handle) = json.pointer("/account/userHandle").and_then(Value::as_str)
        {
            self.account = Some(handle.to_owned());
        }
        answer
    }

    /// Signs in.
    pub(crate) async fn sign_in(&mut self, passkey: &Passkey) -> Answer {
        let started = self.post("/api/sessions/start", &json!({})).await.json();
        let response = passkey.authentication(&started["options"]);
        let answer = self.post("/api/sessions/finish", &finish(&started, &response)).await;
        if answer.status == StatusCode::OK {
            self.passkey = Some(passkey.clone());
        }
        answer
    }

    /// Confirms an act with the passkey that it signed in with.
    pub(crate) async fn confirm(&mut self, act: Value) {
        let started = self.post("/api/step-up/start", &json!({ "act": act })).await.expect(200).json();
        let response = self.passkey.as_ref().unwrap().authentication(&started["options"]);
        self.post("/api/step-up/finish", &finish(&started, &response)).await.expect(204);
    }

    /// Confirms the removal of a passkey, and requests it.
    pub(crate) async fn remove(&mut self, passkey: &Passkey) -> Answer {
        self.confirm(json!({ "kind": "remove-credential", "credential": passkey.id() })).await;
        self.delete(&format!("/api/credentials/{}", passkey.id())).await
    }

    /// Confirms the deletion of the account, and requests it.
    pub(crate) async fn delete_account(&mut self) -> Answer {
        self.confirm(json!({ "kind": "delete-account" })).await;
        self.delete("/api/account").await
    }

    /// Confirms that a passkey is added, and starts the registration.
    pub(crate) async fn start_adding(&mut self) -> Value {
        self.confirm(json!({ "kind": "add-credential" })).await;
        self.post("/api/credentials/start", &json!({})).await.expect(200).json()
    }

    /// Adds a passkey.
    pub(crate) async fn add(&mut self, seed: u8) -> (Passkey, Answer) {
        let started = self.start_adding().await;
        let passkey = Passkey::new(&started["options"], ORIGIN, seed);
        let finish = finish(&started, &passkey.registration(&started["options"]));
        let answer = self.post("/api/credentials/finish", &finish).await;
        (passkey, answer)
    }

    /// The name of the signed-in account, if any.
    pub(crate) async fn name(&mut self) -> Option<String> {
        let session = self.get("/api/session").await.expect(200).json();
        session["account"]["name"].as_str().map(str::to_owned)
    }
}

impl Answer {
    /// Checks the status, and returns the answer.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// Checks that the answer is this error, in the usual form.
    #[track_caller]
    pub(crate) fn expect_error(&self, status: u16, code: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.body));
        let error = &self.json()["error"];
        assert_eq!(error["code"], code);
        assert!(error["message"].as_str().unwrap().ends_with('.'), "{error}");
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
