//! Bodies in JSON: those of requests, and of answers.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Serialize, de::DeserializeOwned};

use super::error::OperatorPageError;

/// The body of a request: one JSON object in UTF-8. Unknown members are rejected by the types.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = OperatorPageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OperatorPageError> {
        let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next());
        if !essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")) {
            return Err(OperatorPageError::ContentTypeUnsupported);
        }
        let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|rejection| {
            if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
                OperatorPageError::BodyTooLarge
            } else {
                OperatorPageError::RequestMalformed
            }
        })?;
        // serde's derive accepts an array for a struct.
        if !bytes.trim_ascii_start().starts_with(b"{") {
            return Err(OperatorPageError::RequestMalformed);
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|_| OperatorPageError::RequestMalformed)
    }
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, OperatorPageError> {
    let body = serde_json::to_vec(value).map_err(|error| OperatorPageError::Internal(error.to_string()))?;
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok((status, [content_type], body).into_response())
}
