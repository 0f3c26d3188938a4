//! `/api/sessions` and `/api/session`: signing in and out.

use axum::{
    extract::State,
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
    signed_in::MaybeSignedIn,
};
use crate::{
    ceremony::{SignedIn, Started},
    store::sessions::{self, Session},
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
}

pub(super) async fn current(State(app): State<Shared>, MaybeSignedIn(session): MaybeSignedIn) -> Response {
    let rp_id = app.ceremonies.relying_party.id();
    json(StatusCode::OK, &Current { account: session.as_ref().map(Account::from), rp_id })
}

pub(super) async fn start(
    State(app): State<Shared>,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, ApiError> {
    let started = app.ceremonies.start_session(now()).await.map_err(ApiError::authentication)?;
    Ok(self::started(&started))
}

pub(super) async fn finish(
    State(app): State<Shared>,
    headers: HeaderMap,
    Json(Finish { ceremony, response }): Json<Finish>,
) -> Result<Response, ApiError> {
    let replaces = app.cookie.read(&headers).map(|token| token.hash());
    let signed_in = app
        .ceremonies
        .finish_session(&ceremony, response.get(), replaces, now())
        .await
        .map_err(ApiError::authentication)?;
    Ok(opened(&app, StatusCode::OK, &signed_in))
}

pub(super) async fn end(State(app): State<Shared>, headers: HeaderMap) -> Result<Response, ApiError> {
    if let Some(token) = app.cookie.read(&headers) {
        let token_hash = token.hash();
        app.ceremonies.store.write(move |db| sessions::remove(db, &token_hash)).await?;
    }
    Ok(forgetting(&app, nothing()))
}

/// The answer to a start.
pub(super) fn started<O: Serialize>(started: &Started<O>) -> Response {
    #[derive(Serialize)]
    struct Body<'a, O> {
        ceremony: String,
        options: &'a O,
    }
    json(StatusCode::OK, &Body { ceremony: started.ceremony.text(), options: &started.options })
}

/// The answer to a finish that opened a session.
pub(super) fn opened(app: &App, status: StatusCode, signed_in: &SignedIn) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        account: Account<'a>,
    }
    let mut response = json(status, &Body { account: Account::from(&signed_in.session) });
    response.headers_mut().extend(app.cookie.keep(&signed_in.token).map(|value| (header::SET_COOKIE, value)));
    response
}

/// The answer, and the browser forgets its session.
pub(super) fn forgetting(app: &App, mut response: Response) -> Response {
    response.headers_mut().extend(app.cookie.forget().map(|value| (header::SET_COOKIE, value)));
    response
}
