//! `/attestation` and `/assertion`: the API for FIDO's conformance tests, if it is on.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State, rejection::BytesRejection};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::post};
use serde::{Serialize, de::DeserializeOwned};

use super::limits::BODY_MAX;
use crate::clock;
use crate::fido_conformance::api::{FidoConformance, Started};
use crate::fido_conformance::error::{ConformanceError, Fault};
use crate::fido_conformance::messages::ServerResponse;

/// The cookie that names the session of a ceremony. It is good for nothing else.
const COOKIE: &str = "countersign-fido-conformance";

type Api = State<Arc<FidoConformance>>;
type Body = Result<Bytes, BytesRejection>;

/// The routes. They are outside the check of origins: the tests are no page of the server, and nothing here acts for a user of
/// it.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(api: Arc<FidoConformance>) -> Router<S> {
    Router::new()
        .route("/attestation/options", post(start_registration))
        .route("/attestation/result", post(finish_registration))
        .route("/assertion/options", post(start_authentication))
        .route("/assertion/result", post(finish_authentication))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .with_state(api)
}

async fn start_registration(State(api): Api, headers: HeaderMap, body: Body) -> Response {
    let started = message(&headers, body).and_then(|request| api.start_registration(&request, clock::now()));
    started_answer(started)
}

async fn finish_registration(State(api): Api, headers: HeaderMap, body: Body) -> Response {
    let credential = message(&headers, body);
    let session = session(&headers);
    finished(credential.and_then(|credential| api.finish_registration(session, &credential, clock::now())))
}

async fn start_authentication(State(api): Api, headers: HeaderMap, body: Body) -> Response {
    let started =
        message(&headers, body).and_then(|request| api.start_authentication(&request, clock::now()));
    started_answer(started)
}

async fn finish_authentication(State(api): Api, headers: HeaderMap, body: Body) -> Response {
    let credential = message(&headers, body);
    let session = session(&headers);
    finished(credential.and_then(|credential| api.finish_authentication(session, &credential, clock::now())))
}

async fn method_not_allowed() -> Response {
    let failed = ServerResponse::failed("method-not-allowed: the method is POST".into());
    json(StatusCode::METHOD_NOT_ALLOWED, &failed)
}

/// The message in a body: one JSON object in UTF-8. Unknown members are ignored, duplicate known ones are rejected.
fn message<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, ConformanceError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    if !essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")) {
        return Err(ConformanceError::ContentType);
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => ConformanceError::TooLong,
        _ => ConformanceError::Malformed(rejection.body_text()),
    })?;
    let malformed = |error: &dyn ToString| ConformanceError::Malformed(error.to_string());
    let text = str::from_utf8(&body).map_err(|error| malformed(&error))?;
    // serde's derive accepts an array for a struct.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(malformed(&"not an object"));
    }
    serde_json::from_str(text).map_err(|error| malformed(&error))
}

/// The token of the session.
fn session(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token)
}

fn started_answer<T: Serialize>(started: Result<Started<T>, ConformanceError>) -> Response {
    let Started { answer, token } = match started {
        Ok(started) => started,
        Err(error) => return failed(&error),
    };
    let mut response = json(StatusCode::OK, &answer);
    let cookie = HeaderValue::try_from(format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax"));
    response.headers_mut().extend(cookie.ok().map(|cookie| (header::SET_COOKIE, cookie)));
    response
}

fn finished(outcome: Result<(), ConformanceError>) -> Response {
    match outcome {
        Ok(()) => json(StatusCode::OK, &ServerResponse::ok()),
        Err(error) => failed(&error),
    }
}

fn failed(error: &ConformanceError) -> Response {
    let status = match error.fault() {
        Fault::Request => StatusCode::BAD_REQUEST,
        Fault::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Fault::Length => StatusCode::PAYLOAD_TOO_LARGE,
        Fault::Unknown => StatusCode::NOT_FOUND,
        Fault::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Fault::Server => StatusCode::INTERNAL_SERVER_ERROR,
    };
    tracing::info!(code = error.code(), "the fido conformance api rejects a request");
    json(status, &ServerResponse::failed(format!("{}: {error}", error.code())))
}

fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match serde_json::to_vec(value) {
        Ok(body) => (status, [content_type], body).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer can't be written as JSON");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
