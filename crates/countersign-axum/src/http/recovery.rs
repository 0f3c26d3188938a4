//! `recovery-codes` and `recovery`: making recovery codes, and a new passkey for one of them.

use axum::extract::State;
use axum::http::{StatusCode, request::Parts};
use countersign::store::{RECOVERY_CODES, RecoveryStatus};
use countersign_store::names;
use serde::Serialize;

use super::body::{FinishBody, Json};
use super::error::{Answer, ApiError};
use super::json::json;
use super::responses::{self, registration_error};
use super::sender::{Acting, Browser, InSession};
use crate::{app::Shared, ceremony::finish::Ceremony, typed_code::TypedCode};

/// The codes of the account, without the codes.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    /// How many there are when they are new.
    total: usize,
    unused: usize,
    created_at: Option<String>,
    /// When a code was last used, one of earlier codes included.
    used_at: Option<String>,
}

impl From<RecoveryStatus> for Status {
    fn from(status: RecoveryStatus) -> Self {
        Self {
            total: RECOVERY_CODES,
            unused: status.unused,
            created_at: status.created_at.map(|time| time.to_string()),
            used_at: status.used_at.map(|time| time.to_string()),
        }
    }
}

pub(crate) async fn status(State(app): State<Shared>, InSession(session): InSession) -> Answer {
    let status: Status = app.recovery_status(&session.account).await?.into();
    Ok(json(StatusCode::OK, &status))
}

pub(crate) async fn make(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
) -> Answer {
    #[derive(Serialize)]
    struct Body {
        codes: Vec<String>,
    }
    let codes = app.make_recovery_codes(&caller, browser.hash()).await?;
    let codes = codes.iter().map(ToString::to_string).collect();
    Ok(json(StatusCode::CREATED, &Body { codes }))
}

#[derive(serde::Deserialize)]
pub(crate) struct Start {
    name: String,
    code: String,
}

pub(crate) async fn start(
    State(app): State<Shared>,
    Browser(browser): Browser,
    Json(Start { name, code }): Json<Start>,
) -> Answer {
    let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
    let code = TypedCode::parse(&code).ok_or(ApiError::CodeMalformed)?;
    app.models.check_registration(app.now())?;
    let started = app.start_recovery(&name, &code, &browser.hash()).await;
    let started = started.map_err(|error| registration_error(&app, error))?;
    Ok(responses::started(&app, &started, &browser))
}

pub(crate) async fn finish(
    State(app): State<Shared>,
    request: Parts,
    Json(body): Json<FinishBody>,
) -> Answer {
    responses::finish_and_enter(&app, Ceremony::Recovery, &request, body, StatusCode::CREATED).await
}
