//! `accounts` and `account`: creating an account with its first passkey, and deleting it.

use axum::extract::State;
use axum::http::{StatusCode, request::Parts};
use countersign_store::names;

use super::body::{FinishBody, Json};
use super::error::{Answer, ApiError};
use super::responses::{self, registration_error, without_session};
use super::sender::{Acting, Browser};
use super::{json::json, signals::Signals};
use crate::ceremony::{finish::Ceremony, outcome::Finished};
use crate::{app::Shared, operation_error::Rejection};

#[derive(serde::Deserialize)]
pub(crate) struct Start {
    name: String,
}

pub(crate) async fn start(
    State(app): State<Shared>,
    Browser(browser): Browser,
    Json(Start { name }): Json<Start>,
) -> Answer {
    let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
    app.models.check_registration(app.now())?;
    let started = app.start_account(&name, &browser.hash()).await;
    let started = started.map_err(|error| registration_error(&app, error))?;
    Ok(responses::started(&app, &started, &browser))
}

pub(crate) async fn finish(
    State(app): State<Shared>,
    request: Parts,
    Json(body): Json<FinishBody>,
) -> Answer {
    let replaced = app.sessions.token(&request).await?.map(|token| token.hash());
    let finished = responses::finish(&app, Ceremony::Account(replaced), body, &request.headers).await;
    match finished.map_err(|error| registration_error(&app, error))? {
        Finished::SignedIn(session) => {
            responses::signed_in(&app, &request, StatusCode::CREATED, *session).await
        }
        _ => Err(Rejection::CeremonyOver.into()),
    }
}

pub(crate) async fn remove(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    request: Parts,
) -> Answer {
    #[derive(serde::Serialize)]
    struct Body {
        signals: Signals,
    }
    app.remove_account(&caller, browser.hash()).await?;
    let signals = Signals::new(&app.accounts, caller.account, Some(Vec::new()));
    without_session(&app, &request, json(StatusCode::OK, &Body { signals })).await
}
