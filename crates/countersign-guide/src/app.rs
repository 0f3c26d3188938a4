//! [`Passkeys`] over HTTP, with a page.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use countersign::{
    AuthenticationResponse, CredentialId, RegistrationResponse, UserHandle,
    types::{base64url, response::RESPONSE_JSON_MAX},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    error::{INTERNAL, RequestError},
    passkeys::{Act, Finish, Passkeys},
    store::SESSION_SECONDS,
};

/// What the handlers share: the relying party, and the cookie of its sessions.
struct App {
    passkeys: Passkeys,
    cookie: &'static str,
    attributes: &'static str,
}

type Shared = Arc<App>;
type Answer = Result<Response, RequestError>;

/// Builds the routes of a relying party whose pages have this origin.
pub fn router(passkeys: Passkeys, origin: &str) -> Router {
    // Browsers bind a cookie with this prefix to the host and to https.
    let (cookie, attributes) = if origin.starts_with("https:") {
        ("__Host-session", "Path=/; HttpOnly; SameSite=Lax; Secure")
    } else {
        ("session", "Path=/; HttpOnly; SameSite=Lax")
    };
    let app = Arc::new(App { passkeys, cookie, attributes });
    Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/page.css", get(|| async { file("text/css", include_str!("page.css")) }))
        .route("/page.js", get(|| async { file("text/javascript", include_str!("page.js")) }))
        .route("/webauthn.js", get(|| async { file("text/javascript", include_str!("webauthn.js")) }))
        .route("/sign-up/start", post(start_sign_up))
        .route("/sign-up/finish", post(finish_sign_up))
        .route("/sign-in/start", post(start_sign_in))
        .route("/sign-in/finish", post(finish_sign_in))
        .route("/sign-out", post(sign_out))
        .route("/account", get(account))
        .route("/passkeys/confirm", post(start_confirmation))
        .route("/passkeys/add/start", post(start_addition))
        .route("/passkeys/add/finish", post(finish_addition))
        .route("/passkeys/remove", post(remove))
        .route("/passkeys/rename", post(rename))
        .fallback(|| async { RequestError::rejected("not-found") })
        .method_not_allowed_fallback(|| async { RequestError::rejected("method-not-allowed") })
        .layer(DefaultBodyLimit::max(RESPONSE_JSON_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&app), guard))
        .with_state(app)
}

/// Rejects requests that the page of another site made a browser send. A request that may change something comes from
/// an accepted origin, and has a content type that no form can send.
fn check(app: &App, request: &Request) -> Result<(), RequestError> {
    if [Method::GET, Method::HEAD].contains(request.method()) {
        return Ok(());
    }
    let text = |name| request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if !text(header::ORIGIN).is_some_and(|origin| app.passkeys.accepts_origin(origin)) {
        return Err(RequestError::rejected("origin-not-allowed"));
    }
    if !text(header::CONTENT_TYPE).is_some_and(|it| it.starts_with("application/json")) {
        return Err(RequestError::rejected("content-type-unsupported"));
    }
    Ok(())
}

/// Checks every request, and sets the headers of every answer.
async fn guard(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = match check(&app, &request) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    };
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src data:; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
}

#[derive(Deserialize)]
struct Confirm {
    act: Act,
}

#[derive(Deserialize)]
struct Rename {
    id: CredentialId,
    label: String,
}

async fn start_sign_up(State(app): State<Shared>, Body(body): Body<SignUp>) -> Answer {
    blocking(app, move |app| Ok(json(app.passkeys.start_sign_up(&body.name)?))).await
}

async fn finish_sign_up(State(app): State<Shared>, Body(body): Body<Finish<RegistrationResponse>>) -> Answer {
    blocking(app, move |app| Ok(app.session(&app.passkeys.finish_sign_up(&body)?, SESSION_SECONDS))).await
}

async fn start_sign_in(State(app): State<Shared>) -> Answer {
    blocking(app, |app| Ok(json(app.passkeys.start_sign_in()?))).await
}

async fn finish_sign_in(
    State(app): State<Shared>,
    Body(body): Body<Finish<AuthenticationResponse>>,
) -> Answer {
    blocking(app, move |app| Ok(app.session(&app.passkeys.finish_sign_in(&body)?, SESSION_SECONDS))).await
}

async fn sign_out(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    blocking(app, move |app| {
        app.passkeys.sign_out(app.token(&headers))?;
        Ok(app.session("", 0))
    })
    .await
}

async fn account(State(app): State<Shared>, headers: HeaderMap) -> Answer {
    blocking(app, move |app| {
        let handle = app.passkeys.session(app.token(&headers))?;
        Ok(json(handle.map(|handle| app.passkeys.account(handle)).transpose()?))
    })
    .await
}

