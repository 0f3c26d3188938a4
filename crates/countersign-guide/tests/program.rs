//! The program against a software authenticator, over HTTP without a socket.

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use countersign_authenticator::{Authenticator, Client};
use countersign_guide::{app, passkeys::Passkeys, store::SESSION_SECONDS};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const ORIGIN: &str = "http://localhost:8080";

/// The status, the JSON and the session's cookie of an answer.
struct Answer {
    status: StatusCode,
    json: Value,
    cookie: Option<String>,
}

/// A tab of a browser: it keeps the session's cookie, and shows an account.
#[derive(Clone)]
struct Tab {
    program: Router,
    client: Client,
    cookie: String,
    account: Value,
}

impl Tab {
    fn new(program: &Router) -> Self {
        let (program, client) = (program.clone(), Client::new(ORIGIN));
        Self { program, client, cookie: String::new(), account: Value::Null }
    }

    /// Sends a request as the page does, but for the change.
    async fn send_with(&self, path: &str, body: &Value, change: impl FnOnce(&mut Request<Body>)) -> Answer {
        let mut request = Request::post(path)
            .header(header::ORIGIN, ORIGIN)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::COOKIE, &self.cookie)
            .header("account", self.account["handle"].as_str().unwrap_or_default())
            .body(Body::from(body.to_string()))
            .unwrap();
        change(&mut request);
        let response = self.program.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let cookie = response
            .headers()
            .get(header::SET_COOKIE)
            .map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let json = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{path}: {body:?}"));
        Answer { status, json, cookie }
    }

    /// Sends a request, keeps the cookie, and returns the answer, which must be good.
    async fn send(&mut self, path: &str, body: Value) -> Value {
        let answer = self.send_with(path, &body, |_| {}).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json);
        if let Some(cookie) = answer.cookie {
            self.cookie = cookie;
        }
        answer.json
    }

    /// Sends a request and returns the code that it is rejected with.
    async fn rejected(&self, path: &str, body: &Value) -> String {
        let answer = self.send_with(path, body, |_| {}).await;
        assert_ne!(answer.status, StatusCode::OK, "{path}");
        answer.json["error"].as_str().unwrap().to_owned()
    }

    /// Loads the account that the page shows.
    async fn load(&mut self) -> Value {
        let get = |request: &mut Request<Body>| *request.method_mut() = Method::GET;
        self.account = self.send_with("/account", &Value::Null, get).await.json;
        self.account.clone()
    }

    /// The body that finishes a ceremony whose start returned this.
    fn created(&self, started: &Value, authenticator: &mut Authenticator) -> Value {
        let options = serde_json::from_value(started["publicKey"].clone()).unwrap();
        let response = self.client.create_json(&options, authenticator).unwrap();
        finish(started, &response)
    }

    fn got(&self, started: &Value, authenticator: &mut Authenticator) -> Value {
        let options = serde_json::from_value(started["publicKey"].clone()).unwrap();
        let response = self.client.get_json(&options, authenticator).unwrap();
        finish(started, &response)
    }

    async fn sign_up(&mut self, name: &str, authenticator: &mut Authenticator) {
        let started = self.send("/sign-up/start", json!({ "name": name })).await;
        let body = self.created(&started, authenticator);
        self.send("/sign-up/finish", body).await;
        self.load().await;
    }

    /// The body that finishes a sign-in.
    async fn sign_in_body(&mut self, authenticator: &mut Authenticator) -> Value {
        let started = self.send("/sign-in/start", json!({})).await;
        self.got(&started, authenticator)
    }

    async fn sign_in(&mut self, authenticator: &mut Authenticator) {
        let body = self.sign_in_body(authenticator).await;
        self.send("/sign-in/finish", body).await;
        self.load().await;
    }

    /// The body of a request that does what the user has confirmed.
    async fn confirmed(&mut self, act: Value, authenticator: &mut Authenticator) -> Value {
        let started = self.send("/passkeys/confirm", json!({ "act": act })).await;
        self.got(&started, authenticator)
    }

    /// Adds a passkey, confirmed with another one.
    async fn add(&mut self, old: &mut Authenticator, new: &mut Authenticator) {
        let body = self.confirmed(json!("add-passkey"), old).await;
        let started = self.send("/passkeys/add/start", body).await;
        let body = self.created(&started, new);
        self.send("/passkeys/add/finish", body).await;
        self.load().await;
    }
}

