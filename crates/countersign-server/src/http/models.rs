//! `/models`: the icons of authenticator models.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign::types::{Aaguid, base64url};

use super::{edge, site::Shared};
use crate::models::image;

/// Sends the icon from the metadata as a file of this server: the page loads no others.
pub(super) async fn icon(State(site): State<Shared>, Path(model): Path<String>) -> Response {
    let icon = || {
        let aaguid: Aaguid = model.parse().ok()?;
        let icon = site.app.metadata.as_deref()?.name(aaguid)?.icon?;
        let (kind, text) = image(&icon)?;
        Some((kind, base64url::decode(base64url::from_base64(text)).ok()?))
    };
    match icon() {
        Some((kind, content)) => ([(header::CONTENT_TYPE, kind)], content).into_response(),
        None => edge::plain(StatusCode::NOT_FOUND),
    }
}
