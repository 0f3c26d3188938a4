//! `/api/credentials`: the passkeys of who is signed in.

use std::collections::HashMap;

use axum::{
    extract::{FromRequestParts, Path, State},
    http::{HeaderMap, StatusCode, request::Parts},
    response::Response,
};
use countersign::cose::Algorithm;
use countersign::types::{
    Aaguid, CredentialId, UserHandle, base64url, enumerations::Transport, identifiers::CREDENTIAL_ID_MAX,
};
use countersign_metadata::{Blob, names::provider_name};
use serde::{Deserialize, Serialize};

use super::{
    App, Shared,
    body::{Finish, Json, Nothing, json},
    error::ApiError,
    models, now, sessions,
    signals::Signals,
    signed_in::{Acting, Browser, SignedIn},
};
use crate::{
    ceremony::{Act, Ceremony, Made, confirmed},
    metadata::Knowledge,
    names,
    store::{
        StoreError,
        credentials::{self, Evidence, StoredCredential},
        sessions::Session,
    },
};

/// A passkey as the page sees it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential<'a> {
    id: &'a CredentialId,
    label: &'a str,
    aaguid: Aaguid,
    /// The provider's name, by its own claim.
    authenticator: Option<String>,
    /// Where the model's picture is.
    icon: Option<String>,
    /// Why it would not be accepted today, after the metadata.
    trouble: Option<&'a str>,
    format: &'a str,
    attestation_type: &'a str,
    algorithm: String,
    transports: &'a [Transport],
    /// `null` where it is not known.
    backup_eligible: Option<bool>,
    backup_state: bool,
    user_verified: bool,
    sign_count: u32,
    created_at: String,
    last_used_at: Option<String>,
    /// Whether the session was made with it.
    current: bool,
}

impl<'a> Credential<'a> {
    fn new(app: &App, Judged { stored, trouble }: &'a Judged, session: &Session) -> Self {
        let record = &stored.record;
        let knowledge = app.knowledge.as_deref();
        let plain_name = || provider_name(record.aaguid()).map(str::to_owned);
        let algorithm = record.algorithm().map_or_else(String::new, |identifier| {
            Algorithm::from_identifier(identifier)
                .map_or_else(|| identifier.to_string(), |algorithm| algorithm.name().to_owned())
        });
        Self {
            id: record.id(),
            label: &stored.label,
            aaguid: record.aaguid(),
            authenticator: knowledge.map_or_else(plain_name, |it| it.name(record.aaguid()).map(|it| it.name)),
            icon: knowledge.and_then(|it| models::icon_path(it, record.aaguid())),
            trouble: trouble.as_deref(),
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

/// A credential, and why the metadata of today would not accept it.
struct Judged {
    stored: StoredCredential,
    trouble: Option<String>,
}

/// Judges credentials by the metadata, with their evidence: on a thread for what takes long, since an attestation that was
/// not judged by this BLOB before is verified again, and a list has up to 64.
async fn judged(app: &Shared, stored: Vec<StoredCredential>) -> Result<Vec<Judged>, ApiError> {
    let Some(knowledge) = app.knowledge.clone() else {
        return Ok(stored.into_iter().map(|stored| Judged { stored, trouble: None }).collect());
    };
    let app = app.clone();
    let judge = move |stored: StoredCredential| {
        let trouble = knowledge.trouble(&app.ceremonies.relying_party, &stored.record, now());
        Judged { stored, trouble }
    };
    let judging = tokio::task::spawn_blocking(move || stored.into_iter().map(judge).collect());
    judging.await.map_err(|error| ApiError::Internal(error.to_string()))
}

/// Judges one credential, with its evidence.
async fn judged_one(app: &Shared, stored: StoredCredential) -> Result<Judged, ApiError> {
    let one = judged(app, vec![stored]).await?.pop();
    one.ok_or_else(|| ApiError::Internal("a credential was lost".into()))
}

/// Judges listed credentials, which have no evidence: that is read of those alone that were not judged yet.
async fn judged_list(app: &Shared, stored: Vec<StoredCredential>) -> Result<Vec<Judged>, ApiError> {
    let mut troubles = HashMap::new();
    if let Some(knowledge) = &app.knowledge {
        let ids: Vec<_> = stored.iter().map(|stored| stored.record.id()).collect();
        troubles = knowledge.known_troubles(&ids, now());
        let unjudged: Vec<CredentialId> =
            ids.into_iter().filter(|id| !troubles.contains_key(*id)).cloned().collect();
        if !unjudged.is_empty() {
            let read = app.ceremonies.store.read(move |db| {
                let found = unjudged.iter().filter_map(|id| credentials::find(db, id).transpose());
                found.collect::<Result<Vec<_>, _>>()
            });
            let judged = judged(app, read.await?).await?;
            troubles.extend(judged.into_iter().map(|one| (one.stored.record.id().clone(), one.trouble)));
        }
    }
    let judged = stored.into_iter().map(|stored| {
        let trouble = troubles.remove(stored.record.id()).flatten();
        Judged { stored, trouble }
    });
    Ok(judged.collect())
}

/// The metadata that names and judges passkeys, as the page tells of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    number: Option<u64>,
    next_update: Option<String>,
    models: Option<usize>,
    trouble: Option<&'static str>,
}

impl Metadata {
    fn new(knowledge: &Knowledge) -> Self {
        let blob = knowledge.blob();
        Self {
            number: blob.as_deref().map(Blob::number),
            next_update: blob.as_deref().map(|blob| blob.next_update().to_string()),
            models: blob.as_deref().map(|blob| blob.entries().len()),
            trouble: knowledge.ails(now()),
        }
    }
}

pub(super) async fn list(
    State(app): State<Shared>,
    SignedIn(session): SignedIn,
    Browser(browser): Browser,
) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    struct Body<'a> {
        /// Whose they are.
        account: &'a UserHandle,
        credentials: Vec<Credential<'a>>,
        metadata: Option<Metadata>,
        signals: Signals,
    }
    let (owner, browser, now) = (session.user.clone(), browser.hash(), now());
    let read = app.ceremonies.store.read(move |db| {
        let accepted = credentials::accepted(db, &owner, Some(&browser), now)?;
        Ok((credentials::list(db, &owner, Evidence::Left)?, accepted))
    });
    let (stored, accepted) = read.await?;
    let signals = Signals::new(&app.ceremonies.relying_party, session.user.clone(), accepted);
    let judged = judged_list(&app, stored).await?;
    let credentials = judged.iter().map(|one| Credential::new(&app, one, &session)).collect();
    let metadata = app.knowledge.as_deref().map(Metadata::new);
    Ok(json(StatusCode::OK, &Body { account: &session.user, credentials, metadata, signals }))
}

