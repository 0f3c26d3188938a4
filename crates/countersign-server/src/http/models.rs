//! `/models`: the icons of authenticator models.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use countersign::types::{Aaguid, base64url};

use super::error::{Answer, ApiError};
use super::site::Shared;
use crate::metadata::service::MetadataService;

/// The accepted media types of icons: images that are no documents.
const IMAGES: [&str; 4] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/// Sends the icon from the metadata as a file of this server: the page loads no others.
pub(super) async fn icon(State(site): State<Shared>, Path(model): Path<String>) -> Answer {
    let aaguid: Aaguid = model.parse().map_err(|_| ApiError::NotFound)?;
    let icon = site.app.metadata.as_deref().and_then(|it| it.name(aaguid)?.icon).ok_or(ApiError::NotFound)?;
    let (kind, text) = image(&icon).ok_or(ApiError::NotFound)?;
    // Converts base64 to base64url.
    let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    let content = base64url::decode(text).map_err(|_| ApiError::NotFound)?;
    Ok(([(axum::http::header::CONTENT_TYPE, kind)], content).into_response())
}

/// The path of a model's icon, if it has one.
pub(super) fn icon_path(metadata: &MetadataService, aaguid: Aaguid) -> Option<String> {
    let icon = metadata.name(aaguid)?.icon?;
    image(&icon).map(|_| format!("/models/{aaguid}/icon"))
}

/// The media type of a `data:` URL, and its content in base64.
fn image(url: &str) -> Option<(&'static str, &str)> {
    let (kind, text) = url.strip_prefix("data:")?.split_once(";base64,")?;
    let kind = IMAGES.into_iter().find(|known| *known == kind)?;
    Some((kind, text))
}
