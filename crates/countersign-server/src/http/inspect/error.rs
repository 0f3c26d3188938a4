//! The errors of `POST /api/inspect`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_axum::error_answer;

use super::super::body::BodyError;

/// Why a text was not explained. Messages of causes are only logged.
#[derive(Debug)]
pub(super) enum InspectError {
    /// The request has no session.
    NotSignedIn,
    /// The body can't be read, or names a kind that there is not.
    Body(BodyError),
    /// Others' texts took too long.
    Busy,
    /// The store failed.
    Storage(String),
    /// A failure that should not happen.
    Internal(String),
}

/// The seconds after which a client may ask again if others' texts took too long.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");

impl InspectError {
    const fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in", "You are not signed in."),
            Self::Body(error) => error.parts(),
            Self::Busy => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                "The server is explaining other texts at the moment. Please wait a little, and try again.",
            ),
            Self::Storage(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage-failed",
                "The server can’t read or store anything at the moment. Please try again later.",
            ),
            Self::Internal(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal-error", "Something went wrong on the server.")
            }
        }
    }
}

impl IntoResponse for InspectError {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        match &self {
            Self::Storage(error) | Self::Internal(error) => tracing::error!(code, error, "a request failed"),
            _ => tracing::debug!(code, "a request was rejected"),
        }
        let mut answer = error_answer(status, code, message);
        if matches!(self, Self::Busy) {
            answer.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
        }
        answer
    }
}

impl From<BodyError> for InspectError {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}