async fn start_confirmation(State(app): State<Shared>, who: SignedIn, Body(body): Body<Confirm>) -> Answer {
    blocking(app, move |app| Ok(json(app.passkeys.start_confirmation(&who.account, body.act)?))).await
}

async fn start_addition(
    State(app): State<Shared>,
    who: SignedIn,
    Body(body): Body<Finish<AuthenticationResponse>>,
) -> Answer {
    blocking(app, move |app| Ok(json(app.passkeys.start_addition(who.account, &body)?))).await
}

async fn finish_addition(
    State(app): State<Shared>,
    who: SignedIn,
    Body(body): Body<Finish<RegistrationResponse>>,
) -> Answer {
    blocking(app, move |app| Ok(json(app.passkeys.finish_addition(&who.account, &body)?))).await
}

async fn remove(
    State(app): State<Shared>,
    who: SignedIn,
    Body(body): Body<Finish<AuthenticationResponse>>,
) -> Answer {
    blocking(app, move |app| Ok(json(app.passkeys.remove(&who.account, &who.session, &body)?))).await
}

async fn rename(State(app): State<Shared>, who: SignedIn, Body(body): Body<Rename>) -> Answer {
    blocking(app, move |app| Ok(json(app.passkeys.rename(&who.account, &body.id, &body.label)?))).await
}

impl App {
    /// The token in the session's cookie, or nothing.
    fn token<'a>(&self, headers: &'a HeaderMap) -> &'a str {
        let cookies = headers.get(header::COOKIE).and_then(|cookies| cookies.to_str().ok());
        let mut cookies = cookies.unwrap_or_default().split("; ");
        let token = cookies.find_map(|cookie| cookie.strip_prefix(self.cookie)?.strip_prefix('='));
        token.unwrap_or_default()
    }

    /// An answer that makes the browser keep this token for so long.
    fn session(&self, token: &str, seconds: i64) -> Response {
        let cookie = format!("{}={token}; Max-Age={seconds}; {}", self.cookie, self.attributes);
        ([(header::SET_COOKIE, cookie)], json(())).into_response()
    }
}

/// The user of a request. It is rejected without a session, and if the page shows another account than the session's:
/// another tab has signed in as that.
struct SignedIn {
    account: UserHandle,
    session: String,
}

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = RequestError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, RequestError> {
        let session = app.token(&parts.headers).to_owned();
        let shown = parts.headers.get("account").cloned();
        blocking(Arc::clone(app), move |app| {
            let account = app.passkeys.session(&session)?.ok_or(RequestError::rejected("not-signed-in"))?;
            if shown.is_none_or(|shown| shown.as_bytes() != base64url::encode(&account).as_bytes()) {
                return Err(RequestError::rejected("account-changed"));
            }
            Ok(Self { account, session })
        })
        .await
    }
}

/// The body of a request: axum's own extractor of JSON answers errors in plain text.
struct Body<T>(T);

impl<T: DeserializeOwned> FromRequest<Shared> for Body<T> {
    type Rejection = RequestError;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, RequestError> {
        let malformed =
            |detail: String| RequestError { detail, ..RequestError::rejected("request-malformed") };
        let bytes = Bytes::from_request(request, app).await.map_err(|error| malformed(error.to_string()))?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| malformed(error.to_string()))
    }
}

/// Verification and the database block, so they run on a thread of their own.
async fn blocking<T: Send + 'static>(
    app: Shared,
    work: impl FnOnce(&App) -> Result<T, RequestError> + Send + 'static,
) -> Result<T, RequestError> {
    tokio::task::spawn_blocking(move || work(&app)).await.map_err(RequestError::server)?
}

fn json(value: impl Serialize) -> Response {
    Json(value).into_response()
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, content_type)], text).into_response()
}

/// The page gets the word, the log the rest.
impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        eprintln!("{self}");
        let status = match self.code {
            INTERNAL => StatusCode::INTERNAL_SERVER_ERROR,
            "not-signed-in" => StatusCode::UNAUTHORIZED,
            "origin-not-allowed" => StatusCode::FORBIDDEN,
            "not-found" => StatusCode::NOT_FOUND,
            "method-not-allowed" => StatusCode::METHOD_NOT_ALLOWED,
            "name-taken" | "account-changed" | "last-passkey" => StatusCode::CONFLICT,
            "content-type-unsupported" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            _ => StatusCode::BAD_REQUEST,
        };
        let body: Value = json!({ "error": self.code, "unknownCredential": self.unknown });
        (status, Json(body)).into_response()
    }
}
