//! `/api/step-up`: confirming an act with a passkey.

use axum::{extract::State, http::HeaderMap};

use super::body::{FinishBody, Json};
use super::signed_in::{Acting, Browser};
use super::{error::Answer, json::no_content, responses, site::Shared};
use crate::{act::Act, clock::now, operation_error::Rejection};

#[derive(serde::Deserialize)]
pub(super) struct Start {
    act: Act,
}

pub(super) async fn start(
    State(site): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(Start { act }): Json<Start>,
) -> Answer {
    let started = site.app.ceremonies.start_step_up(&caller, act, browser.hash(), now()).await;
    let started = started.map_err(|error| site.authentication_error(error))?;
    Ok(responses::started(&site, &started, &browser))
}

pub(super) async fn finish(
    State(site): State<Shared>,
    Acting(caller): Acting,
    headers: HeaderMap,
    Json(body): Json<FinishBody>,
) -> Answer {
    let finished = site.finish(crate::ceremony::finish::Ceremony::StepUp(caller), &body, &headers).await;
    match finished.map_err(|error| site.authentication_error(error))? {
        crate::ceremony::outcome::Finished::Confirmed => Ok(no_content()),
        _ => Err(Rejection::CeremonyUnknown.into()),
    }
}
