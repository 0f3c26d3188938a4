//! `/api/credentials`: the passkeys of the signed-in account.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use countersign::types::{Aaguid, CredentialId, UserHandle, base64url};
use countersign::{cose::Algorithm, types::enumerations::Transport, types::identifiers::CREDENTIAL_ID_MAX};
use serde::{Deserialize, Serialize};

use super::body::{FinishBody, Json, NoParameters};
use super::error::{Answer, ApiError};
use super::signed_in::{Acting, Browser, SignedIn};
use super::site::{Shared, Site};
use super::{json::json, models, signals::Signals};
use crate::ceremony::{finish::Ceremony, outcome::Finished};
use crate::{
    clock::now, credentials::JudgedCredential, metadata::service::MetadataService, names,
    operation_error::Rejection, store::sessions::Session,
};

/// A passkey in an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a> {
    id: &'a CredentialId,
    label: &'a str,
    aaguid: Aaguid,
    /// The name of the authenticator, by its own claim.
    authenticator: Option<String>,
    /// The path of the model's icon.
    icon: Option<String>,
    /// Why the current metadata would reject it.
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
    fn new(site: &Site, judged: &'a JudgedCredential, session: &Session) -> Self {
        let JudgedCredential { stored, revocation_reason } = judged;
        let record = &stored.record;
        let metadata = site.app.metadata.as_deref();
        let plain_name = || countersign_metadata::provider_name(record.aaguid()).map(str::to_owned);
        let algorithm = record.algorithm().map_or_else(String::new, |identifier| {
            Algorithm::from_identifier(identifier)
                .map_or_else(|| identifier.to_string(), |algorithm| algorithm.name().to_owned())
        });
        Self {
            id: record.id(),
            label: &stored.label,
            aaguid: record.aaguid(),
            authenticator: metadata.map_or_else(plain_name, |it| it.name(record.aaguid()).map(|it| it.name)),
            icon: metadata.and_then(|it| models::icon_path(it, record.aaguid())),
            trouble: revocation_reason.as_deref(),
            format: stored.attestation.as_ref().map_or("none", |(format, _)| format),
            attestation_type: stored.attestation.as_ref().map_or("none", |(_, kind)| kind),
            algorithm,
            transports: record.transports(),
            backup_eligible: record.backup_eligible(),
            backup_state: record.backup_state(),
            user_verified: record.uv_initialized(),
            sign_count: record.sign_count(),
            created_at: stored.created_at.to_string(),
            last_used_at: stored.last_used_at.map(|at| at.to_string()),
            current: *record.id() == session.credential_id,
        }
    }
}

/// The metadata that names and judges passkeys, in an answer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    number: Option<u64>,
    next_update: Option<String>,
    models: Option<usize>,
    trouble: Option<&'static str>,
}

impl Metadata {
    fn new(metadata: &MetadataService) -> Self {
        let blob = metadata.current().blob();
        Self {
            number: blob.as_deref().map(countersign_metadata::Blob::number),
            next_update: blob.as_deref().map(|blob| blob.next_update().to_string()),
            models: blob.as_deref().map(|blob| blob.entries().len()),
            trouble: metadata.current().problem(now()),
        }
    }
}

pub(super) async fn list(
    State(site): State<Shared>,
    SignedIn(session): SignedIn,
    Browser(browser): Browser,
) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        /// The user handle of their account.
        account: &'a UserHandle,
        credentials: Vec<Credential<'a>>,
        metadata: Option<Metadata>,
        signals: Signals,
    }
    let listed = site.app.credentials.list(session.user.clone(), browser.hash(), now()).await?;
    let signals = Signals::new(&site.app.relying_party, session.user.clone(), listed.accepted);
    let credentials = listed.credentials.iter().map(|one| Credential::new(&site, one, &session)).collect();
    let metadata = site.app.metadata.as_deref().map(Metadata::new);
    Ok(json(StatusCode::OK, &Body { account: &session.user, credentials, metadata, signals }))
}

pub(super) async fn start(
    State(site): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(NoParameters {}): Json<NoParameters>,
) -> Answer {
    site.check_registration()?;
    let started = site.app.ceremonies.start_credential(&caller, browser.hash(), now()).await;
    let started = started.map_err(|error| site.registration_error(error))?;
    Ok(super::responses::started(&site, &started, &browser))
}

pub(super) async fn finish(
    State(site): State<Shared>,
    Acting(caller): Acting,
    headers: HeaderMap,
    Json(body): Json<FinishBody>,
) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        credential: Credential<'a>,
        signals: Signals,
    }
    let finished = site.finish(Ceremony::Credential(caller), &body, &headers).await;
    let Finished::Added(added) = finished.map_err(|error| site.registration_error(error))? else {
        return Err(Rejection::CeremonyUnknown.into());
    };
    let judged = site.app.credentials.judge_one(added.credential).await?;
    let credential = Credential::new(&site, &judged, &added.session);
    let signals = Signals::new(&site.app.relying_party, added.session.user.clone(), added.accepted);
    Ok(json(StatusCode::CREATED, &Body { credential, signals }))
}

#[derive(Deserialize)]
pub(super) struct Rename {
    label: String,
}

pub(super) async fn rename(
    State(site): State<Shared>,
    Acting(caller): Acting,
    Id(id): Id,
    Json(Rename { label }): Json<Rename>,
) -> Answer {
    #[derive(Serialize)]
    struct Body<'a> {
        credential: Credential<'a>,
    }
    let label = names::clean(&label).map_err(ApiError::LabelInvalid)?;
    let (renamed, session) = site.app.credentials.rename(caller, id, label, now()).await?;
    Ok(json(StatusCode::OK, &Body { credential: Credential::new(&site, &renamed, &session) }))
}

pub(super) async fn remove(
    State(site): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Id(id): Id,
) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        signals: Signals,
        signed_out: bool,
    }
    let removed = site.app.credentials.remove(caller, browser.hash(), id, now()).await?;
    let signals = Signals::new(&site.app.relying_party, removed.user, removed.accepted);
    let answer = json(StatusCode::OK, &Body { signals, signed_out: removed.signed_out });
    Ok(if removed.signed_out { super::responses::without_session(&site, answer) } else { answer })
}

/// The credential ID in the path. A malformed one is not found.
pub(super) struct Id(CredentialId);

impl FromRequestParts<Shared> for Id {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, ApiError> {
        let Path(text) =
            Path::<String>::from_request_parts(parts, site).await.map_err(|_| ApiError::NotFound)?;
        let bytes = base64url::decode(text).map_err(|_| ApiError::NotFound)?;
        let id = CredentialId::new(bytes).filter(|id| id.as_bytes().len() <= CREDENTIAL_ID_MAX);
        id.map(Id).ok_or(ApiError::NotFound)
    }
}
