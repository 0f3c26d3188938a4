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
use axum::routing::get;
use countersign_axum::openapi::Routes;
use countersign_axum::openapi::Verb::{Delete, Get, Post, Put};

use super::assets::Assets;
use super::limits::BODY_MAX;
use super::openapi::operator as describe;
use super::{page, site::Shared};

mod access;
pub(super) mod accounts;
pub(super) mod acts;
mod assessment;
mod audit;
mod body;
mod entrance;
mod error;
mod operators;
mod overview;
mod passkeys;

/// The path of a passkey.
const CREDENTIAL: &str = "/accounts/{account}/credentials/{credential}";

/// The path of a passkey's flag.
const FLAG: &str = "/accounts/{account}/credentials/{credential}/flag";

/// The routes below `/operator/api`.
pub(super) fn table() -> Routes<Shared> {
    Routes::new()
        .route(Post, "/link", entrance::describe_link, describe::describe_link)
        .route(Post, "/role", entrance::use_link, describe::use_link)
        .route(Get, "/session", entrance::session, describe::session)
        .route(Get, "/operators", operators::list, describe::list_operators)
        .route(Put, "/operators/{account}", operators::grant, describe::grant_role)
        .route(Delete, "/operators/{account}", operators::revoke, describe::revoke_role)
        .route(Get, "/accounts", accounts::find_accounts, describe::find_accounts)
        .route(Get, "/accounts/{account}", accounts::show, describe::show_account)
        .route(Delete, "/accounts/{account}", acts::remove_account, describe::remove_account)
        .route(Delete, "/accounts/{account}/sessions", acts::end_sessions, describe::end_sessions)
        .route(Delete, "/accounts/{account}/sessions/{session}", acts::end_session, describe::end_session)
        .route(Delete, CREDENTIAL, acts::remove_credential, describe::remove_credential)
        .route(Put, FLAG, acts::flag_credential, describe::flag_credential)
        .route(Delete, FLAG, acts::unflag_credential, describe::unflag_credential)
        .route(Post, "/invitations", acts::invite, describe::invite)
        .route(Get, "/counts", overview::counts, describe::counts)
        .route(Get, "/metadata", overview::metadata, describe::metadata)
        .route(Get, "/models", overview::models, describe::models)
        .route(Get, "/audit", audit::rows, describe::audit)
        .route(Get, "/assessment", assessment::show, describe::show_assessment)
        .route(Post, "/assessment", assessment::start, describe::start_assessment)
}

/// The routes of the operator's page, but for the document of [`table`].
pub(super) fn routes() -> Router<Shared> {
    let questions = table().into_router().layer(DefaultBodyLimit::max(BODY_MAX));
    Assets::operator_paths()
        .fold(Router::new(), |routes, path| routes.route(path, get(page::asset)))
        .nest("/operator/api", questions)
}
