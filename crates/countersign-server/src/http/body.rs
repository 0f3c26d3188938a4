//! Bodies of requests in JSON, for the server's own routes.

use axum::extract::{FromRequest as _, Request};
use axum::http::{StatusCode, header};
use serde::de::DeserializeOwned;

/// Why a body can't be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyError {
    /// The content type is not JSON.
    ContentTypeUnsupported,
    /// The body is too long.
    TooLarge,
    /// The body is not the expected JSON.
    Malformed,
}

impl BodyError {
    /// Status, code and message of the answer.
    pub(super) const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::ContentTypeUnsupported => (
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content-type-unsupported",
                "The request’s content type is not application/json.",
            ),
            Self::TooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The request is larger than 256 KiB.")
            }
            Self::Malformed => (
                StatusCode::BAD_REQUEST,
                "request-malformed",
                "The request is not the JSON that is expected.",
            ),
        }
    }
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
