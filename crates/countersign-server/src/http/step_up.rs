//! `/api/step-up`: confirming an act with a passkey.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;

use super::{
    Shared,
    body::{Finish, Json, nothing},
    error::ApiError,
    now, sessions,
    signed_in::{Acting, Browser},
};
use crate::{
    ceremony::{Act, Ceremony, Made},
    store::StoreError,
};

#[derive(Deserialize)]
pub(super) struct Start {
    act: Act,
}

pub(super) async fn start(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(Start { act }): Json<Start>,
) -> Result<Response, ApiError> {
    let started = app.ceremonies.start_step_up(&caller, act, browser.hash(), now()).await;
    Ok(sessions::started(&app, &started.map_err(|it| app.authentication(it))?, &browser))
}

pub(super) async fn finish(
    State(app): State<Shared>,
    Acting(caller): Acting,
    headers: HeaderMap,
    Json(body): Json<Finish>,
) -> Result<Response, ApiError> {
    let finish = body.of(&app, &headers).map_err(|it| app.authentication(it))?;
    let made = app.ceremonies.finish(&Ceremony::StepUp(caller), &finish, now()).await;
    match made.map_err(|it| app.authentication(it))? {
        Made::Confirmed => Ok(nothing()),
        _ => Err(StoreError::CeremonyUnknown.into()),
    }
}
