//! `/api/accounts` and `/api/account`: making an account with its first passkey, and removing it.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::Deserialize;

use super::{
    Shared,
    body::{Finish, Json, nothing},
    error::ApiError,
    now, sessions,
    signed_in::SignedIn,
};
use crate::{names, store::accounts};

#[derive(Deserialize)]
pub(super) struct Start {
    name: String,
}

pub(super) async fn start(
    State(app): State<Shared>,
    Json(Start { name }): Json<Start>,
) -> Result<Response, ApiError> {
    let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
    app.can_register(now())?;
    let started = app.ceremonies.start_account(&name, now()).await.map_err(ApiError::registration)?;
    Ok(sessions::started(&started))
}

pub(super) async fn finish(
    State(app): State<Shared>,
    headers: HeaderMap,
    Json(Finish { ceremony, response }): Json<Finish>,
) -> Result<Response, ApiError> {
    let replaces = app.cookie.read(&headers).map(|token| token.hash());
    let signed_in = app
        .ceremonies
        .finish_account(&ceremony, response.get(), replaces, now())
        .await
        .map_err(ApiError::registration)?;
    Ok(sessions::opened(&app, StatusCode::CREATED, &signed_in))
}

pub(super) async fn remove(
    State(app): State<Shared>,
    SignedIn(session): SignedIn,
) -> Result<Response, ApiError> {
    app.ceremonies.store.write(move |db| accounts::remove(db, &session.user)).await?;
    Ok(sessions::forgetting(&app, nothing()))
}
