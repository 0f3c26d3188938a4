//! `/health/live` and `/health/ready`: the probes of supervisors and load balancers.
//!
//! A supervisor restarts a process that is not live, and a load balancer sends no requests to one that is not ready.
//! Liveness therefore asks nothing but whether the process answers: a restart brings no database back.

use axum::{extract::State, http::StatusCode};

use super::site::Shared;
use crate::app::NotReady;

/// Reports that the process answers requests.
pub(super) async fn live() -> &'static str {
    "ok"
}

/// Reports whether requests can be sent to this server.
pub(super) async fn ready(State(site): State<Shared>) -> (StatusCode, &'static str) {
    let reason = match site.app.check_ready().await {
        Ok(()) => return (StatusCode::OK, "ok"),
        Err(NotReady::Database) => "the database can't be used",
        Err(NotReady::Metadata) => "attestation is required, and there is no metadata yet",
    };
    (StatusCode::SERVICE_UNAVAILABLE, reason)
}
