//! `/api/step-up`: confirming an act with a passkey.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Deserialize;

use super::body::{FinishBody, Json};
use super::signed_in::{Acting, Browser};
use super::{error::ApiError, json::no_content, responses, site::Shared};
use crate::ceremony::{finish::Ceremony, outcome::Finished};
use crate::{act::Act, clock::now, operation_error::Rejection};

#[derive(Deserialize)]
pub(super) struct Start {
    act: Act,
}

pub(super) async fn start(
    State(site): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(Start { act }): Json<Start>,
) -> Result<Response, ApiError> {
    let started = site.app.ceremonies.start_step_up(&caller, act, browser.hash(), now()).await;
    let started = started.map_err(|error| site.authentication_error(error))?;
    Ok(responses::started(&site, &started, &browser))
}

pub(super) async fn finish(
    State(site): State<Shared>,
    Acting(caller): Acting,
    headers: HeaderMap,
    Json(body): Json<FinishBody>,
) -> Result<Response, ApiError> {
    let finished = site.finish(Ceremony::StepUp(caller), &body, &headers).await;
    match finished.map_err(|error| site.authentication_error(error))? {
        Finished::Confirmed => Ok(no_content()),
        _ => Err(Rejection::CeremonyUnknown.into()),
    }
}
