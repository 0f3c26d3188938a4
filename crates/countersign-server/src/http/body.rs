//! Bodies of requests in JSON, for the server's own routes.

use axum::extract::{FromRequest as _, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

/// Why a body can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyError {
    /// The content type is not JSON.
    ContentTypeUnsupported,
    /// The body is too long.
    TooLarge,
    /// The body is not the expected JSON.
    Malformed,
}

/// Reads the body of a request: one JSON object in UTF-8. Unknown members are rejected by the types.
pub(super) async fn read<T: DeserializeOwned, S: Send + Sync>(
    request: Request,
    state: &S,
) -> Result<T, BodyError> {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.and_then(|value| value.split(';').next());
    if !essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json")) {
        return Err(BodyError::ContentTypeUnsupported);
    }
    let bytes = axum::body::Bytes::from_request(request, state).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            BodyError::TooLarge
        } else {
            BodyError::Malformed
        }
    })?;
    // serde's derive accepts an array for a struct.
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(BodyError::Malformed);
    }
    serde_json::from_slice(&bytes).map_err(|_| BodyError::Malformed)
}
