//! `/auth`: what the proxies and back ends of other applications ask, and the way back to an application after a sign-in.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use countersign_axum::Passkeys;

use self::state::Asked;
use crate::auth::login::Login;

mod check;
pub(super) mod error;
mod fields;
mod forwarded;
mod parameters;
mod returning;
mod session;
mod state;

/// The routes below `/auth`, and the page's question where it leads to.
pub(super) fn routes<S: Clone + Send + Sync + 'static>(passkeys: Passkeys, login: Arc<Login>) -> Router<S> {
    Router::new()
        .route("/auth/check", get(check::check))
        .route("/auth/session", post(session::session))
        .route("/auth/return", get(returning::go))
        .route("/api/return", get(returning::describe))
        .with_state(Asked { passkeys, login })
}
