//! `/api/accounts` and `/api/account`: creating an account with its first passkey, and deleting it.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};

use super::body::{FinishBody, Json};
use super::error::{Answer, ApiError};
use super::responses::{self, without_session};
use super::signed_in::{Acting, Browser};
use super::{json::json, signals::Signals, site::Shared};
use crate::ceremony::{finish::Ceremony, outcome::Finished};
use crate::{clock::now, names, operation_error::Rejection};

#[derive(serde::Deserialize)]
pub(super) struct Start {
    name: String,
}

pub(super) async fn start(
    State(site): State<Shared>,
    Browser(browser): Browser,
    Json(Start { name }): Json<Start>,
) -> Answer {
    let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
    site.check_registration()?;
    let started = site.app.ceremonies.start_account(&name, browser.hash(), now()).await;
    let started = started.map_err(|error| site.registration_error(error))?;
    Ok(responses::started(&site, &started, &browser))
}

pub(super) async fn finish(
    State(site): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<FinishBody>,
) -> Answer {
    let replaced = site.cookies.session.read(&headers).map(|token| token.hash());
    let finished = site.finish(Ceremony::Account(replaced), &body, &headers).await;
    match finished.map_err(|error| site.registration_error(error))? {
        Finished::SignedIn(session) => Ok(responses::signed_in(&site, StatusCode::CREATED, *session)),
        _ => Err(Rejection::CeremonyUnknown.into()),
    }
}

pub(super) async fn remove(
    State(site): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
) -> Answer {
    #[derive(serde::Serialize)]
    struct Body {
        signals: Signals,
    }
    let user = caller.account.clone();
    site.app.accounts.remove(caller, browser.hash(), now()).await?;
    let signals = Signals::new(&site.app.relying_party, user, Some(Vec::new()));
    Ok(without_session(&site, json(StatusCode::OK, &Body { signals })))
}
