//! `step-up`: confirming an act with a passkey.

use axum::{extract::State, http::HeaderMap};
use countersign_store::names;

use super::body::{FinishBody, Json};
use super::error::{Answer, ApiError};
use super::json::no_content;
use super::responses::{self, authentication_error};
use super::sender::{Acting, Browser};
use crate::ceremony::{finish::Ceremony, outcome::Finished};
use crate::{act::Act, app::Shared, operation_error::Rejection};

#[derive(serde::Deserialize)]
pub(crate) struct Start {
    act: Act,
}

pub(crate) async fn start(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(Start { act }): Json<Start>,
) -> Answer {
    if act == (Act::AddConditionally {}) {
        return Err(ApiError::RequestMalformed("the act is not confirmed by request".into()));
    }
    let act = match act {
        // The name as it is stored, by which the confirmation is found.
        Act::RenameAccount { name } => {
            Act::RenameAccount { name: names::clean(&name).map_err(ApiError::NameInvalid)? }
        }
        other => other,
    };
    let started = app.start_step_up(&caller, act, &browser.hash()).await;
    let started = started.map_err(|error| authentication_error(&app, error))?;
    Ok(responses::started(&app, &started, &browser))
}

pub(crate) async fn finish(
    State(app): State<Shared>,
    Acting(caller): Acting,
    headers: HeaderMap,
    Json(body): Json<FinishBody>,
) -> Answer {
    let source = caller.source;
    match responses::finish(&app, Ceremony::StepUp(caller), body, &headers, source).await? {
        Finished::Confirmed => Ok(no_content()),
        _ => Err(Rejection::CeremonyOver.into()),
    }
}
