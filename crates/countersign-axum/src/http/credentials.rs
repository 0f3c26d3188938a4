//! `credentials`: the passkeys of the signed-in account.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use countersign::CredentialRecord;
use countersign::store::Session;
use countersign::types::{Aaguid, CredentialId, UserHandle, base64url};
use countersign::{cose::Algorithm, types::enumerations::Transport, types::identifiers::CREDENTIAL_ID_MAX};
use countersign_store::names;
use serde::{Deserialize, Serialize};

use super::body::{FinishBody, Json};
use super::error::{Answer, ApiError};
use super::responses::{self, registration_error, without_session};
use super::sender::{Acting, Browser, InSession};
use super::{json::json, signals::Signals};
use crate::app::{App, Shared};
use crate::ceremony::{finish::Ceremony, outcome::Finished, starting::Adding};
use crate::{credentials::JudgedCredential, operation_error::Rejection};

/// A passkey in an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a> {
    id: &'a CredentialId,
    label: &'a str,
    aaguid: Aaguid,
    /// The name of the authenticator, by its own claim.
    authenticator: Option<String>,
    /// The address of the model's icon.
    icon: Option<String>,
    /// Why it could not be registered today.
    trouble: Option<&'a str>,
    format: &'a str,
    attestation_type: &'a str,
    algorithm: String,
    transports: &'a [Transport],
    /// `null` if unknown.
    backup_eligible: Option<bool>,
    backup_state: bool,
    user_verified: bool,
    sign_count: u32,
    created_at: String,
    last_used_at: Option<String>,
    /// Whether the session was created with it.
    current: bool,
}

impl<'a> Credential<'a> {
    fn new(app: &App, judged: &'a JudgedCredential, session: &Session) -> Self {
        let JudgedCredential { stored, fault } = judged;
        let record = &stored.record;
        Self {
            id: record.id(),
            label: &stored.label,
            aaguid: record.aaguid(),
            authenticator: app.models.name(record.aaguid()),
            icon: app.models.icon(record.aaguid()),
            trouble: fault.as_deref(),
            format: stored.attestation.as_ref().map_or("none", |(format, _)| format),
            attestation_type: stored.attestation.as_ref().map_or("none", |(_, kind)| kind),
            algorithm: algorithm_name(record),
            transports: record.transports(),
            backup_eligible: record.backup_eligible(),
            backup_state: record.backup_state(),
            user_verified: record.uv_initialized(),
            sign_count: record.sign_count(),
            created_at: stored.created_at.to_string(),
            last_used_at: stored.last_used_at.map(|at| at.to_string()),
            current: *record.id() == session.credential,
        }
    }
}

/// The name of the algorithm of a credential's key; its number if the algorithm is unknown, and empty if the record does not have
/// it.
pub fn algorithm_name(record: &CredentialRecord) -> String {
    record.algorithm().map_or_else(String::new, |identifier| {
        Algorithm::from_identifier(identifier)
            .map_or_else(|| identifier.to_string(), |algorithm| algorithm.name().to_owned())
    })
}

pub(crate) async fn list(
    State(app): State<Shared>,
    InSession(session): InSession,
    Browser(browser): Browser,
) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        /// The user handle of their account.
        account: &'a UserHandle,
        credentials: Vec<Credential<'a>>,
        /// What the application says about its data on models.
        metadata: serde_json::Value,
        signals: Signals,
    }
    let listed = app.account_credentials(&session.account, &browser.hash()).await?;
    let signals = Signals::new(&app.accounts, session.account.clone(), listed.accepted);
    let credentials = listed.credentials.iter().map(|one| Credential::new(&app, one, &session)).collect();
    let metadata = app.models.about(app.now());
    Ok(json(StatusCode::OK, &Body { account: &session.account, credentials, metadata, signals }))
}

#[derive(Deserialize)]
pub(crate) struct Start {
    /// Whether the browser may create the passkey without asking.
    #[serde(default)]
    conditional: bool,
}

pub(crate) async fn start(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(Start { conditional }): Json<Start>,
) -> Answer {
    app.models.check_registration(app.now())?;
    let adding = if conditional { Adding::Conditional } else { Adding::Asked };
    let started = app.start_credential(&caller, adding, &browser.hash()).await;
    let started = started.map_err(|error| registration_error(&app, error))?;
    Ok(responses::started(&app, &started, &browser))
}

pub(crate) async fn finish(
    State(app): State<Shared>,
    Acting(caller): Acting,
    headers: HeaderMap,
    Json(body): Json<FinishBody>,
) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        credential: Credential<'a>,
        signals: Signals,
    }
    let source = caller.source;
    let finished = responses::finish(&app, Ceremony::Credential(caller), body, &headers, source).await?;
    let Finished::Added(added) = finished else { return Err(Rejection::CeremonyOver.into()) };
    let judged = app.judge_one(added.credential, app.now()).await?;
    let credential = Credential::new(&app, &judged, &added.session);
    let signals = Signals::new(&app.accounts, added.session.account.clone(), added.accepted);
    Ok(json(StatusCode::CREATED, &Body { credential, signals }))
}

#[derive(Deserialize)]
pub(crate) struct Rename {
    label: String,
}

pub(crate) async fn rename(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Id(id): Id,
    Json(Rename { label }): Json<Rename>,
) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        credential: Credential<'a>,
    }
    let label = names::clean(&label).map_err(ApiError::LabelInvalid)?;
    let (renamed, session) = app.rename_credential(&caller, id, label).await?;
    Ok(json(StatusCode::OK, &Body { credential: Credential::new(&app, &renamed, &session) }))
}

pub(crate) async fn remove(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Id(id): Id,
    request: Parts,
) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        signals: Signals,
        signed_out: bool,
    }
    let removed = app.remove_credential(&caller, browser.hash(), id).await?;
    let signals = Signals::new(&app.accounts, caller.account, removed.accepted);
    let answer = json(StatusCode::OK, &Body { signals, signed_out: removed.signed_out });
    if removed.signed_out { without_session(&app, &request, answer).await } else { Ok(answer) }
}

/// The credential ID in the path. A malformed one is not found.
pub(crate) struct Id(CredentialId);

impl FromRequestParts<Shared> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, app).await.map_err(|_| ApiError::NotFound)?;
        let bytes = base64url::decode(text).map_err(|_| ApiError::NotFound)?;
        let id = CredentialId::new(bytes).filter(|id| id.as_bytes().len() <= CREDENTIAL_ID_MAX);
        id.map(Id).ok_or(ApiError::NotFound)
    }
}
