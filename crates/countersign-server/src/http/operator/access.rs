//! Who may use the operator's page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use countersign::store::{self, ApplicationStore as _, AuditSource, Session, TokenHash};
use countersign::types::{UserHandle, base64url};

use super::super::site::{Shared, Site};
use super::error::OperatorPageError;
use crate::operator::{acting::Acting, operations::Operator};

/// How long ago an operator may have been verified to see something, in seconds: a working day, so that a computer that was
/// left signed in shows the names of no users.
const SEES_SECONDS: u32 = 12 * 60 * 60;

/// How long ago an operator may have been verified to change something, in seconds: as for a confirmation of the users' own
/// acts.
const ACTS_SECONDS: u32 = 5 * 60;

/// The header with the account that the page shows: its user handle in base64url.
const ACCOUNT: &str = "countersign-account";

/// The session of an operator, who sees something.
pub(super) struct Seeing {
    pub(super) session: Session,
    pub(super) operator: store::Operator,
    /// All operators.
    pub(super) operators: Vec<store::Operator>,
}

/// The session of a user who was verified lately, whatever the role.
pub(super) struct Verified {
    pub(super) token: TokenHash,
    pub(super) account: UserHandle,
    /// Where the request came from, for the audit log.
    pub(super) source: AuditSource,
}

impl FromRequestParts<Shared> for Seeing {
    type Rejection = OperatorPageError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, OperatorPageError> {
        let seeing = operator(parts, site).await?;
        verified_within(SEES_SECONDS, &seeing.session, site)?;
        Ok(seeing)
    }
}

impl FromRequestParts<Shared> for Acting {
    type Rejection = OperatorPageError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, OperatorPageError> {
        let Seeing { session, .. } = operator(parts, site).await?;
        check_account(parts, &session)?;
        verified_within(ACTS_SECONDS, &session, site)?;
        Ok(Self { token: session.token, account: session.account, source: source(parts) })
    }
}

impl FromRequestParts<Shared> for Verified {
    type Rejection = OperatorPageError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, OperatorPageError> {
        let session = site.app.passkeys.session(parts).await?.ok_or(OperatorPageError::NotSignedIn)?;
        check_account(parts, &session)?;
        verified_within(ACTS_SECONDS, &session, site)?;
        Ok(Self { token: session.token, account: session.account, source: source(parts) })
    }
}

/// An operator who acts on the database of the site.
pub(super) fn acts(acting: Acting, site: &Site) -> Operator {
    Operator::at_page(site.app.database.clone(), acting)
}

/// Where a request came from.
fn source(parts: &Parts) -> AuditSource {
    parts.extensions.get().copied().unwrap_or_default()
}

/// The operator of a session. A user without the role gets the answer of a stranger.
async fn operator(parts: &Parts, site: &Site) -> Result<Seeing, OperatorPageError> {
    let session = site.app.passkeys.session(parts).await?.ok_or(OperatorPageError::NotFound)?;
    let operators = site.app.database.operators().await?;
    let own = operators.iter().find(|operator| operator.account == session.account).cloned();
    let operator = own.ok_or(OperatorPageError::NotFound)?;
    Ok(Seeing { session, operator, operators })
}

fn verified_within(seconds: u32, session: &Session, site: &Site) -> Result<(), OperatorPageError> {
    let now = site.app.passkeys.now();
    let is_recent = session.times.is_verified_within(seconds, now);
    if is_recent { Ok(()) } else { Err(OperatorPageError::Unconfirmed) }
}

/// Fails unless the request names the session's account. A page of another site can't send the header: it makes the
/// browser ask first ([CORS, preflight](https://fetch.spec.whatwg.org/#cors-preflight-fetch)).
fn check_account(parts: &Parts, session: &Session) -> Result<(), OperatorPageError> {
    let named = parts.headers.get(ACCOUNT).ok_or(OperatorPageError::AccountMissing)?;
    let handle = base64url::decode(named.as_bytes()).ok().and_then(UserHandle::new);
    if handle.is_some_and(|handle| handle == session.account) {
        Ok(())
    } else {
        Err(OperatorPageError::AccountChanged)
    }
}
