//! Five routes and a page over [`Passkeys`].

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use countersign::{
    AuthenticationResponse, RegistrationResponse,
    types::{base64url, response::RESPONSE_JSON_MAX},
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::passkeys::{Passkeys, RequestError};

/// Builds the routes of the program.
pub fn router(passkeys: Passkeys) -> Router {
    Router::new()
        .route("/", get(|| async { Html(include_str!("page.html")) }))
        .route("/registration/start", post(start_registration))
        .route("/registration/finish", post(finish_registration))
        .route("/sign-in/start", post(start_sign_in))
        .route("/sign-in/finish", post(finish_sign_in))
        .route("/account", get(account))
        .layer(DefaultBodyLimit::max(RESPONSE_JSON_MAX))
        .with_state(Arc::new(passkeys))
}

#[derive(Deserialize)]
struct Name {
    name: String,
}

/// The body of a finish: the ceremony's name, and the credential as `toJSON()` writes it.
#[derive(Deserialize)]
struct Finish<R> {
    ceremony: String,
    response: R,
}

async fn start_registration(
    State(passkeys): State<Arc<Passkeys>>,
    Json(Name { name }): Json<Name>,
) -> Result<Response, RequestError> {
    blocking(move || passkeys.start_registration(&name)).await.map(options)
}

async fn finish_registration(
    State(passkeys): State<Arc<Passkeys>>,
    Json(Finish { ceremony, response }): Json<Finish<RegistrationResponse>>,
) -> Result<Response, RequestError> {
    blocking(move || passkeys.finish_registration(&ceremony, &response)).await.map(|token| session(&token))
}

async fn start_sign_in(State(passkeys): State<Arc<Passkeys>>) -> Result<Response, RequestError> {
    blocking(move || passkeys.start_sign_in()).await.map(options)
}

async fn finish_sign_in(
    State(passkeys): State<Arc<Passkeys>>,
    Json(Finish { ceremony, response }): Json<Finish<AuthenticationResponse>>,
) -> Result<Response, RequestError> {
    blocking(move || passkeys.finish_sign_in(&ceremony, &response)).await.map(|token| session(&token))
}

async fn account(
    State(passkeys): State<Arc<Passkeys>>,
    headers: HeaderMap,
) -> Result<Json<serde_json::Value>, RequestError> {
    let cookies = headers.get(header::COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
    let token = cookies.split("; ").find_map(|cookie| cookie.strip_prefix("session=")).unwrap_or_default();
    let token = token.to_owned();
    let account = blocking(move || passkeys.account(&token)).await?;
    Ok(Json(json!({ "account": account.map(base64url::encode) })))
}

/// Verification and the database block, so they run on a thread of their own.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, RequestError> + Send + 'static,
) -> Result<T, RequestError> {
    tokio::task::spawn_blocking(work).await.map_err(RequestError::server)?
}

fn options((ceremony, options): (String, impl Serialize)) -> Response {
    Json(json!({ "ceremony": ceremony, "publicKey": options })).into_response()
}

/// Over https, name it `__Host-session` and add `Secure`.
fn session(token: &str) -> Response {
    let cookie = format!("session={token}; Path=/; HttpOnly; SameSite=Lax");
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

/// The page gets the code; errors of the server are for the log.
impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        match self {
            Self::Rejected(code) => (StatusCode::BAD_REQUEST, Json(json!({ "error": code }))).into_response(),
            Self::Server(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }
}