pub(super) async fn start(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Json(Nothing {}): Json<Nothing>,
) -> Result<Response, ApiError> {
    app.can_register(now())?;
    let started = app.ceremonies.start_credential(&caller, browser.hash(), now()).await;
    Ok(sessions::started(&app, &started.map_err(|it| app.registration(it))?, &browser))
}

pub(super) async fn finish(
    State(app): State<Shared>,
    Acting(caller): Acting,
    headers: HeaderMap,
    Json(body): Json<Finish>,
) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    struct Body<'a> {
        credential: Credential<'a>,
        signals: Signals,
    }
    let finish = body.of(&app, &headers).map_err(|it| app.registration(it))?;
    let made = app.ceremonies.finish(&Ceremony::Credential(caller), &finish, now()).await;
    let Made::Added(added) = made.map_err(|it| app.registration(it))? else {
        return Err(StoreError::CeremonyUnknown.into());
    };
    let judged = judged_one(&app, added.credential).await?;
    let credential = Credential::new(&app, &judged, &added.session);
    let signals = Signals::new(&app.ceremonies.relying_party, added.session.user.clone(), added.accepted);
    Ok(json(StatusCode::CREATED, &Body { credential, signals }))
}

#[derive(Deserialize)]
pub(super) struct Rename {
    label: String,
}

pub(super) async fn rename(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Id(id): Id,
    Json(Rename { label }): Json<Rename>,
) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    struct Body<'a> {
        credential: Credential<'a>,
    }
    let label = names::clean(&label).map_err(ApiError::LabelInvalid)?;
    let now = now();
    let renamed = app.ceremonies.store.write(move |db| {
        let session = caller.session(db, now)?;
        Ok((credentials::rename(db, &session.user, &id, &label)?, session))
    });
    let (renamed, session) = renamed.await?;
    let judged = judged_one(&app, renamed).await?;
    Ok(json(StatusCode::OK, &Body { credential: Credential::new(&app, &judged, &session) }))
}

pub(super) async fn remove(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
    Id(id): Id,
) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        signals: Signals,
        signed_out: bool,
    }
    let (browser, now) = (browser.hash(), now());
    let removed = app.ceremonies.store.write(move |db| {
        let session = caller.session(db, now)?;
        // What can't be done, or is done already, needs no confirmation.
        credentials::removable(db, &session.user, &id)?;
        let act = Act::RemoveCredential { credential: id.clone() };
        confirmed(db, &session.token_hash, Some(&browser), &act, now)?;
        credentials::remove(db, &session.user, &id)?;
        let accepted = credentials::accepted(db, &session.user, Some(&browser), now)?;
        Ok((accepted, session.credential_id == id, session.user))
    });
    let (accepted, signed_out, user) = removed.await?;
    let signals = Signals::new(&app.ceremonies.relying_party, user, accepted);
    let answer = json(StatusCode::OK, &Body { signals, signed_out });
    // The session went with the passkey that it was made with.
    Ok(if signed_out { sessions::forgetting(&app, answer) } else { answer })
}

/// The credential ID in the path; what can't be one is not found.
pub(super) struct Id(CredentialId);

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
