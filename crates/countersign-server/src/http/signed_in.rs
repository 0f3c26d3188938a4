//! Who sends a request.

use axum::{extract::FromRequestParts, http::request::Parts};

use super::{Shared, error::ApiError, now};
use crate::store::{
    StoreError,
    sessions::{self, SEEN_SECONDS, Session},
};

/// The session of a request; without one, it is refused.
pub(super) struct SignedIn(pub(super) Session);

/// The session of a request, if any.
pub(super) struct MaybeSignedIn(pub(super) Option<Session>);

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        session(parts, app).await?.map(SignedIn).ok_or(ApiError::NotSignedIn)
    }
}

impl FromRequestParts<Shared> for MaybeSignedIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        Ok(Self(session(parts, app).await?))
    }
}

async fn session(parts: &Parts, app: &Shared) -> Result<Option<Session>, StoreError> {
    let Some(token) = app.cookie.read(&parts.headers) else { return Ok(None) };
    let (token_hash, now) = (token.hash(), now());
    let store = &app.ceremonies.store;
    let found = store.read(move |db| sessions::find(db, &token_hash, now)).await?;
    if let Some(session) = &found
        && session.seen_at.plus_seconds(SEEN_SECONDS) <= now
    {
        store.write(move |db| sessions::seen(db, &token_hash, now)).await?;
    }
    Ok(found)
}
