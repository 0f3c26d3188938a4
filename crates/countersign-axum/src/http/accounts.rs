//! `accounts` and `account`: creating an account with its first passkey, and deleting it.

use axum::extract::State;
use axum::http::{StatusCode, request::Parts};
use countersign_store::names;

use super::body::{FinishBody, Json};
use super::error::{Answer, ApiError};
use super::json::json;
use super::responses::{self, Account, registration_error, without_session};
use super::sender::{Acting, Browser};
use super::signals::{AccountSignals, Signals};
use crate::{app::Shared, ceremony::finish::Ceremony, typed_code::TypedCode};

#[derive(serde::Deserialize)]
pub(crate) struct Start {
    name: String,
    /// The code of an invitation.
    invitation: Option<String>,
}

pub(crate) async fn start(
    State(app): State<Shared>,
    Browser(browser): Browser,
    Json(Start { name, invitation }): Json<Start>,
) -> Answer {
    let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
    let parse = |code: String| TypedCode::parse(&code).ok_or(ApiError::CodeMalformed);
    let invitation = invitation.map(parse).transpose()?;
    app.models.check_registration(app.now())?;
    let started = app.start_account(&name, invitation.as_ref(), &browser.hash()).await;
    let started = started.map_err(|error| registration_error(&app, error))?;
    Ok(responses::started(&app, &started, &browser))
}

pub(crate) async fn finish(
    State(app): State<Shared>,
    request: Parts,
    Json(body): Json<FinishBody>,
) -> Answer {
    responses::finish_and_enter(&app, Ceremony::Account, &request, body, StatusCode::CREATED).await
}

#[derive(serde::Deserialize)]
pub(crate) struct Rename {
    name: String,
}

pub(crate) async fn rename(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(Rename { name }): Json<Rename>,
) -> Answer {
    #[derive(serde::Serialize)]
    struct Body<'a> {
        account: Account<'a>,
        signals: AccountSignals,
    }
    let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
    let session = app.rename_account(&caller, browser.hash(), name).await?;
    let signals = AccountSignals::of(&app, &session, &browser).await?;
    Ok(json(StatusCode::OK, &Body { account: Account::from(&session), signals }))
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
