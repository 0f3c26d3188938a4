//! `/inspect`: a page that explains a text, and what it asks, `POST /api/inspect`.
//!
//! The text is in no log and in no database, and no answer is stored. A session is required, so that only users of the server
//! make it work, each within the limit of the session. The work is bounded: by the length of a body, by the number of fields of
//! an explanation, and by explaining one text at a time, so that hostile texts take at most one core.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderValue, header, request::Parts};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use countersign::relying_party::PublicSuffixList;
use countersign_axum::openapi::Routes;
use countersign_axum::openapi::Verb::Post;
use countersign_inspect::{Kind, Options, inspect};
use countersign_metadata::Blob;
use serde::Deserialize;

use self::error::InspectError;
use super::assets::Assets;
use super::limits::BODY_MAX;
use super::openapi::operations as describe;
use super::site::Shared;
use super::{body, body::BodyError, page};
use crate::clock;

mod error;

/// The most fields of an explanation. The largest statements have some 300, and a HAR file of several ceremonies some thousand.
const FIELDS_MAX: usize = 4_000;

/// The text to explain.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    text: String,
    /// The word of the kind that the text is read as; by default it is recognised.
    kind: Option<String>,
}

/// The question that the page asks.
pub(super) fn table() -> Routes<Shared> {
    Routes::new().route(Post, "/api/inspect", explain, describe::inspect)
}

/// The files of the page, and its question.
pub(super) fn routes() -> Router<Shared> {
    let question = table().into_router().layer(DefaultBodyLimit::max(BODY_MAX));
    Assets::inspect_paths().fold(question, |routes, path| routes.route(path, get(page::asset)))
}

/// Explains a text to a signed-in user.
async fn explain(State(site): State<Shared>, request: Request) -> Result<Response, InspectError> {
    let (parts, body) = request.into_parts();
    signed_in(&site, &parts).await?;
    let Question { text, kind } = body::read(Request::from_parts(parts, body), &site).await?;
    let kind = kind.map(|word| word.parse::<Kind>()).transpose();
    let kind = kind.map_err(|_| BodyError::Malformed)?;
    let metadata = site.app.metadata.as_ref().and_then(|metadata| metadata.current().blob());
    let turn = site.inspecting.wait().await.ok_or(InspectError::Busy)?;
    let explaining = tokio::task::spawn_blocking(move || {
        let explained = explanation(&text, kind, metadata.as_deref());
        // Not before: a client that goes away does not end the work.
        drop(turn);
        explained
    });
    let explained = explaining.await.map_err(|error| InspectError::Internal(error.to_string()))??;
    let content_type = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(([content_type], explained).into_response())
}

async fn signed_in(site: &Shared, parts: &Parts) -> Result<(), InspectError> {
    let session = site.app.passkeys.session(parts).await;
    let session = session.map_err(|failure| InspectError::Storage(failure.to_string()))?;
    session.map(|_| ()).ok_or(InspectError::NotSignedIn)
}

/// The explanation in JSON.
fn explanation(text: &str, kind: Option<Kind>, metadata: Option<&Blob>) -> Result<Vec<u8>, InspectError> {
    let mut options = Options::new()
        .with_time(clock::now())
        .with_public_suffixes(&PublicSuffixList)
        .with_fields_max(FIELDS_MAX);
    if let Some(kind) = kind {
        options = options.with_kind(kind);
    }
    if let Some(blob) = metadata {
        options = options.with_metadata(blob);
    }
    let explanation = inspect(text.as_bytes(), &options);
    serde_json::to_vec(&explanation).map_err(|error| InspectError::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_explanation_has_a_bounded_number_of_fields() {
        let hostile = format!("[{}0]", "0,".repeat(120_000));
        let explained = explanation(&hostile, Some(Kind::Json), None).unwrap();
        let explained: serde_json::Value = serde_json::from_slice(&explained).unwrap();
        assert_eq!(explained["field"]["fields"].as_array().unwrap().len(), FIELDS_MAX);
    }
}
