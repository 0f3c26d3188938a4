//! Accounts: found by name or ID, and one with all that belongs to it.

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::{RequestPartsExt as _, extract::RawPathParams};
use countersign::store::{ApplicationStore as _, Evidence, Session};
use countersign::types::identifiers::CREDENTIAL_ID_MAX;
use countersign::types::{CredentialId, UserHandle, base64url};
use countersign_store::listing::AccountSummary;
use serde::Serialize;

use super::super::auth::parameters::Parameters;
use super::super::site::Shared;
use super::access::Seeing;
use super::body::json;
use super::error::{Answer, OperatorPageError};
use super::passkeys::{self, Passkey};
use crate::operator::operations::Operator;

/// The most accounts of an answer: a screen or two.
const PAGE: usize = 25;

/// The most characters of what is looked for: a name or a credential ID in base64url.
pub(in crate::http) const TEXT_MAX: usize = 1400;

/// The user handle in the path. A malformed one is not found.
pub(super) struct Handle(pub(super) UserHandle);

/// The user handle and the credential ID in the path. Malformed ones are not found.
pub(super) struct OfAccount {
    pub(super) account: UserHandle,
    pub(super) credential: CredentialId,
}

impl FromRequestParts<Shared> for Handle {
    type Rejection = OperatorPageError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, OperatorPageError> {
        Ok(Self(handle(&path(parts).await?)?))
    }
}

impl FromRequestParts<Shared> for OfAccount {
    type Rejection = OperatorPageError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, OperatorPageError> {
        let segments = path(parts).await?;
        let id = find(&segments, "credential").and_then(|text| base64url::decode(text).ok());
        let id = id.and_then(CredentialId::new).filter(|id| id.as_bytes().len() <= CREDENTIAL_ID_MAX);
        Ok(Self { account: handle(&segments)?, credential: id.ok_or(OperatorPageError::NotFound)? })
    }
}

/// The ID of a session in the path.
pub(super) struct SessionId(pub(super) String);

impl FromRequestParts<Shared> for SessionId {
    type Rejection = OperatorPageError;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, OperatorPageError> {
        let segments = path(parts).await?;
        find(&segments, "session").map(|id| Self(id.to_owned())).ok_or(OperatorPageError::NotFound)
    }
}

async fn path(parts: &mut Parts) -> Result<RawPathParams, OperatorPageError> {
    parts.extract::<RawPathParams>().await.map_err(|_| OperatorPageError::NotFound)
}

fn find<'p>(segments: &'p RawPathParams, name: &str) -> Option<&'p str> {
    segments.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
}

fn handle(segments: &RawPathParams) -> Result<UserHandle, OperatorPageError> {
    let bytes = find(segments, "account").and_then(|text| base64url::decode(text).ok());
    bytes.and_then(UserHandle::new).ok_or(OperatorPageError::NotFound)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FoundAccount {
    name: String,
    user_handle: UserHandle,
    created_at: String,
    passkeys: usize,
    operator: bool,
}

/// Finds accounts by the beginning of their names, by their ID, or by the ID of a passkey.
pub(super) async fn find_accounts(State(site): State<Shared>, seeing: Seeing, parts: Parts) -> Answer {
    #[derive(Serialize)]
    struct Body {
        accounts: Vec<FoundAccount>,
        /// What the next page begins after.
        next: Option<String>,
    }
    let parameters = Parameters::parse(parts.uri.query(), &["text", "after"])?;
    let text = parameters.get("text").unwrap_or_default().trim();
    if text.chars().nth(TEXT_MAX).is_some() {
        return Err(OperatorPageError::QueryMalformed);
    }
    let operator = Operator::of(site.app.database.clone());
    let after = parameters.get("after");
    let found = if text.is_empty() {
        operator.accounts(after, PAGE).await?
    } else {
        operator.find(text, after, PAGE).await?
    };
    let next = found.last().filter(|_| found.len() >= PAGE).map(|last| last.account.name_key.clone());
    let shown = |AccountSummary { account, credentials, .. }: AccountSummary| FoundAccount {
        operator: seeing.operators.iter().any(|operator| operator.account == account.handle),
        name: account.name,
        user_handle: account.handle,
        created_at: account.created_at.to_string(),
        passkeys: credentials,
    };
    json(StatusCode::OK, &Body { accounts: found.into_iter().map(shown).collect(), next })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownSession {
    id: String,
    label: String,
    device: Option<String>,
    created_at: String,
    seen_at: String,
    verified_at: String,
    /// Whether it is the session of the request.
    current: bool,
}

/// One account, with its passkeys, its sessions and its times.
pub(super) async fn show(State(site): State<Shared>, seeing: Seeing, Handle(account): Handle) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        name: String,
        user_handle: UserHandle,
        created_at: String,
        /// Since when it is an operator.
        operator_since: Option<String>,
        /// Whether it is the account of the request.
        own: bool,
        unused_codes: usize,
        codes_created_at: Option<String>,
        code_used_at: Option<String>,
        passkeys: Vec<Passkey>,
        sessions: Vec<ShownSession>,
    }
    let (database, now) = (&site.app.database, site.app.passkeys.now());
    let found = database.account(&account).await?.ok_or(OperatorPageError::NotFound)?;
    let stored = database.credentials(&account, Evidence::Read).await?;
    let recovery = database.recovery_status(&account).await?.unwrap_or_default();
    let sessions = database.sessions(&account, now).await?;
    // Each attestation is verified again: a list has up to 64.
    let app = Arc::clone(&site.app);
    let explaining = tokio::task::spawn_blocking(move || passkeys::explained(&app, stored, now)).await;
    let passkeys = explaining.map_err(|error| OperatorPageError::Internal(error.to_string()))?;
    let shown = |session: Session| ShownSession {
        id: base64url::encode(session.token.public_id()),
        label: session.label,
        device: session.device,
        created_at: session.times.created_at.to_string(),
        seen_at: session.times.seen_at.min(now).to_string(),
        verified_at: session.times.verified_at.min(now).to_string(),
        current: session.token == seeing.session.token,
    };
    let role = seeing.operators.iter().find(|operator| operator.account == account);
    let body = Body {
        name: found.name,
        created_at: found.created_at.to_string(),
        operator_since: role.map(|operator| operator.since.to_string()),
        own: account == seeing.session.account,
        user_handle: account,
        unused_codes: recovery.unused,
        codes_created_at: recovery.created_at.map(|at| at.to_string()),
        code_used_at: recovery.used_at.map(|at| at.to_string()),
        passkeys,
        sessions: sessions.into_iter().map(shown).collect(),
    };
    json(StatusCode::OK, &body)
}
