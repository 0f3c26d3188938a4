//! The errors of `/auth`: a code in the field `countersign-error`, which proxies pass on, and in a JSON body.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_axum::Failure;
use serde_json::json;

use super::fields::ERROR;

/// An error of `/auth`.
#[derive(Debug)]
pub(in crate::http) enum AuthError {
    /// A parameter is unknown, repeated or malformed.
    QueryMalformed,
    /// The body is not the expected JSON.
    RequestMalformed,
    /// The request has no session, or one that is over.
    NotSignedIn,
    /// The user of the session was verified too long ago.
    VerificationTooOld,
    /// The request has no secret of a client.
    ClientUnknown,
    /// There is no session with the value, or it is over.
    SessionUnknown,
    /// Users are not returned to the address.
    ReturnAddressNotAllowed,
    /// The request is over a limit.
    TooManyRequests,
    /// The store failed.
    Storage(Failure),
}

impl AuthError {
    const fn parts(&self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::QueryMalformed => {
                (StatusCode::BAD_REQUEST, "query-malformed", "A parameter is unknown, repeated or malformed.")
            }
            Self::RequestMalformed => (
                StatusCode::BAD_REQUEST,
                "request-malformed",
                "The request is not the JSON that is expected.",
            ),
            Self::NotSignedIn => (StatusCode::UNAUTHORIZED, "not-signed-in", "You are not signed in."),
            Self::VerificationTooOld => (
                StatusCode::UNAUTHORIZED,
                "verification-too-old",
                "Please confirm with your passkey that it is you.",
            ),
            Self::ClientUnknown => (
                StatusCode::UNAUTHORIZED,
                "client-unknown",
                "The request has no secret of a configured client.",
            ),
            Self::SessionUnknown => {
                (StatusCode::NOT_FOUND, "session-unknown", "There is no such session, or it is over.")
            }
            Self::ReturnAddressNotAllowed => (
                StatusCode::BAD_REQUEST,
                "return-address-not-allowed",
                "The link names an address that this server does not lead back to.",
            ),
            Self::TooManyRequests => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                "There are too many requests at the moment. Please wait a little, and try again.",
            ),
            Self::Storage(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "storage-failed",
                "The server can’t read or store anything at the moment. Please try again later.",
            ),
        }
    }
}

impl From<Failure> for AuthError {
    fn from(failure: Failure) -> Self {
        Self::Storage(failure)
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let (status, code, message) = self.parts();
        if let Self::Storage(failure) = &self {
            tracing::error!(code, error = %failure, "a request failed");
        } else {
            tracing::debug!(code, "a request was rejected");
        }
        let body = json!({ "error": { "code": code, "message": message } }).to_string();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(ERROR, HeaderValue::from_static(code));
        if matches!(self, Self::ClientUnknown) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
