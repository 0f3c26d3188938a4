//! The routes.

use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, patch, post};
use axum::{Router, middleware};
use countersign::relying_party::related_origins::WELL_KNOWN_PATH;

use crate::http::well_known::PASSKEY_ENDPOINTS_PATH;
use crate::http::{
    BODY_MAX, accounts, credentials, data, edge, edge::OriginCheck, recovery, sessions, signals, step_up,
    well_known,
};
use crate::{app::Shared, client};

/// The routes of accounts, sessions and credentials, with their checks.
pub(crate) fn passkeys<S: Clone + Send + Sync + 'static>(app: &Shared) -> Router<S> {
    Router::new()
        .route("/session", get(sessions::current).delete(sessions::end))
        .route("/accounts/start", post(accounts::start))
        .route("/accounts/finish", post(accounts::finish))
        .route("/account", patch(accounts::rename).delete(accounts::remove))
        .route("/account/data", get(data::export))
        .route("/recovery-codes", get(recovery::status).post(recovery::make))
        .route("/recovery/start", post(recovery::start))
        .route("/recovery/finish", post(recovery::finish))
        .route("/sessions", get(sessions::list).delete(sessions::end_others))
        .route("/sessions/{id}", delete(sessions::end_one))
        .route("/sessions/start", post(sessions::start))
        .route("/sessions/finish", post(sessions::finish))
        .route("/step-up/start", post(step_up::start))
        .route("/step-up/finish", post(step_up::finish))
        .route("/credentials", get(credentials::list))
        .route("/credentials/start", post(credentials::start))
        .route("/credentials/finish", post(credentials::finish))
        .route("/credentials/{id}", patch(credentials::rename).delete(credentials::remove))
        .route("/signals", get(signals::current))
        .merge(client::routes())
        .fallback(edge::not_found)
        .method_not_allowed_fallback(edge::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(OriginCheck::new(app.clone()))
        .layer(middleware::from_fn(edge::without_caching))
        .with_state(app.clone())
}

/// The documents below `/.well-known`. Without related origins, there is no document of them: clients reject an empty one.
pub(crate) fn well_known<S: Clone + Send + Sync + 'static>(app: &Shared) -> Router<S> {
    let mut routes = Router::new().route(PASSKEY_ENDPOINTS_PATH, get(well_known::passkey_endpoints));
    if !app.accounts.related_origins().origins.is_empty() {
        routes = routes.route(WELL_KNOWN_PATH, get(well_known::related_origins));
    }
    routes.with_state(app.clone())
}
