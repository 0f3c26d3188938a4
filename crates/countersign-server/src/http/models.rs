//! `/models`: what models of authenticators look like, after their vendors.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use countersign::types::{Aaguid, base64url};

use super::{Shared, error::ApiError};
use crate::metadata::Knowledge;

/// The kinds of pictures that are handed on: those that are no documents.
const PICTURES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// The icon in the metadata, as a file of this server: the page shows no other.
pub(super) async fn icon(State(app): State<Shared>, Path(model): Path<String>) -> Result<Response, ApiError> {
    let aaguid: Aaguid = model.parse().map_err(|_| ApiError::NotFound)?;
    let icon = app.knowledge.as_deref().and_then(|it| it.name(aaguid)?.icon).ok_or(ApiError::NotFound)?;
    let (kind, text) = picture(&icon).ok_or(ApiError::NotFound)?;
    // The other base64, in the letters of this one.
    let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let content = base64url::decode(text).map_err(|_| ApiError::NotFound)?;
    Ok(([(header::CONTENT_TYPE, kind)], content).into_response())
}

/// Where the page finds a model's icon, if it has one.
pub(super) fn icon_path(knowledge: &Knowledge, aaguid: Aaguid) -> Option<String> {
    let icon = knowledge.name(aaguid)?.icon?;
    picture(&icon).map(|_| format!("/models/{aaguid}/icon"))
}

/// The media type of a `data:` URL, and its content in base64.
fn picture(url: &str) -> Option<(&'static str, &str)> {
    let (kind, text) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let kind = PICTURES.into_iter().find(|known| *known == kind)?;
    Some((kind, text))
}
