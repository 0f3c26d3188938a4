//! Bodies in JSON: those of requests, and of answers.

use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Serialize, de::DeserializeOwned};

use super::super::body;
use super::error::OperatorPageError;

/// The body of a request: one JSON object in UTF-8. Unknown members are rejected by the types.
pub(super) struct Json<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = OperatorPageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, OperatorPageError> {
        Ok(Self(body::read(request, state).await?))
    }
}

/// An answer in JSON.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Result<Response, OperatorPageError> {
    let body = serde_json::to_vec(value).map_err(|error| OperatorPageError::Internal(error.to_string()))?;
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok((status, [content_type], body).into_response())
}