fn finish(started: &Value, response: &str) -> Value {
    json!({ "ceremony": started["ceremony"], "response": serde_json::from_str::<Value>(response).unwrap() })
}

fn program() -> Router {
    over(rusqlite::Connection::open_in_memory().unwrap())
}

fn over(connection: rusqlite::Connection) -> Router {
    app::router(Passkeys::new("localhost", ORIGIN, connection).unwrap(), ORIGIN)
}

/// A program, and another connection to its database.
fn shared(name: &str) -> (Router, rusqlite::Connection) {
    let address = format!("file:{name}?mode=memory&cache=shared");
    let open = || rusqlite::Connection::open(&address).unwrap();
    (over(open()), open())
}

fn devices() -> (Authenticator, Authenticator) {
    (Authenticator::platform("jo's laptop"), Authenticator::phone("jo's phone"))
}

fn id(account: &Value, index: usize) -> Value {
    account["passkeys"][index]["id"].clone()
}

#[tokio::test]
async fn an_account_is_created_and_signs_in_and_out() {
    let mut tab = Tab::new(&program());
    let (mut laptop, _) = devices();
    assert_eq!(tab.load().await, Value::Null);
    tab.sign_up("Jo", &mut laptop).await;
    assert_eq!(tab.account["name"], "Jo");
    tab.send("/sign-out", json!({})).await;
    assert_eq!(tab.load().await, Value::Null);
    tab.sign_in(&mut laptop).await;
    assert_eq!(tab.account["name"], "Jo");
    assert!(tab.account["passkeys"][0]["usedAt"].is_i64());
    // The token is worth nothing after signing out.
    let old = tab.clone();
    tab.send("/sign-out", json!({})).await;
    assert_eq!(old.clone().load().await, Value::Null);
}

#[tokio::test]
async fn a_finish_whose_answer_was_lost_is_done_once_and_rejected_when_repeated() {
    let mut tab = Tab::new(&program());
    let (mut laptop, mut phone) = devices();
    let started = tab.send("/sign-up/start", json!({ "name": "Jo" })).await;
    let body = tab.created(&started, &mut laptop);
    // The cookie is lost with the answer.
    tab.send_with("/sign-up/finish", &body, |_| {}).await;
    assert_eq!(tab.rejected("/sign-up/finish", &body).await, "challenge-expired");
    // The account is there.
    tab.sign_in(&mut laptop).await;

    let body = tab.confirmed(json!("add-passkey"), &mut laptop).await;
    let started = tab.send("/passkeys/add/start", body.clone()).await;
    assert_eq!(tab.rejected("/passkeys/add/start", &body).await, "challenge-expired");
    let body = tab.created(&started, &mut phone);
    tab.send("/passkeys/add/finish", body.clone()).await;
    assert_eq!(tab.rejected("/passkeys/add/finish", &body).await, "challenge-expired");
    assert_eq!(tab.load().await["passkeys"].as_array().unwrap().len(), 2);

    let body = tab.sign_in_body(&mut laptop).await;
    tab.send("/sign-in/finish", body.clone()).await;
    assert_eq!(tab.rejected("/sign-in/finish", &body).await, "challenge-expired");
}

