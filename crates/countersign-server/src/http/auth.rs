//! `/auth`: what the proxies and back ends of other applications ask, and the way back to an application after a sign-in.

use std::sync::Arc;

use axum::Router;
use countersign_axum::Passkeys;
use countersign_axum::openapi::Routes;
use countersign_axum::openapi::Verb::{Get, Post};

use self::state::Asked;
use super::openapi::operations as describe;
use crate::auth::login::Login;

mod check;
pub(super) mod error;
mod fields;
mod forwarded;
pub(super) mod parameters;
mod returning;
mod session;
mod state;

/// The routes below `/auth`, and the page's question where it leads to.
pub(super) fn table() -> Routes<Asked> {
    Routes::new()
        .route(Get, "/auth/check", check::check, describe::check)
        .route(Post, "/auth/session", session::session, describe::session)
        .route(Get, "/auth/return", returning::go, describe::go_back)
        .route(Get, "/api/return", returning::describe, describe::describe_return)
}

/// The routes of [`table`] for this application.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(passkeys: Passkeys, login: Arc<Login>) -> Router<S> {
    table().into_router().with_state(Asked { passkeys, login })
}
