//! The documents below `/.well-known`.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign::relying_party::related_origins::CONTENT_TYPE;

use super::json::json;
use crate::app::Shared;

/// The path of the document for password managers
/// ([passkey endpoints](https://www.w3.org/TR/passkey-endpoints/)).
pub(crate) const PASSKEY_ENDPOINTS_PATH: &str = "/.well-known/passkey-endpoints";

/// The pages on which users add and manage passkeys. An empty document says that the site supports passkeys.
pub(crate) async fn passkey_endpoints(State(app): State<Shared>) -> Response {
    json(StatusCode::OK, &app.endpoints)
}

/// The related origins: see
/// [`RelyingParty::related_origins`](countersign::RelyingParty::related_origins).
pub(crate) async fn related_origins(State(app): State<Shared>) -> Response {
    let document = app.accounts.related_origins().to_json();
    ([(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE))], document).into_response()
}
