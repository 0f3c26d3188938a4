//! The server's own routes with their descriptions, but for those below `/auth`.

use countersign_axum::openapi::Routes;
use countersign_axum::openapi::Verb::Get;

use super::openapi::operations as describe;
use super::{health, metrics, models, site::Shared};

/// The probes of supervisors and load balancers.
pub(super) fn health_table() -> Routes<Shared> {
    Routes::new().route(Get, "/health/live", health::live, describe::live).route(
        Get,
        "/health/ready",
        health::ready,
        describe::ready,
    )
}

/// The routes for the operator.
pub(super) fn metrics_table() -> Routes<Shared> {
    health_table().route(Get, "/metrics", metrics::metrics, describe::metrics)
}

/// The icons of authenticator models.
pub(super) fn models_table() -> Routes<Shared> {
    Routes::new().route(Get, "/models/{aaguid}/icon", models::icon, describe::icon)
}