#[tokio::test]
async fn a_second_passkey_is_added_renamed_and_removed() {
    let (program, database) = shared("second");
    let mut tab = Tab::new(&program);
    let (mut laptop, mut phone) = devices();
    tab.sign_up("Jo", &mut laptop).await;
    let body = json!({ "act": { "remove-passkey": id(&tab.account, 0) } });
    assert_eq!(tab.rejected("/passkeys/confirm", &body).await, "last-passkey");
    tab.add(&mut laptop, &mut phone).await;
    let mut elsewhere = Tab::new(&program);
    elsewhere.sign_in(&mut phone).await;

    let second = id(&tab.account, 1);
    tab.send("/passkeys/rename", json!({ "id": second, "label": " Old phone " })).await;
    assert_eq!(tab.load().await["passkeys"][1]["label"], "Old phone");
    let accepted = &tab.account["allAcceptedCredentials"]["allAcceptedCredentialIds"];
    assert_eq!(*accepted, json!([id(&tab.account, 0), second]));
    assert_eq!(tab.account["currentUserDetails"]["name"], "Jo");

    let body = tab.confirmed(json!({ "remove-passkey": second }), &mut laptop).await;
    tab.send("/passkeys/remove", body).await;
    assert_eq!(tab.load().await["passkeys"].as_array().unwrap().len(), 1);
    assert_eq!(elsewhere.load().await, Value::Null, "the session of a lost phone is over");
    // The page may tell the phone: the account in the response is one of this program.
    let body = elsewhere.sign_in_body(&mut phone).await;
    let answer = elsewhere.send_with("/sign-in/finish", &body, |_| {}).await;
    assert_eq!(answer.json["error"], "credential-unknown");
    assert_eq!(answer.json["unknownCredential"], json!({ "rpId": "localhost", "credentialId": second }));
    let count: i64 = database.query_row("SELECT count(*) FROM credential", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn two_removals_at_once_leave_a_passkey() {
    let mut tab = Tab::new(&program());
    let (mut laptop, mut phone) = devices();
    tab.sign_up("Jo", &mut laptop).await;
    tab.add(&mut laptop, &mut phone).await;
    let [first, second] = [0, 1].map(|index| json!({ "remove-passkey": id(&tab.account, index) }));
    let again = tab.confirmed(first.clone(), &mut laptop).await;
    let first = tab.confirmed(first, &mut laptop).await;
    let second = tab.confirmed(second, &mut phone).await;
    tab.send("/passkeys/remove", first).await;
    assert_eq!(tab.rejected("/passkeys/remove", &second).await, "last-passkey");
    // The passkey that confirms is gone by now.
    assert_eq!(tab.rejected("/passkeys/remove", &again).await, "credential-unknown");
    assert_eq!(tab.load().await["passkeys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn adding_and_removing_are_confirmed_each_for_itself() {
    let mut tab = Tab::new(&program());
    let (mut laptop, mut phone) = devices();
    tab.sign_up("Jo", &mut laptop).await;
    // A sign-in's response confirms nothing.
    let body = tab.sign_in_body(&mut laptop).await;
    assert_eq!(tab.rejected("/passkeys/add/start", &body).await, "state-invalid");
    tab.add(&mut laptop, &mut phone).await;
    let removal = json!({ "remove-passkey": id(&tab.account, 1) });
    let body = tab.confirmed(removal, &mut laptop).await;
    assert_eq!(tab.rejected("/passkeys/add/start", &body).await, "state-invalid");
    let body = tab.confirmed(json!("add-passkey"), &mut laptop).await;
    assert_eq!(tab.rejected("/passkeys/remove", &body).await, "state-invalid");
    let body = tab.confirmed(json!("add-passkey"), &mut laptop).await;
    assert_eq!(tab.rejected("/sign-in/finish", &body).await, "state-invalid");
    // An addition makes no account, and the start of an account adds nothing.
    let body = tab.confirmed(json!("add-passkey"), &mut laptop).await;
    let started = tab.send("/passkeys/add/start", body).await;
    let body = tab.created(&started, &mut Authenticator::platform("third"));
    assert_eq!(tab.rejected("/sign-up/finish", &body).await, "state-invalid");
    let started = tab.send("/sign-up/start", json!({ "name": "Max" })).await;
    let body = tab.created(&started, &mut Authenticator::platform("fourth"));
    assert_eq!(tab.rejected("/passkeys/add/finish", &body).await, "state-invalid");
}

#[tokio::test]
async fn another_account_confirms_adds_renames_and_removes_nothing() {
    let program = program();
    let (mut tab, mut other) = (Tab::new(&program), Tab::new(&program));
    let (mut laptop, mut phone) = devices();
    let mut max = Authenticator::platform("max's laptop");
    tab.sign_up("Jo", &mut laptop).await;
    tab.add(&mut laptop, &mut phone).await;
    other.sign_up("Max", &mut max).await;
    let jos = id(&tab.account, 0);
    let rename = json!({ "id": jos, "label": "mine" });
    assert_eq!(other.rejected("/passkeys/rename", &rename).await, "not-found");
    let confirmation = tab.confirmed(json!({ "remove-passkey": jos }), &mut laptop).await;
    assert_eq!(other.rejected("/passkeys/remove", &confirmation).await, "state-invalid");
    other.add(&mut max, &mut Authenticator::phone("max's phone")).await;
    let confirmation = other.confirmed(json!({ "remove-passkey": jos }), &mut max).await;
    assert_eq!(other.rejected("/passkeys/remove", &confirmation).await, "not-found");
    let confirmation = tab.confirmed(json!("add-passkey"), &mut laptop).await;
    let started = tab.send("/passkeys/add/start", confirmation).await;
    let body = tab.created(&started, &mut Authenticator::platform("third"));
    assert_eq!(other.rejected("/passkeys/add/finish", &body).await, "state-invalid");
    assert_eq!(tab.load().await["passkeys"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_tab_acts_only_on_the_account_that_it_shows() {
    let program = program();
    let (mut laptop, _) = devices();
    let mut tab = Tab::new(&program);
    tab.sign_up("Jo", &mut laptop).await;
    let mut stale = tab.clone();
    tab.send("/sign-out", json!({})).await;
    tab.sign_up("Max", &mut Authenticator::platform("max's laptop")).await;
    stale.cookie.clone_from(&tab.cookie);
    let add = json!({ "act": "add-passkey" });
    assert_eq!(stale.rejected("/passkeys/confirm", &add).await, "account-changed");
    let nameless = tab.send_with("/passkeys/confirm", &add, |it| drop(it.headers_mut().remove("account")));
    assert_eq!(nameless.await.json["error"], "account-changed");
}

#[tokio::test]
async fn a_session_expires() {
    let (program, database) = shared("expiry");
    let (mut laptop, _) = devices();
    let mut tab = Tab::new(&program);
    tab.sign_up("Jo", &mut laptop).await;
    let age = |seconds: i64| {
        database.execute("UPDATE session SET expires_at = expires_at - ?", [seconds]).unwrap();
    };
    age(SESSION_SECONDS - 60);
    assert!(tab.load().await.is_object());
    age(60);
    assert_eq!(tab.clone().load().await, Value::Null);
    let rename = json!({ "id": id(&tab.account, 0), "label": "mine" });
    let answer = tab.send_with("/passkeys/rename", &rename, |_| {}).await;
    assert_eq!((answer.status, &answer.json["error"]), (StatusCode::UNAUTHORIZED, &json!("not-signed-in")));
    // The next sign-in removes what is over.
    tab.sign_in(&mut laptop).await;
    let count: i64 = database.query_row("SELECT count(*) FROM session", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 1);
}

#[tokio::test]
async fn a_name_is_in_one_account() {
    let program = program();
    let (mut laptop, mut phone) = devices();
    let (mut first, mut second) = (Tab::new(&program), Tab::new(&program));
    // Both start before either finishes.
    let started = second.send("/sign-up/start", json!({ "name": "JOSÉ" })).await;
    first.sign_up("José", &mut laptop).await;
    let body = second.created(&started, &mut phone);
    let answer = second.send_with("/sign-up/finish", &body, |_| {}).await;
    assert_eq!((answer.status, &answer.json["error"]), (StatusCode::CONFLICT, &json!("name-taken")));
    // The authenticator has made a passkey for nothing, and the page may tell it so.
    assert_eq!(answer.json["unknownCredential"]["credentialId"], body["response"]["id"]);
    assert_eq!(second.load().await, Value::Null);
    for name in ["josé", " Jose\u{301} ", "ＪＯＳÉ"] {
        assert_eq!(second.rejected("/sign-up/start", &json!({ "name": name })).await, "name-taken");
    }
    for name in ["", " ", "jo\u{202e}hn", "\u{200f}", "a\nb"] {
        assert_eq!(second.rejected("/sign-up/start", &json!({ "name": name })).await, "name-invalid");
    }
}

#[tokio::test]
async fn a_passkey_of_another_program_is_rejected_and_not_signalled() {
    let (mut laptop, _) = devices();
    Tab::new(&program()).sign_up("Jo", &mut laptop).await;
    let mut tab = Tab::new(&program());
    let body = tab.sign_in_body(&mut laptop).await;
    let answer = tab.send_with("/sign-in/finish", &body, |_| {}).await;
    assert_eq!(
        (answer.status, &answer.json["error"]),
        (StatusCode::BAD_REQUEST, &json!("credential-unknown"))
    );
    assert_eq!(answer.json["unknownCredential"], Value::Null);
    assert_eq!(tab.load().await, Value::Null);
}

#[tokio::test]
async fn only_the_page_changes_anything() {
    let mut tab = Tab::new(&program());
    let (mut laptop, _) = devices();
    tab.sign_up("Jo", &mut laptop).await;
    let paths = [
        "/sign-up/start",
        "/sign-up/finish",
        "/sign-in/start",
        "/sign-in/finish",
        "/sign-out",
        "/passkeys/confirm",
        "/passkeys/add/start",
        "/passkeys/add/finish",
        "/passkeys/remove",
        "/passkeys/rename",
    ];
    for path in paths {
        let set = |name, value: &'static str| {
            move |request: &mut Request<Body>| {
                drop(request.headers_mut().insert(name, value.parse().unwrap()));
            }
        };
        let foreign = tab.send_with(path, &json!({}), set(header::ORIGIN, "http://localhost:8081")).await;
        assert_eq!(
            (foreign.status, &foreign.json["error"]),
            (StatusCode::FORBIDDEN, &json!("origin-not-allowed"))
        );
        let nowhere =
            tab.send_with(path, &json!({}), |it| drop(it.headers_mut().remove(header::ORIGIN))).await;
        assert_eq!(nowhere.json["error"], "origin-not-allowed", "{path}");
        let form = tab.send_with(path, &json!({}), set(header::CONTENT_TYPE, "text/plain")).await;
        assert_eq!(form.json["error"], "content-type-unsupported", "{path}");
        let read = tab.send_with(path, &json!({}), |it| *it.method_mut() = Method::GET).await;
        assert_eq!(read.json["error"], "method-not-allowed", "{path}");
    }
    assert_eq!(tab.rejected("/sign-up/start", &json!({ "nome": "Jo" })).await, "request-malformed");
    assert_eq!(tab.rejected("/nowhere", &json!({})).await, "not-found");
    assert!(tab.load().await.is_object(), "still signed in");
}

#[tokio::test]
async fn over_https_the_cookie_is_secure() {
    let database = rusqlite::Connection::open_in_memory().unwrap();
    let origin = "https://example.org";
    let program = app::router(Passkeys::new("example.org", origin, database).unwrap(), origin);
    let request = Request::post("/sign-out")
        .header(header::ORIGIN, origin)
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::empty())
        .unwrap();
    let response = program.oneshot(request).await.unwrap();
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    assert_eq!(cookie, "__Host-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure");
    let csp = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(csp.contains("frame-ancestors 'none'"));
}

/// Signs in after `change` replaced the text of the stored record.
async fn signs_in_with_a_stored_record_that_is(name: &str, change: impl Fn(&Value) -> String) {
    let (program, table) = shared(name);
    let mut tab = Tab::new(&program);
    let (mut authenticator, _) = devices();
    tab.sign_up("Jo", &mut authenticator).await;
    let stored =
        || -> String { table.query_row("SELECT record FROM credential", [], |row| row.get(0)).unwrap() };
    let as_written: Value = serde_json::from_str(&stored()).unwrap();
    table.execute("UPDATE credential SET record = ?", [change(&as_written)]).unwrap();
    assert_ne!(stored(), as_written.to_string());
    let before = stored();
    // Twice: once from the changed text, once from what the first sign-in wrote.
    for _ in 0..2 {
        tab.sign_in(&mut authenticator).await;
    }
    assert_ne!(stored(), before);
}

#[tokio::test]
async fn a_record_of_version_1_signs_in() {
    signs_in_with_a_stored_record_that_is("version-1", |record| {
        let (fixed, dynamic) = (&record["static"], &record["dynamic"]);
        json!({
            "version": 1,
            "id": fixed["id"],
            "rp_id": fixed["rp_id"],
            "user_handle": fixed["user_handle"],
            "public_key": fixed["public_key"],
            "algorithm": fixed["algorithm"],
            "sign_count": dynamic["sign_count"],
            "uv_initialized": dynamic["uv_initialized"],
            "transports": fixed["transports"],
            "backup_eligible": dynamic["backup_eligible"],
            "backup_state": dynamic["backup_state"],
            "aaguid": fixed["aaguid"],
            "attestation": null,
        })
        .to_string()
    })
    .await;
}

#[tokio::test]
async fn a_record_whose_members_the_database_reordered_signs_in() {
    // As `jsonb` of PostgreSQL gives it back: the shortest names first, and white space.
    signs_in_with_a_stored_record_that_is("reordered", |record| {
        let mut members: Vec<_> = record.as_object().unwrap().iter().collect();
        members.sort_by_key(|(name, _)| (name.len(), *name));
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{{}}}", members.join(", "))
    })
    .await;
}
