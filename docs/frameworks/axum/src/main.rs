//! Passkeys over axum, on <http://localhost:8080>.

use std::{error::Error, sync::Arc};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, FromRequest, Request, State, rejection::JsonRejection},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use countersign::{
    AuthenticationResponse, ConfigurationError, RegistrationResponse, RelyingParty,
    types::{base64url, response::RESPONSE_JSON_MAX},
};
use passkeys::{Failure, Finish, Name, Passkeys, SESSION_SECONDS};
use serde::de::DeserializeOwned;
use serde_json::json;

/// The relying party and its store, one for all requests.
type Shared = State<Arc<Passkeys>>;

fn relying_party() -> Result<RelyingParty, ConfigurationError> {
    RelyingParty::builder("localhost", "Example").origin("http://localhost:8080").build()
}

fn app(passkeys: Arc<Passkeys>) -> Router {
    Router::new()
        .route("/registration/start", post(start_registration))
        .route("/registration/finish", post(finish_registration))
        .route("/sign-in/start", post(start_sign_in))
        .route("/sign-in/finish", post(finish_sign_in))
        .route("/sign-out", post(sign_out))
        // What is above changes something, so it is for the site's own pages only.
        .route_layer(from_fn_with_state(passkeys.clone(), check_origin))
        .route("/account", get(account))
        .layer(DefaultBodyLimit::max(RESPONSE_JSON_MAX))
        .with_state(passkeys)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let app = app(Arc::new(Passkeys::new(relying_party()?)));
    let listener = tokio::net::TcpListener::bind("localhost:8080").await?;
    axum::serve(listener, app).await?;
    Ok(())
}

async fn start_registration(
    State(passkeys): Shared,
    Body(Name { name }): Body<Name>,
) -> Result<Response, ApiError> {
    let started = blocking(move || passkeys.start_registration(&name)).await?;
    Ok(Json(started).into_response())
}

async fn finish_registration(
    State(passkeys): Shared,
    Body(finish): Body<Finish<RegistrationResponse>>,
) -> Result<Response, ApiError> {
    let token = blocking(move || passkeys.finish_registration(&finish)).await?;
    Ok(with_cookie(&token, SESSION_SECONDS))
}

async fn start_sign_in(State(passkeys): Shared) -> Result<Response, ApiError> {
    let started = blocking(move || passkeys.start_sign_in()).await?;
    Ok(Json(started).into_response())
}

async fn finish_sign_in(
    State(passkeys): Shared,
    Body(finish): Body<Finish<AuthenticationResponse>>,
) -> Result<Response, ApiError> {
    let token = blocking(move || passkeys.finish_sign_in(&finish)).await?;
    Ok(with_cookie(&token, SESSION_SECONDS))
}

async fn account(
    State(passkeys): Shared,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let token = session(&headers);
    let account = blocking(move || passkeys.account(token.as_deref())).await?;
    Ok(Json(json!({ "account": base64url::encode(account) })).into_response())
}

async fn sign_out(State(passkeys): Shared, headers: HeaderMap) -> Response {
    passkeys.sign_out(session(&headers).as_deref());
    with_cookie("", 0)
}

/// Verification takes a millisecond and the database may block, so both run on a thread for such work.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, ApiError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result.map_err(ApiError::Failure),
        Err(panicked) => Err(ApiError::Failure(Failure::server(panicked))),
    }
}

async fn check_origin(
    State(passkeys): Shared,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let origin =
        request.headers().get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    passkeys.check_origin(origin).map_err(ApiError::Failure)?;
    Ok(next.run(request).await)
}

/// A body in JSON. A bad one is answered like all other errors, and not with axum's own text.
struct Body<T>(T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let Json(body) =
            Json::from_request(request, state).await.map_err(ApiError::Body)?;
        Ok(Self(body))
    }
}

enum ApiError {
    Failure(Failure),
    Body(JsonRejection),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, code) = match &self {
            Self::Failure(failure) => {
                (StatusCode::from_u16(failure.status()), failure.code())
            }
            Self::Body(rejection) => (Ok(rejection.status()), "request-malformed"),
        };
        if let Self::Failure(Failure::Server(detail)) = &self {
            eprintln!("a request failed: {detail}");
        }
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(json!({ "error": code }))).into_response()
    }
}

/// With this prefix, browsers accept the cookie from this host only, over https only (and from localhost).
const COOKIE: &str = "__Host-session";

fn with_cookie(token: &str, seconds: i64) -> Response {
    let cookie = format!(
        "{COOKIE}={token}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}"
    );
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|cookies| cookies.to_str().ok());
    let mut cookies = cookies.flat_map(|cookies| cookies.split("; "));
    cookies
        .find_map(|cookie| Some(cookie.strip_prefix(COOKIE)?.strip_prefix('=')?.to_owned()))
}

#[cfg(test)]
mod tests;
