//! What an operator does to accounts, their passkeys and their sessions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign::CredentialUpdate;
use countersign::record::{DynamicPart, Flagged, Standing};
use countersign::store::{ApplicationStore as _, AuditKind, Evidence, Operation};
use countersign::types::{CredentialId, UserHandle, base64url};
use countersign_axum::invite as make_invitation;
use countersign_store::text::printable;
use serde::{Deserialize, Serialize};

use super::super::site::{Shared, Site};
use super::access::{Acting, written};
use super::accounts::{Handle, OfAccount, SessionId};
use super::body::{Json, json};
use super::entrance::not_invited;
use super::error::{Answer, OperatorPageError};

/// The most characters of a flag's reason.
const REASON_MAX: usize = 500;

/// The most days for which an invitation is valid, as of `countersign invite`.
const DAYS_MAX: u16 = 365;

/// How often a flag is tried while the passkey is used at the same moment.
const ATTEMPTS: usize = 8;

/// Removes an account with all that belongs to it. One's own is removed at the users' page.
pub(super) async fn remove_account(
    State(site): State<Shared>,
    acting: Acting,
    Handle(account): Handle,
) -> Answer<StatusCode> {
    if account == acting.account {
        return Err(OperatorPageError::OwnAccount);
    }
    let row = written(acting.audit(AuditKind::AccountRemoved, &account));
    acting.transact(&site, [row, Operation::RemoveAccount(account)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends all sessions of an account; of one's own, all but this one.
pub(super) async fn end_sessions(
    State(site): State<Shared>,
    acting: Acting,
    Handle(account): Handle,
) -> Answer {
    #[derive(Serialize)]
    struct Body {
        ended: usize,
    }
    let remaining = (account == acting.account).then_some(acting.token);
    let sessions = site.app.database.sessions(&account, site.app.passkeys.now()).await?;
    let ended = sessions.iter().filter(|session| Some(session.token) != remaining).count();
    let row = written(acting.audit(AuditKind::SessionsEnded, &account));
    acting.transact(&site, [Operation::EndOtherSessions { account, remaining }, row]).await?;
    json(StatusCode::OK, &Body { ended })
}

/// Ends one session of an account.
pub(super) async fn end_session(
    State(site): State<Shared>,
    acting: Acting,
    Handle(account): Handle,
    SessionId(id): SessionId,
) -> Answer<StatusCode> {
    let sessions = site.app.database.sessions(&account, site.app.passkeys.now()).await?;
    let token =
        sessions.iter().map(|session| session.token).find(|token| base64url::encode(token.public_id()) == id);
    let token = token.ok_or(OperatorPageError::NotFound)?;
    let row = written(acting.audit(AuditKind::SessionEnded, &account));
    acting.transact(&site, [Operation::EndSession(token), row]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a passkey, with the sessions that were created with it.
pub(super) async fn remove_credential(
    State(site): State<Shared>,
    acting: Acting,
    OfAccount { account, credential }: OfAccount,
) -> Answer<StatusCode> {
    let entry = acting.audit(AuditKind::CredentialRemoved, &account).with_credential(credential.clone());
    let remove = Operation::RemoveCredential { owner: account, id: credential };
    acting.transact(&site, [remove, written(entry)]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Why a passkey is flagged.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flag {
    reason: String,
}

/// Flags a passkey, so that it can't sign in, and ends the sessions that were created with it.
pub(super) async fn flag_credential(
    State(site): State<Shared>,
    acting: Acting,
    OfAccount { account, credential }: OfAccount,
    Json(flag): Json<Flag>,
) -> Answer<StatusCode> {
    let reason = flag.reason.trim();
    if reason.is_empty() || reason.chars().nth(REASON_MAX).is_some() {
        return Err(OperatorPageError::RequestMalformed);
    }
    let reason = printable(reason, REASON_MAX).into_owned();
    let standing = Standing::Flagged(Flagged::new(reason, site.app.passkeys.now()));
    set_standing(&site, &acting, account, credential, &standing).await
}

/// Removes the flag of a passkey.
pub(super) async fn unflag_credential(
    State(site): State<Shared>,
    acting: Acting,
    OfAccount { account, credential }: OfAccount,
) -> Answer<StatusCode> {
    set_standing(&site, &acting, account, credential, &Standing::Active).await
}

/// Changes the standing of a passkey. If it is used at the same moment, that is tried again.
async fn set_standing(
    site: &Site,
    acting: &Acting,
    account: UserHandle,
    credential: CredentialId,
    standing: &Standing,
) -> Answer<StatusCode> {
    for _ in 0..ATTEMPTS {
        let found = site.app.database.credential(&credential, Evidence::Omit).await?;
        let found = found.filter(|found| *found.record.user_handle() == account);
        let record = found.ok_or(OperatorPageError::NotFound)?.record;
        let previous: DynamicPart = record.dynamic_part().clone();
        let next = with_standing(record, standing);
        let update = Box::new(CredentialUpdate::new(credential.clone(), previous, next));
        let change = Operation::UpdateCredential { owner: account.clone(), update, used_at: None };
        let flags = matches!(standing, Standing::Flagged(_));
        let kind = if flags { AuditKind::CredentialFlagged } else { AuditKind::CredentialUnflagged };
        let entry = acting.audit(kind, &account).with_credential(credential.clone());
        let mut operations = vec![change, written(entry)];
        if flags {
            operations.extend(sessions_of(site, &account, &credential).await?);
        }
        match acting.transact(site, operations).await {
            Err(OperatorPageError::RecordChanged) => {}
            outcome => return outcome.map(|()| StatusCode::NO_CONTENT),
        }
    }
    Err(OperatorPageError::RecordChanged)
}

fn with_standing(mut record: countersign::CredentialRecord, standing: &Standing) -> DynamicPart {
    match standing {
        Standing::Active => record.clear_flag(),
        Standing::Flagged(flag) => record.flag(flag.reason(), flag.at()),
    }
    record.dynamic_part().clone()
}

/// The ends of the sessions that were created with a passkey.
async fn sessions_of(
    site: &Site,
    account: &UserHandle,
    credential: &CredentialId,
) -> Result<Vec<Operation>, OperatorPageError> {
    let sessions = site.app.database.sessions(account, site.app.passkeys.now()).await?;
    let of_credential = sessions.into_iter().filter(|session| session.credential == *credential);
    Ok(of_credential.map(|session| Operation::EndSession(session.token)).collect())
}

/// For how long an invitation is valid.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Invitation {
    days: u16,
}

/// Makes an invitation to create one account.
pub(super) async fn invite(
    State(site): State<Shared>,
    acting: Acting,
    Json(Invitation { days }): Json<Invitation>,
) -> Answer<Response> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        code: String,
        expires_at: String,
    }
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(OperatorPageError::RequestMalformed);
    }
    // The role may have been taken since the headers arrived.
    acting.transact(&site, []).await?;
    let now = site.app.passkeys.now();
    let expires_at = now.plus_seconds(i64::from(days).saturating_mul(24 * 60 * 60));
    let made = make_invitation(&site.app.database, &mut getrandom::fill, expires_at, now).await;
    let code = made.map_err(not_invited)?.to_string();
    json(StatusCode::CREATED, &Body { code, expires_at: expires_at.to_string() })
}
