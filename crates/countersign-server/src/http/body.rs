//! JSON bodies, in and out.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::{App, error::ApiError};
use crate::ceremony::{self, Failure};

/// A request's body: one JSON object in UTF-8. Unknown members pass, known ones twice don't.
pub(super) struct Json<T>(pub(super) T);

/// The body of a start that needs to be told nothing.
#[derive(Deserialize)]
pub(super) struct Nothing {}

/// The body of a finish.
#[derive(Deserialize)]
pub(super) struct Finish {
    /// What the start named the ceremony.
    pub(super) ceremony: String,
    /// What `toJSON()` returned, as text: the library reads it, more strictly than serde's derive would.
    pub(super) response: Box<RawValue>,
}

impl Finish {
    /// What the request wants to finish, by the browser that these headers are from.
    pub(super) fn of(&self, app: &App, headers: &HeaderMap) -> Result<ceremony::Finish, Failure> {
        let browser = app.cookies.browser.read(headers);
        ceremony::Finish::new(&self.ceremony, self.response.get(), browser.as_ref())
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::ContentTypeUnsupported);
        }
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                ApiError::BodyTooLarge
            } else {
                ApiError::RequestMalformed(rejection.body_text())
            }
        })?;
        read(&bytes).map(Json)
    }
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    // All of it: serde_json checks the strings that it keeps.
    let text = str::from_utf8(bytes).map_err(|error| ApiError::RequestMalformed(error.to_string()))?;
    // serde's derive takes an array for a struct.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(ApiError::RequestMalformed("not an object".into()));
    }
    serde_json::from_str(text).map_err(|error| ApiError::RequestMalformed(describe(&error)))
}

/// What is wrong and where, without the request's own words: a member that is missing or there twice is named by ours.
fn describe(error: &serde_json::Error) -> String {
    let words = error.to_string();
    if names_a_member(&words) {
        return words;
    }
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

/// Whether a description names a member of ours, and has no words of the request in it.
pub(super) fn names_a_member(description: &str) -> bool {
    ["missing field", "duplicate field"].iter().any(|start| description.starts_with(start))
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let (status, body) = match serde_json::to_vec(value) {
        Ok(body) => (status, body),
        Err(error) => {
            tracing::error!(%error, "an answer can't be written as JSON");
            (StatusCode::INTERNAL_SERVER_ERROR, Vec::new())
        }
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// An answer that says nothing: 204.
pub(super) fn nothing() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
