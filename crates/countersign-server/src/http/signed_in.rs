//! Who sends a request.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use countersign::types::{UserHandle, base64url};

use super::{App, Shared, error::ApiError, now};
use crate::{
    store::{
        StoreError,
        sessions::{self, Caller, SEEN_SECONDS, Session},
    },
    token::Token,
};

/// The header by which a page says which account the person sees: the user handle in base64url.
pub(super) const ACCOUNT: &str = "countersign-account";

/// The session of a request; without one, it is refused.
pub(super) struct SignedIn(pub(super) Session);

/// The session of a request, if any.
pub(super) struct MaybeSignedIn(pub(super) Option<Session>);

/// Who sends a request that changes something. It is refused without a session, and where the page shows another account
/// than the session's: another window has signed in as that meanwhile.
pub(super) struct Acting(pub(super) Caller);

/// The cookie that the request's browser has, or gets with the answer.
pub(super) struct Browser(pub(super) Token);

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        session(&parts.headers, app).await?.map(SignedIn).ok_or(ApiError::NotSignedIn)
    }
}

impl FromRequestParts<Shared> for MaybeSignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        Ok(Self(session(&parts.headers, app).await?))
    }
}

impl FromRequestParts<Shared> for Acting {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let session = session(&parts.headers, app).await?.ok_or(ApiError::NotSignedIn)?;
        Ok(Self(caller(&parts.headers, &session)?))
    }
}

impl FromRequestParts<Shared> for Browser {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let kept = app.cookies.browser.read(&parts.headers);
        let token = kept.map_or_else(Token::new, Ok);
        token.map(Self).map_err(|error| ApiError::Internal(error.to_string()))
    }
}

/// The session's owner, if the request is for that account.
pub(super) fn caller(headers: &HeaderMap, session: &Session) -> Result<Caller, ApiError> {
    let named = headers.get(ACCOUNT).ok_or(ApiError::AccountMissing)?;
    let handle = base64url::decode(named.as_bytes()).ok().and_then(UserHandle::new);
    match handle {
        Some(account) if account == session.user => Ok(Caller { token_hash: session.token_hash, account }),
        _ => Err(StoreError::AccountChanged.into()),
    }
}

/// The session of a request with these headers, if any.
pub(super) async fn session(headers: &HeaderMap, app: &App) -> Result<Option<Session>, StoreError> {
    let Some(token) = app.cookies.session.read(headers) else { return Ok(None) };
    let (token_hash, now) = (token.hash(), now());
    let store = &app.ceremonies.store;
    let read = store.read(move |db| {
        Ok((sessions::find(db, &token_hash, now)?, sessions::is_ahead(db, &token_hash, now)?))
    });
    let (found, is_ahead) = read.await?;
    if is_ahead {
        store.write(move |db| sessions::put_right(db, &token_hash, now)).await?;
    }
    if let Some(session) = &found
        && session.seen_at.plus_seconds(SEEN_SECONDS) <= now
    {
        store.write(move |db| sessions::seen(db, &token_hash, now)).await?;
    }
    Ok(found)
}
