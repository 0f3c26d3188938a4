//! `/api/sessions` and `/api/session`: signing in and out.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::{extract::rejection::PathRejection, response::Response};
use serde::Serialize;

use super::body::{FinishBody, Json, NoParameters};
use super::error::{Answer, ApiError};
use super::json::{json, no_content};
use super::responses::{self, Account, with_browser, without_session};
use super::signed_in::{self, Acting, Browser, MaybeSignedIn, SignedIn};
use super::site::Shared;
use crate::{
    ceremony::finish::Ceremony, ceremony::outcome::Finished, clock::now, operation_error::Rejection,
};

#[derive(Serialize)]
struct Current<'a> {
    account: Option<Account<'a>>,
    #[serde(rename = "rpId")]
    rp_id: &'a str,
    /// The origins of the page, the main one first.
    origins: &'a [String],
}

/// Returns the account of the session, if any. A page requests it first, and gets the browser's cookie with the answer:
/// two windows that start ceremonies at once would each get a cookie otherwise, and the first one's ceremony could not
/// be finished. A navigation gets no cookie.
pub(super) async fn current(
    State(site): State<Shared>,
    MaybeSignedIn(session): MaybeSignedIn,
    Browser(browser): Browser,
    headers: HeaderMap,
) -> Response {
    let rp_id = site.app.relying_party.id();
    let account = session.as_ref().map(Account::from);
    let answer = json(StatusCode::OK, &Current { account, rp_id, origins: &site.app.origins });
    if is_navigation(&headers) { answer } else { with_browser(&site, answer, &browser) }
}

pub(super) async fn start(
    State(site): State<Shared>,
    Browser(browser): Browser,
    Json(NoParameters {}): Json<NoParameters>,
) -> Answer {
    let started = site.app.ceremonies.start_session(browser.hash(), now()).await;
    let started = started.map_err(|error| site.authentication_error(error))?;
    Ok(responses::started(&site, &started, &browser))
}

pub(super) async fn finish(
    State(site): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<FinishBody>,
) -> Answer {
    let replaced = site.cookies.session.read(&headers).map(|token| token.hash());
    let finished = site.finish(Ceremony::Session(replaced), &body, &headers).await;
    match finished.map_err(|error| site.authentication_error(error))? {
        Finished::SignedIn(session) => Ok(responses::signed_in(&site, StatusCode::OK, *session)),
        _ => Err(Rejection::CeremonyUnknown.into()),
    }
}

/// Signs out. Without a session this succeeds, whatever account the page shows.
pub(super) async fn end(State(site): State<Shared>, headers: HeaderMap) -> Answer {
    if let Some(session) = signed_in::session(&headers, &site).await? {
        let caller = signed_in::caller(&headers, &session)?;
        site.app.sessions.end(caller, now()).await?;
    }
    Ok(without_session(&site, no_content()))
}

/// A session in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedSession {
    id: String,
    /// The label of the passkey that it was created with.
    label: String,
    created_at: String,
    seen_at: String,
    /// Whether it is the session of the request.
    current: bool,
}

pub(super) async fn list(State(site): State<Shared>, SignedIn(session): SignedIn) -> Answer {
    #[derive(Serialize)]
    struct Body {
        sessions: Vec<ListedSession>,
    }
    let listed = site.app.sessions.list(session.user.clone(), now()).await?;
    let sessions = listed.into_iter().map(|listed| ListedSession {
        id: listed.public_id(),
        label: listed.label,
        created_at: listed.created_at.to_string(),
        seen_at: listed.seen_at.to_string(),
        current: listed.token_hash == session.token_hash,
    });
    Ok(json(StatusCode::OK, &Body { sessions: sessions.collect() }))
}

#[derive(Serialize)]
struct Ended {
    ended: usize,
}

/// Ends one session of the account.
pub(super) async fn end_one(
    State(site): State<Shared>,
    Acting(caller): Acting,
    id: Result<Path<String>, PathRejection>,
) -> Answer {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let own = caller.token_hash;
    let ended = site.app.sessions.end_one(caller, id, now()).await?.ok_or(ApiError::NotFound)?;
    let answer = json(StatusCode::OK, &Ended { ended: 1 });
    Ok(if ended == own { without_session(&site, answer) } else { answer })
}

/// Ends all sessions of the account but the one of the request.
pub(super) async fn end_others(State(site): State<Shared>, Acting(caller): Acting) -> Answer {
    let ended = site.app.sessions.end_others(caller, now()).await?;
    Ok(json(StatusCode::OK, &Ended { ended }))
}

/// Whether the request is a navigation, and not from a script ([Fetch
/// Metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header)). Browsers that don't send the header get the
/// cookie anyway.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}
