//! The page's files.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};

use super::site::Shared;

/// Sends the file of the page at this path.
pub(super) async fn asset(State(site): State<Shared>, uri: Uri, headers: HeaderMap) -> Response {
    site.assets.response(uri.path(), &headers).unwrap_or_else(|| StatusCode::NOT_FOUND.into_response())
}
