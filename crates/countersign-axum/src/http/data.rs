//! `account/data`: what is stored about an account, as a file for its owner.

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header, request::Parts};
use countersign::store::{Account, AuditKind, Evidence, Session, StoredCredential};
use countersign::types::UserHandle;
use countersign::{CredentialRecord, Timestamp};
use serde::Serialize;

use super::error::Answer;
use super::json::json;
use super::recovery::Status;
use super::sender::{InSession, source};
use crate::operation_error::{OperationError, Rejection};
use crate::{app::Shared, sessions::caller::Caller, sessions::caller::public_id};

/// The version of the form. It changes when a member changes its meaning or goes.
const VERSION: u8 = 1;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    version: u8,
    exported_at: String,
    account: AccountData<'a>,
    recovery_codes: Status,
    credentials: Vec<CredentialData<'a>>,
    sessions: Vec<SessionData<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AccountData<'a> {
    user_handle: &'a UserHandle,
    name: &'a str,
    created_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData<'a> {
    label: &'a str,
    created_at: String,
    last_used_at: Option<String>,
    record: &'a CredentialRecord,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SessionData<'a> {
    id: String,
    label: &'a str,
    device: Option<&'a str>,
    created_at: String,
    seen_at: String,
    verified_at: String,
    idle_at: String,
    expires_at: String,
    current: bool,
}

impl<'a> From<&'a Account> for AccountData<'a> {
    fn from(account: &'a Account) -> Self {
        let created_at = account.created_at.to_string();
        Self { user_handle: &account.handle, name: &account.name, created_at }
    }
}

impl<'a> From<&'a StoredCredential> for CredentialData<'a> {
    fn from(credential: &'a StoredCredential) -> Self {
        Self {
            label: &credential.label,
            created_at: credential.created_at.to_string(),
            last_used_at: credential.last_used_at.map(|time: Timestamp| time.to_string()),
            record: &credential.record,
        }
    }
}

impl<'a> SessionData<'a> {
    fn new(session: &'a Session, current: &Session) -> Self {
        let times = &session.times;
        Self {
            id: public_id(&session.token),
            label: &session.label,
            device: session.device.as_deref(),
            created_at: times.created_at.to_string(),
            seen_at: times.seen_at.to_string(),
            verified_at: times.verified_at.to_string(),
            idle_at: times.idle_at.to_string(),
            expires_at: times.expires_at.to_string(),
            current: session.token == current.token,
        }
    }
}

pub(crate) async fn export(
    State(app): State<Shared>,
    InSession(session): InSession,
    request: Parts,
) -> Answer {
    let now = app.now();
    let owner = &session.account;
    let caller = Caller { token: session.token, account: owner.clone(), source: source(&request) };
    if let Some(audit) = app.audit(caller.audit_entry(AuditKind::DataExported)) {
        let exported = app.store.transact(vec![caller.require(), audit], now).await?;
        exported.map_err(OperationError::from)?;
    }
    let account = app.store.account(owner).await?.ok_or(Rejection::SessionOver)?;
    let credentials = app.store.credentials(owner, Evidence::Read).await?;
    let sessions = app.store.sessions(owner, now).await?;
    let data = Data {
        version: VERSION,
        exported_at: now.to_string(),
        account: AccountData::from(&account),
        recovery_codes: app.recovery_status(owner).await?.into(),
        credentials: credentials.iter().map(CredentialData::from).collect(),
        sessions: sessions.iter().map(|one| SessionData::new(one, &session)).collect(),
    };
    let mut answer = json(StatusCode::OK, &data);
    let file = HeaderValue::from_static("attachment; filename=\"account.json\"");
    answer.headers_mut().insert(header::CONTENT_DISPOSITION, file);
    Ok(answer)
}
