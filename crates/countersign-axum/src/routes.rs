//! The routes.

use axum::extract::DefaultBodyLimit;
use axum::{Router, middleware};
use countersign::relying_party::related_origins::WELL_KNOWN_PATH;

use crate::http::well_known::PASSKEY_ENDPOINTS_PATH;
use crate::http::{
    BODY_MAX, accounts, credentials, data, edge, edge::OriginCheck, recovery, sessions, signals, step_up,
    well_known,
};
use crate::openapi::operations as describe;
use crate::openapi::table::Routes;
use crate::openapi::table::Verb::{Delete, Get, Patch, Post};
use crate::{app::Shared, client};

/// The routes of accounts, sessions and credentials, with their descriptions.
pub(crate) fn table() -> Routes<Shared> {
    let routes = Routes::new()
        .route(Get, "/session", sessions::current, describe::current_session)
        .route(Delete, "/session", sessions::end, describe::end_session)
        .route(Post, "/accounts/start", accounts::start, describe::start_account)
        .route(Post, "/accounts/finish", accounts::finish, describe::finish_account)
        .route(Patch, "/account", accounts::rename, describe::rename_account)
        .route(Delete, "/account", accounts::remove, describe::remove_account)
        .route(Get, "/account/data", data::export, describe::account_data)
        .route(Get, "/recovery-codes", recovery::status, describe::recovery_status)
        .route(Post, "/recovery-codes", recovery::make, describe::make_recovery_codes)
        .route(Post, "/recovery/start", recovery::start, describe::start_recovery)
        .route(Post, "/recovery/finish", recovery::finish, describe::finish_recovery)
        .route(Get, "/sessions", sessions::list, describe::list_sessions)
        .route(Delete, "/sessions", sessions::end_others, describe::end_other_sessions)
        .route(Delete, "/sessions/{id}", sessions::end_one, describe::end_one_session)
        .route(Post, "/sessions/start", sessions::start, describe::start_session)
        .route(Post, "/sessions/finish", sessions::finish, describe::finish_session)
        .route(Post, "/step-up/start", step_up::start, describe::start_step_up)
        .route(Post, "/step-up/finish", step_up::finish, describe::finish_step_up)
        .route(Get, "/credentials", credentials::list, describe::list_credentials)
        .route(Post, "/credentials/start", credentials::start, describe::start_credential)
        .route(Post, "/credentials/finish", credentials::finish, describe::finish_credential)
        .route(Patch, "/credentials/{id}", credentials::rename, describe::rename_credential)
        .route(Delete, "/credentials/{id}", credentials::remove, describe::remove_credential)
        .route(Get, "/signals", signals::current, describe::signals);
    client::add_to(routes)
}

/// The routes of [`table`], with their checks.
pub(crate) fn passkeys<S: Clone + Send + Sync + 'static>(app: &Shared) -> Router<S> {
    table()
        .into_router()
        .fallback(edge::not_found)
        .method_not_allowed_fallback(edge::method_not_allowed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(OriginCheck::new(app.clone()))
        .layer(middleware::from_fn(edge::without_caching))
        .with_state(app.clone())
}

/// Whether a relying party has related origins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third case")]
pub enum RelatedOrigins {
    /// It has none.
    None,
    /// It has some.
    Some,
}

/// The documents below `/.well-known`. Without related origins, there is no document of them: clients reject an empty one.
pub(crate) fn well_known_table(related_origins: RelatedOrigins) -> Routes<Shared> {
    let routes = Routes::new();
    let routes =
        routes.route(Get, PASSKEY_ENDPOINTS_PATH, well_known::passkey_endpoints, describe::passkey_endpoints);
    match related_origins {
        RelatedOrigins::None => routes,
        RelatedOrigins::Some => {
            routes.route(Get, WELL_KNOWN_PATH, well_known::related_origins, describe::related_origins)
        }
    }
}

/// The routes of [`well_known_table`] for this application.
pub(crate) fn well_known<S: Clone + Send + Sync + 'static>(app: &Shared) -> Router<S> {
    let has_none = app.accounts.related_origins().origins.is_empty();
    let related_origins = if has_none { RelatedOrigins::None } else { RelatedOrigins::Some };
    well_known_table(related_origins).into_router().with_state(app.clone())
}
