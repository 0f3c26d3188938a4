//! The sender of a request.

use axum::{extract::FromRequestParts, http::HeaderMap, http::request::Parts};
use countersign::types::{UserHandle, base64url};

use super::error::ApiError;
use super::site::{Shared, Site};
use crate::store::sessions::{Caller, Session};
use crate::{clock::now, operation_error::Rejection, store_error::StoreError, token::Token};

/// The header with the account that the page shows: its user handle in base64url.
pub(super) const ACCOUNT: &str = "countersign-account";

/// The session of a request, which is rejected without one.
pub(super) struct SignedIn(pub(super) Session);

/// The session of a request, if any.
pub(super) struct MaybeSignedIn(pub(super) Option<Session>);

/// The sender of a request that changes something. The request is rejected without a session, and if the page shows
/// another account than the session's: another window has signed in as that.
pub(super) struct Acting(pub(super) Caller);

/// The cookie that the request's browser has, or gets with the answer.
pub(super) struct Browser(pub(super) Token);

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, ApiError> {
        session(&parts.headers, site).await?.map(SignedIn).ok_or(ApiError::NotSignedIn)
    }
}

impl FromRequestParts<Shared> for MaybeSignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, ApiError> {
        Ok(Self(session(&parts.headers, site).await?))
    }
}

impl FromRequestParts<Shared> for Acting {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, ApiError> {
        let session = session(&parts.headers, site).await?.ok_or(ApiError::NotSignedIn)?;
        Ok(Self(caller(&parts.headers, &session)?))
    }
}

impl FromRequestParts<Shared> for Browser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Shared) -> Result<Self, ApiError> {
        let known = site.cookies.browser.read(&parts.headers);
        let token = known.map_or_else(Token::new, Ok);
        token.map(Self).map_err(|error| ApiError::Internal(error.to_string()))
    }
}

/// The session's owner, if the request is for that account.
pub(super) fn caller(headers: &HeaderMap, session: &Session) -> Result<Caller, ApiError> {
    let named = headers.get(ACCOUNT).ok_or(ApiError::AccountMissing)?;
    let handle = base64url::decode(named.as_bytes()).ok().and_then(UserHandle::new);
    match handle {
        Some(account) if account == session.user => Ok(Caller { token_hash: session.token_hash, account }),
        _ => Err(Rejection::AccountChanged.into()),
    }
}

/// The session of a request with these headers, if any.
pub(super) async fn session(headers: &HeaderMap, site: &Site) -> Result<Option<Session>, StoreError> {
    match site.cookies.session.read(headers) {
        Some(token) => site.app.sessions.find(token.hash(), now()).await,
        None => Ok(None),
    }
}
