//! An application without a socket, and browsers of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use axum::routing::get;
use countersign::store::{ApplicationStore, MemoryStore};
use countersign::types::{CreationOptions, RequestOptions};
use countersign::{RelyingParty, Timestamp};
use countersign_authenticator::{Authenticator, Client};
use countersign_axum::{Passkeys, PasskeysBuilder, RecentlyVerified, SignedIn};
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const ORIGIN: &str = "https://example.org";

/// The time at which tests begin.
pub(crate) const BEGIN: i64 = 1_800_000_000;

/// An application, its store and its clock.
pub(crate) struct Site<S = MemoryStore> {
    pub(crate) store: S,
    pub(crate) router: Router,
    pub(crate) clock: Arc<AtomicI64>,
}

/// The configuration of most tests, with a clock of their own.
pub(crate) fn builder<S: ApplicationStore + 'static>(store: S, clock: &Arc<AtomicI64>) -> PasskeysBuilder {
    let party = RelyingParty::builder("example.org", "Example").origin(ORIGIN);
    let clock = clock.clone();
    Passkeys::builder(party, store).clock(move || Timestamp::from_unix_seconds(clock.load(Ordering::Relaxed)))
}

/// The router of an application: the routes at `/passkeys`, and two pages.
pub(crate) fn application(passkeys: &Passkeys) -> Router {
    Router::new()
        .nest("/passkeys", passkeys.routes())
        .merge(passkeys.well_known())
        .route("/", get(async |SignedIn(session): SignedIn| session.name))
        .route("/recent", get(async |RecentlyVerified(session): RecentlyVerified| session.name))
        .layer(passkeys.layer())
}

impl Site {
    /// An application with a store in memory.
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::new())
    }
}

impl<S: ApplicationStore + Clone + 'static> Site<S> {
    pub(crate) fn on(store: S) -> Self {
        Self::with(store, |builder| builder)
    }

    pub(crate) fn with(store: S, configure: impl FnOnce(PasskeysBuilder) -> PasskeysBuilder) -> Self {
        let clock = Arc::new(AtomicI64::new(BEGIN));
        let passkeys = configure(builder(store.clone(), &clock)).build().unwrap();
        Self { router: application(&passkeys), store, clock }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.clock.load(Ordering::Relaxed))
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: Vec::new(), account: None }
    }

    /// A browser with a new account, and its authenticator.
    pub(crate) async fn account(&self, name: &str) -> (Browser, Authenticator) {
        let mut browser = self.browser();
        let mut authenticator = Authenticator::platform(name);
        let started = browser.post("accounts/start", &json!({ "name": name })).await.expect(200);
        let body = finish(&started, &create(&started, &mut authenticator));
        browser.post("accounts/finish", &body).await.expect(201);
        (browser, authenticator)
    }
}

/// A browser: its cookies, and the account that its page shows.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) router: Router,
    pub(crate) cookies: Vec<(String, String)>,
    pub(crate) account: Option<String>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// The response of an authenticator to the options of a registration.
pub(crate) fn create(started: &Value, authenticator: &mut Authenticator) -> Value {
    let options: CreationOptions = serde_json::from_value(started["options"].clone()).unwrap();
    let response = Client::new(ORIGIN).create_json(&options, authenticator).unwrap();
    serde_json::from_str(&response).unwrap()
}

/// The response of an authenticator to the options of an authentication.
pub(crate) fn sign(started: &Value, authenticator: &mut Authenticator) -> Value {
    let options: RequestOptions = serde_json::from_value(started["options"].clone()).unwrap();
    let response = Client::new(ORIGIN).get_json(&options, authenticator).unwrap();
    serde_json::from_str(&response).unwrap()
}

/// The body of a finish.
pub(crate) fn finish(started: &Value, response: &Value) -> Value {
    json!({ "ceremony": started["ceremony"], "response": response })
}

impl Browser {
    /// Requests a page of the application.
    pub(crate) async fn page(&mut self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.page(&format!("/passkeys/{path}")).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.change(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&mut self, path: &str, body: &Value) -> Answer {
        self.change(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&mut self, path: &str) -> Answer {
        self.change(Method::DELETE, path, None).await
    }

    async fn change(&mut self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let request = Request::builder().method(method).uri(format!("/passkeys/{path}"));
        let mut request = request.header(header::ORIGIN, ORIGIN);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        self.send(request.body(body).unwrap()).await
    }

    /// Sends a request with the cookies and the account, and stores those of the answer.
    pub(crate) async fn send(&mut self, mut request: Request<Body>) -> Answer {
        for (name, value) in &self.cookies {
            request.headers_mut().append(header::COOKIE, format!("{name}={value}").parse().unwrap());
        }
        if let Some(account) = &self.account {
            request.headers_mut().insert("countersign-account", account.parse().unwrap());
        }
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.retain(|(other, _)| other != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        if let Ok(json) = serde_json::from_str::<Value>(&body)
            && let Some(handle) = json.pointer("/account/userHandle").and_then(Value::as_str)
        {
            self.account = Some(handle.to_owned());
        }
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// The value of a cookie whose name contains this.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(other, _)| other.contains(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn forget(&mut self, name: &str) {
        self.cookies.retain(|(other, _)| !other.contains(name));
    }

    pub(crate) async fn sign_in(&mut self, authenticator: &mut Authenticator) -> Answer {
        let started = self.post("sessions/start", &json!({})).await.expect(200);
        let response = sign(&started, authenticator);
        self.post("sessions/finish", &finish(&started, &response)).await
    }

    /// Confirms an act.
    pub(crate) async fn confirm(&mut self, act: &Value, authenticator: &mut Authenticator) {
        let started = self.post("step-up/start", &json!({ "act": act })).await.expect(200);
        let response = sign(&started, authenticator);
        self.post("step-up/finish", &finish(&started, &response)).await.expect_empty(204);
    }

    /// Confirms that a passkey is added, and starts the registration.
    pub(crate) async fn start_adding(&mut self, authenticator: &mut Authenticator) -> Value {
        self.confirm(&json!({ "kind": "add-credential" }), authenticator).await;
        self.post("credentials/start", &json!({})).await.expect(200)
    }

    /// Adds a passkey.
    pub(crate) async fn add(&mut self, authenticator: &mut Authenticator, new: &mut Authenticator) -> Answer {
        let started = self.start_adding(authenticator).await;
        let body = finish(&started, &create(&started, new));
        self.post("credentials/finish", &body).await
    }

    /// The name of the signed-in account, if any.
    pub(crate) async fn name(&mut self) -> Option<String> {
        let session = self.get("session").await.expect(200);
        session["account"]["name"].as_str().map(str::to_owned)
    }
}

impl Answer {
    /// Checks the status, and returns the JSON.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert_eq!(self.headers["content-type"], "application/json");
        serde_json::from_str(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn expect_empty(&self, status: u16) {
        assert_eq!((self.status.as_u16(), self.body.as_str()), (status, ""));
    }

    /// Checks that the answer is this error, in the usual form.
    #[track_caller]
    pub(crate) fn expect_error(&self, status: u16, code: &str) {
        let body = self.expect(status);
        assert_eq!(body["error"]["code"], code);
        assert!(body["error"]["message"].as_str().unwrap().ends_with('.'), "{body}");
    }
}

/// The ID of an authenticator's first credential.
pub(crate) fn id(authenticator: &Authenticator) -> String {
    let id = authenticator.credential_ids().next().unwrap();
    countersign::types::base64url::encode(id.as_bytes())
}
