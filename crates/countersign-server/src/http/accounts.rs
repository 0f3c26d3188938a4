//! `/api/accounts` and `/api/account`: making an account with its first passkey, and removing it.

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use serde::{Deserialize, Serialize};

use super::{
    Shared,
    body::{Finish, Json, json},
    error::ApiError,
    now, sessions,
    signals::Signals,
    signed_in::{Acting, Browser},
};
use crate::{
    ceremony::{Act, Ceremony, Made, confirmed},
    names,
    store::{StoreError, accounts},
};

#[derive(Deserialize)]
pub(super) struct Start {
    name: String,
}

pub(super) async fn start(
    State(app): State<Shared>,
    Browser(browser): Browser,
    Json(Start { name }): Json<Start>,
) -> Result<Response, ApiError> {
    let name = names::clean(&name).map_err(ApiError::NameInvalid)?;
    app.can_register(now())?;
    let started = app.ceremonies.start_account(&name, browser.hash(), now()).await;
    Ok(sessions::started(&app, &started.map_err(|it| app.registration(it))?, &browser))
}

pub(super) async fn finish(
    State(app): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Finish>,
) -> Result<Response, ApiError> {
    let replaces = app.cookies.session.read(&headers).map(|token| token.hash());
    let finish = body.of(&app, &headers).map_err(|it| app.registration(it))?;
    let made = app.ceremonies.finish(&Ceremony::Account(replaces), &finish, now()).await;
    match made.map_err(|it| app.registration(it))? {
        Made::SignedIn(signed_in) => Ok(sessions::opened(&app, StatusCode::CREATED, *signed_in)),
        _ => Err(StoreError::CeremonyUnknown.into()),
    }
}

pub(super) async fn remove(
    State(app): State<Shared>,
    Acting(caller): Acting,
    Browser(browser): Browser,
) -> Result<Response, ApiError> {
    #[derive(Serialize)]
    struct Body {
        signals: Signals,
    }
    let user = caller.account.clone();
    let (browser, now) = (browser.hash(), now());
    let removed = app.ceremonies.store.write(move |db| {
        let session = caller.session(db, now)?;
        confirmed(db, &session.token_hash, Some(&browser), &Act::DeleteAccount {}, now)?;
        accounts::remove(db, &caller.account, now)
    });
    removed.await?;
    let signals = Signals::new(&app.ceremonies.relying_party, user, Some(Vec::new()));
    Ok(sessions::forgetting(&app, json(StatusCode::OK, &Body { signals })))
}
