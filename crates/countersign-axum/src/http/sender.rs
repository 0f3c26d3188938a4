//! The sender of a request to these routes.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use countersign::store::{AuditSource, Session};
use countersign::types::{UserHandle, base64url};

use super::error::ApiError;
use crate::{app::Shared, operation_error::Rejection, sessions::caller::Caller, token::Token};

/// The header with the account that the page shows: its user handle in base64url.
pub(crate) const ACCOUNT: &str = "countersign-account";

/// The session of a request, which is rejected without one.
pub(crate) struct InSession(pub(crate) Session);

/// The session of a request, if any.
pub(crate) struct MaybeInSession(pub(crate) Option<Session>);

/// The sender of a request that changes something. The request is rejected without a session, and if the page shows
/// another account than the session's: another window has signed in as that.
pub(crate) struct Acting(pub(crate) Caller);

/// The cookie that the request's browser has, or gets with the answer.
pub(crate) struct Browser(pub(crate) Token);

impl FromRequestParts<Shared> for InSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        app.session_of(parts).await?.map(InSession).ok_or(ApiError::NotSignedIn)
    }
}

impl FromRequestParts<Shared> for MaybeInSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        Ok(Self(app.session_of(parts).await?))
    }
}

impl FromRequestParts<Shared> for Acting {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let session = app.session_of(parts).await?.ok_or(ApiError::NotSignedIn)?;
        Ok(Self(caller(parts, &session)?))
    }
}

impl FromRequestParts<Shared> for Browser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let token = app.browser.read(&parts.headers).map_or_else(|| app.token(), Ok);
        token.map(Self).map_err(|error| ApiError::Internal(error.to_string()))
    }
}

/// The session's owner, if the request is for that account.
pub(crate) fn caller(parts: &Parts, session: &Session) -> Result<Caller, ApiError> {
    let named = parts.headers.get(ACCOUNT).ok_or(ApiError::AccountMissing)?;
    let handle = base64url::decode(named.as_bytes()).ok().and_then(UserHandle::new);
    match handle {
        Some(account) if account == session.account => {
            Ok(Caller { token: session.token, account, source: source(parts) })
        }
        _ => Err(Rejection::AccountChanged.into()),
    }
}

/// Where a request came from, as the application says.
pub(crate) fn source(parts: &Parts) -> AuditSource {
    parts.extensions.get().copied().unwrap_or_default()
}
