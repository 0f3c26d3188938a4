//! The bodies of requests, in JSON.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::error::{ApiError, names_a_member};

/// The body of a request: one JSON object in UTF-8. Unknown members are ignored, duplicate known ones are rejected.
pub(crate) struct Json<T>(pub(crate) T);

/// The body of a finish.
#[derive(Deserialize)]
pub(crate) struct FinishBody {
    /// The sealed state, from the start.
    pub(crate) ceremony: String,
    /// The result of `toJSON()`, as text: the library reads it, more strictly than serde's derive would.
    pub(crate) response: Box<RawValue>,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::ContentTypeUnsupported);
        }
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|rejection| {
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
    // The whole body: serde_json checks only the strings that it stores.
    let text = str::from_utf8(bytes).map_err(|error| ApiError::RequestMalformed(error.to_string()))?;
    // serde's derive accepts an array for a struct.
    if !text.trim_ascii_start().starts_with('{') {
        return Err(ApiError::RequestMalformed("not an object".into()));
    }
    serde_json::from_str(text).map_err(|error| ApiError::RequestMalformed(describe(&error)))
}

/// Describes an error and its position without words of the request. A missing or duplicate member is named, since its
/// name is ours.
fn describe(error: &serde_json::Error) -> String {
    let words = error.to_string();
    if names_a_member(&words) {
        return words;
    }
    format!("{:?} error at line {} column {}", error.classify(), error.line(), error.column())
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
