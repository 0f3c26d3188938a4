//! `/api/sessions` and `/api/session`: signing in and out.

use axum::{
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use countersign::types::UserHandle;
use serde::Serialize;

use super::{
    App, Shared,
    body::{Finish, Json, Nothing, json, nothing},
    error::ApiError,
    now,
    signals::Signals,
    signed_in::{self, Acting, Browser, MaybeSignedIn, SignedIn},
};
use crate::{
    ceremony::{self, Ceremony, Made, Started},
    store::{
        StoreError,
        sessions::{self, Session},
    },
    token::Token,
};

#[derive(Serialize)]
struct Account<'a> {
    name: &'a str,
    #[serde(rename = "userHandle")]
    user_handle: &'a UserHandle,
}

impl<'a> From<&'a Session> for Account<'a> {
    fn from(session: &'a Session) -> Self {
        Self { name: &session.name, user_handle: &session.user }
    }
}

#[derive(Serialize)]
struct Current<'a> {
    account: Option<Account<'a>>,
    #[serde(rename = "rpId")]
    rp_id: &'a str,
    /// Where the page works; it is at home at the first.
    origins: &'a [String],
}

/// Who is signed in. The browser gets its cookie with that, which a page asks for first: two windows that start at once
/// would each get one with their starts, and the first one's ceremony would be of a cookie that is gone. A navigation is
/// no page's question, and gets none.
pub(super) async fn current(
    State(app): State<Shared>,
    MaybeSignedIn(session): MaybeSignedIn,
    Browser(browser): Browser,
    headers: HeaderMap,
) -> Response {
    let rp_id = app.ceremonies.relying_party.id();
    let account = session.as_ref().map(Account::from);
    let answer = json(StatusCode::OK, &Current { account, rp_id, origins: &app.origins });
    if is_navigation(&headers) { answer } else { with_browser(&app, answer, &browser) }
}

pub(super) async fn start(
    State(app): State<Shared>,
    Browser(browser): Browser,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, ApiError> {
    let started = app.ceremonies.start_session(browser.hash(), now()).await;
    Ok(self::started(&app, &started.map_err(|it| app.authentication(it))?, &browser))
}

pub(super) async fn finish(
    State(app): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Finish>,
) -> Result<Response, ApiError> {
    let replaces = app.cookies.session.read(&headers).map(|token| token.hash());
    let finish = body.of(&app, &headers).map_err(|it| app.authentication(it))?;
    let made = app.ceremonies.finish(&Ceremony::Session(replaces), &finish, now()).await;
    match made.map_err(|it| app.authentication(it))? {
        Made::SignedIn(signed_in) => Ok(opened(&app, StatusCode::OK, *signed_in)),
        _ => Err(StoreError::CeremonyUnknown.into()),
    }
}

/// Signs out. Where there is no session, that is so already, whatever account the page shows.
pub(super) async fn end(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(session) = signed_in::session(&headers, &app).await? {
        let caller = signed_in::caller(&headers, &session)?;
        let now = now();
        let ended = app.ceremonies.store.write(move |db| match caller.session(db, now) {
            Err(StoreError::SessionOver) => Ok(()),
            session => sessions::remove(db, &session?.token_hash),
        });
        ended.await?;
    }
    Ok(forgetting(&app, nothing()))
}

/// A session as the page sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ListedSession {
    id: String,
    /// The label of the passkey that it was made with.
    label: String,
    created_at: String,
    seen_at: String,
    /// Whether it is the one that asks.
    current: bool,
}

pub(super) async fn list(
    State(app): State<Shared>,
    SignedIn(session): SignedIn,
) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    struct Body {
        sessions: Vec<ListedSession>,
    }
    let (user, now) = (session.user.clone(), now());
    let listed = app.ceremonies.store.read(move |db| sessions::list(db, &user, now)).await?;
    let sessions = listed.into_iter().map(|listed| ListedSession {
        id: sessions::public_id(&listed.token_hash),
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
    State(app): State<Shared>,
    Acting(caller): Acting,
    id: Result<Path<String>, PathRejection>,
) -> Result<Response, ApiError> {
    let Path(id) = id.map_err(|_| ApiError::NotFound)?;
    let (own, now) = (caller.token_hash, now());
    let ended = app.ceremonies.store.write(move |db| {
        let session = caller.session(db, now)?;
        let listed = sessions::list(db, &session.user, now)?;
        let named = listed.into_iter().find(|listed| sessions::public_id(&listed.token_hash) == id);
        if let Some(named) = &named {
            sessions::remove(db, &named.token_hash)?;
        }
        Ok(named.map(|named| named.token_hash))
    });
    let ended = ended.await?.ok_or(ApiError::NotFound)?;
    let answer = json(StatusCode::OK, &Ended { ended: 1 });
    Ok(if ended == own { forgetting(&app, answer) } else { answer })
}

/// Ends all sessions of the account but the one that asks.
pub(super) async fn end_others(
    State(app): State<Shared>,
    Acting(caller): Acting,
) -> Result<Response, ApiError> {
    let now = now();
    let ended = app.ceremonies.store.write(move |db| {
        let session = caller.session(db, now)?;
        sessions::remove_others(db, &session.user, &session.token_hash, now)
    });
    Ok(json(StatusCode::OK, &Ended { ended: ended.await? }))
}

/// The answer to a start.
pub(super) fn started<O: Serialize>(app: &App, started: &Started<O>, browser: &Token) -> Response {
    #[derive(Serialize)]
    struct Body<'a, O> {
        ceremony: String,
        options: &'a O,
    }
    let body = Body { ceremony: started.ceremony.text(), options: &started.options };
    with_browser(app, json(StatusCode::OK, &body), browser)
}

/// Whether the request is for what is to be shown, and not a script's
/// ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/#sec-fetch-mode-header)). Browsers that don't say it
/// keep the cookie anyway.
fn is_navigation(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate")
}

/// The answer, and the browser keeps its cookie.
fn with_browser(app: &App, mut response: Response, browser: &Token) -> Response {
    let kept = app.cookies.browser.keep(browser);
    response.headers_mut().extend(kept.map(|value| (header::SET_COOKIE, value)));
    response
}

/// The answer to a finish that opened a session.
pub(super) fn opened(app: &App, status: StatusCode, signed_in: ceremony::SignedIn) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        account: Account<'a>,
        signals: Signals,
    }
    let ceremony::SignedIn { token, session, accepted } = signed_in;
    let signals = Signals::new(&app.ceremonies.relying_party, session.user.clone(), accepted);
    let mut response = json(status, &Body { account: Account::from(&session), signals });
    let kept = app.cookies.session.keep(&token);
    response.headers_mut().extend(kept.map(|value| (header::SET_COOKIE, value)));
    response
}

/// The answer, and the browser forgets its session.
pub(super) fn forgetting(app: &App, mut response: Response) -> Response {
    let forgotten = app.cookies.session.forget();
    response.headers_mut().extend(forgotten.map(|value| (header::SET_COOKIE, value)));
    response
}
