//! `/operator`: the operator's page, and what it asks, below `/operator/api`.
//!
//! The page is at the address of the users' page, not at the operator's address: WebAuthn works in a [secure
//! context](https://www.w3.org/TR/webauthn-3/#sctn-api) at an [origin that the RP ID
//! covers](https://www.w3.org/TR/webauthn-3/#rp-id), and the operator's address is neither. All of it is below one path, so
//! that a proxy can keep it to a network.
//!
//! Every question requires the session of an operator. All others get the answer of an address where nothing is.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};

use super::assets::Assets;
use super::limits::BODY_MAX;
use super::{page, site::Shared};

mod access;
mod accounts;
mod acts;
mod assessment;
mod audit;
mod body;
mod entrance;
mod error;
mod operators;
mod overview;
mod passkeys;

/// The routes of the operator's page.
pub(super) fn routes() -> Router<Shared> {
    let questions = Router::new()
        .route("/link", post(entrance::describe_link))
        .route("/role", post(entrance::use_link))
        .route("/session", get(entrance::session))
        .route("/operators", get(operators::list))
        .route("/operators/{account}", put(operators::grant).delete(operators::revoke))
        .route("/accounts", get(accounts::find_accounts))
        .route("/accounts/{account}", get(accounts::show).delete(acts::remove_account))
        .route("/accounts/{account}/sessions", delete(acts::end_sessions))
        .route("/accounts/{account}/sessions/{session}", delete(acts::end_session))
        .route("/accounts/{account}/credentials/{credential}", delete(acts::remove_credential))
        .route(
            "/accounts/{account}/credentials/{credential}/flag",
            put(acts::flag_credential).delete(acts::unflag_credential),
        )
        .route("/invitations", post(acts::invite))
        .route("/counts", get(overview::counts))
        .route("/metadata", get(overview::metadata))
        .route("/models", get(overview::models))
        .route("/audit", get(audit::rows))
        .route("/assessment", get(assessment::show).post(assessment::start))
        .layer(DefaultBodyLimit::max(BODY_MAX));
    Assets::operator_paths()
        .fold(Router::new(), |routes, path| routes.route(path, get(page::asset)))
        .nest("/operator/api", questions)
}
