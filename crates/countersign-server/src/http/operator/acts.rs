//! What an operator does to accounts, their passkeys and their sessions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign::store::{ApplicationStore as _, AuditKind, Evidence, Operation};
use countersign::types::{CredentialId, UserHandle, base64url};
use countersign_store::text::printable;
use serde::{Deserialize, Serialize};

use super::super::{
    body::BodyError,
    site::{Shared, Site},
};
use super::access::acts;
use super::accounts::{Handle, OfAccount, SessionId};
use super::body::{Json, json};
use super::error::{Answer, OperatorPageError};
use crate::operator::{acting::Acting, operations::audit};

/// The most characters of a flag's reason.
pub(in crate::http) const REASON_MAX: usize = 500;

/// The most days for which an invitation is valid, as of `countersign admin invitations new`.
pub(in crate::http) const DAYS_MAX: u16 = 365;

/// Removes an account with all that belongs to it. One's own is removed at the users' page.
pub(super) async fn remove_account(
    State(site): State<Shared>,
    acting: Acting,
    Handle(account): Handle,
) -> Answer<StatusCode> {
    if account == acting.account {
        return Err(OperatorPageError::OwnAccount);
    }
    acts(acting, &site).remove_account(&account).await?;
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
    let operator = acts(acting, &site);
    let row = audit(operator.entry(AuditKind::SessionsEnded, &account));
    operator.transact(vec![Operation::EndOtherSessions { account, remaining }, row]).await?;
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
    let operator = acts(acting, &site);
    let row = audit(operator.entry(AuditKind::SessionEnded, &account));
    operator.transact(vec![Operation::EndSession(token), row]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes a passkey, with the sessions that were created with it.
pub(super) async fn remove_credential(
    State(site): State<Shared>,
    acting: Acting,
    OfAccount { account, credential }: OfAccount,
) -> Answer<StatusCode> {
    acts(acting, &site).remove_passkey(&account, &credential).await?;
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
        return Err(BodyError::Malformed.into());
    }
    check_owner(&site, &account, &credential).await?;
    acts(acting, &site).flag_passkey(&credential, &printable(reason, REASON_MAX)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the flag of a passkey.
pub(super) async fn unflag_credential(
    State(site): State<Shared>,
    acting: Acting,
    OfAccount { account, credential }: OfAccount,
) -> Answer<StatusCode> {
    check_owner(&site, &account, &credential).await?;
    acts(acting, &site).clear_flag(&credential).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Fails unless the passkey is the account's.
async fn check_owner(
    site: &Site,
    account: &UserHandle,
    credential: &CredentialId,
) -> Result<(), OperatorPageError> {
    let found = site.app.database.credential(credential, Evidence::Omit).await?;
    let is_own = found.is_some_and(|found| found.record.user_handle() == account);
    if is_own { Ok(()) } else { Err(OperatorPageError::NotFound) }
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
        return Err(BodyError::Malformed.into());
    }
    let operator = acts(acting, &site);
    // The role may have been taken since the headers arrived.
    operator.transact(Vec::new()).await?;
    let (code, expires_at) = operator.invite(days).await?;
    json(StatusCode::CREATED, &Body { code: code.to_string(), expires_at: expires_at.to_string() })
}
