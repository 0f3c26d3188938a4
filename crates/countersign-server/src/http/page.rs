//! The page's files, and `/health`.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};

use super::error::{Answer, ApiError};
use super::site::Shared;

/// Sends the file of the page at this path.
pub(super) async fn asset(State(site): State<Shared>, uri: Uri, headers: HeaderMap) -> Answer {
    site.assets.response(uri.path(), &headers).ok_or(ApiError::NotFound)
}

/// Reports whether the server has its database.
pub(super) async fn health(State(site): State<Shared>) -> (StatusCode, &'static str) {
    match site.app.check_database() {
        Ok(()) => (StatusCode::OK, "ok"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database file was deleted or replaced"),
    }
}
