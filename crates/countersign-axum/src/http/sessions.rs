//! `sessions` and `session`: signing in and out.

use axum::extract::{Path, State, rejection::PathRejection};
use axum::http::{HeaderMap, StatusCode, request::Parts};
use countersign_store::names;
use serde::Serialize;

use super::body::{FinishBody, Json};
use super::error::{Answer, ApiError};
use super::json::{json, no_content};
use super::responses::{self, Account, authentication_error, with_browser, without_session};
use super::sender::{self, Acting, Browser, InSession, MaybeInSession};
use crate::sign_up::SignUp;
use crate::{app::Shared, ceremony::finish::Ceremony, sessions::caller::public_id};

#[derive(Serialize)]
struct Current<'a> {
    account: Option<Account<'a>>,
    #[serde(rename = "rpId")]
    rp_id: &'a str,
    #[serde(rename = "signUp")]
    sign_up: SignUp,
    /// The origins of the page, the main one first.
    origins: &'a [String],
}

/// Returns the account of the session, if any. A page requests it first, and gets the browser's cookie with the answer:
/// two windows that start ceremonies at once would each get a cookie otherwise, and the first one's ceremony could not
/// be finished. A navigation gets no cookie.
pub(crate) async fn current(
    State(app): State<Shared>,
    MaybeInSession(session): MaybeInSession,
    Browser(browser): Browser,
    headers: HeaderMap,
) -> Answer {
    let account = session.as_ref().map(Account::from);
    let body = Current { account, rp_id: app.accounts.id(), sign_up: app.sign_up, origins: &app.origins };
    let answer = json(StatusCode::OK, &body);
    Ok(if is_navigation(&headers) { answer } else { with_browser(&app, answer, &browser) })
}

#[derive(serde::Deserialize)]
pub(crate) struct Start {
    /// The name of the account, if the page asks for it.
    name: Option<String>,
}

pub(crate) async fn start(
    State(app): State<Shared>,
    Browser(browser): Browser,
    Json(Start { name }): Json<Start>,
) -> Answer {
    let started = match name {
        Some(name) => {
            let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
            app.start_named_session(&name, &browser.hash()).await
        }
        None => app.start_session(&browser.hash()).await,
    };
    let started = started.map_err(|error| authentication_error(&app, error))?;
    Ok(responses::started(&app, &started, &browser))
}

pub(crate) async fn finish(
    State(app): State<Shared>,
    request: Parts,
    Json(body): Json<FinishBody>,
) -> Answer {
    responses::finish_and_enter(&app, Ceremony::Session, &request, body, StatusCode::OK).await
}

/// Signs out. Without a session this succeeds, whatever account the page shows.
pub(crate) async fn end(State(app): State<Shared>, request: Parts) -> Answer {
    if let Some(session) = app.session_of(&request).await? {
        app.end_session(&sender::caller(&request, &session)?).await?;
    }
    without_session(&app, &request, no_content()).await
}

/// A session in a list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedSession {
    id: String,
    /// The label of the passkey that it was created with.
    label: String,
    /// The browser and the system that it was created with, in words.
    device: Option<String>,
    created_at: String,
    seen_at: String,
    /// Whether it is the session of the request.
    current: bool,
}

pub(crate) async fn list(State(app): State<Shared>, InSession(session): InSession) -> Answer {
    #[derive(Serialize)]
    struct Body {
        sessions: Vec<ListedSession>,
    }
    let now = app.now();
    let listed = app.store.sessions(&session.account, now).await?;
    let sessions = listed.into_iter().map(|listed| ListedSession {
        id: public_id(&listed.token),
        label: listed.label,
        device: listed.device,
        created_at: listed.times.created_at.to_string(),
        seen_at: listed.times.seen_at.min(now).to_string(),
        current: listed.token == session.token,
    });
    Ok(json(StatusCode::OK, &Body { sessions: sessions.collect() }))
}

#[derive(Serialize)]
struct Ended {
    ended: usize,
}

/// Ends one session of the account.
pub(crate) async fn end_one(
    State(app): State<Shared>,
    Acting(caller): Acting,
    id: Result<Path<String>, PathRejection>,
    request: Parts,
) -> Answer {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let ended = app.end_one_session(&caller, &id).await?.ok_or(ApiError::NotFound)?;
    let answer = json(StatusCode::OK, &Ended { ended: 1 });
    if ended == caller.token { without_session(&app, &request, answer).await } else { Ok(answer) }
}

/// Ends all sessions of the account but the one of the request.
pub(crate) async fn end_others(State(app): State<Shared>, Acting(caller): Acting) -> Answer {
    let ended = app.end_other_sessions(&caller).await?;
    Ok(json(StatusCode::OK, &Ended { ended }))
}

/// Whether the request is a navigation, and not from a script ([Fetch
/// Metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header)). Browsers that don't send the header get the
/// cookie anyway.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}
