//! The HTTP interface: a JSON API below `/api`, and the page that uses it.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /` `/app.js` `/actions.js` `/client.js` `/passkeys.js` `/view.js` `/style.css` `/icon.svg` | | the page, with entity tags, and compressed for clients that accept gzip |
//! | `GET /health` | | `ok`, or 503 if the database can't be used, such as a file that was deleted or replaced |
//! | `GET /metrics` | | metrics in the text format of Prometheus, unless they have a separate address |
//! | `GET /models/{aaguid}/icon` | | the icon of an authenticator model, if the metadata has one |
//! | `GET /.well-known/passkey-endpoints` | | an empty object: the site supports passkeys |
//! | below `/api` | | the [routes](countersign_axum#routes) of `countersign-axum`, with their codes |
//!
//! In `GET /api/credentials`, `metadata` is `null` if none is configured, and otherwise `{"number", "nextUpdate", "models",
//! "trouble"}`. The first three describe the BLOB in use, and are `null` if there is none yet. `trouble` is the code of the
//! current problem, if any: `metadata-unreachable`, `metadata-file-unusable`, or the code of a rejected BLOB.
//!
//! # Errors
//!
//! Below `/api`, the server adds two codes: 400 `host-missing`, for a request that does not name its host, and 503
//! `metadata-unavailable`, if registrations can't be judged for want of metadata.

use axum::routing::get;
use axum::{Router, middleware};

use self::{assets::Assets, site::Shared};

mod answers;
mod assets;
mod edge;
mod headers;
mod metrics;
mod models;
mod page;
pub(crate) mod site;

/// The routes for everyone if `/metrics` has its own address.
pub(crate) fn public_routes(site: &Shared) -> Router {
    layered(health_route().merge(page_routes(site)), site)
}

/// The routes for everyone and for the operator, at one address.
pub(crate) fn all_routes(site: &Shared) -> Router {
    layered(metrics_routes().merge(page_routes(site)), site)
}

/// The routes for the operator.
pub(crate) fn operator_routes(site: &Shared) -> Router {
    layered(metrics_routes(), site)
}

/// Adds what applies to all routes.
fn layered(routes: Router<Shared>, site: &Shared) -> Router {
    routes
        .fallback(edge::not_found)
        .method_not_allowed_fallback(edge::method_not_allowed)
        .layer(site.app.passkeys.origin_check())
        .layer(middleware::from_fn_with_state(site.clone(), edge::guard))
        .with_state(site.clone())
}

fn health_route() -> Router<Shared> {
    Router::new().route("/health", get(page::health))
}

fn metrics_routes() -> Router<Shared> {
    health_route().route("/metrics", get(metrics::metrics))
}

fn page_routes(site: &Shared) -> Router<Shared> {
    Assets::paths()
        .fold(Router::new(), |routes, path| routes.route(path, get(page::asset)))
        .route("/models/{aaguid}/icon", get(models::icon))
        .nest("/api", site.app.passkeys.routes())
        .merge(site.app.passkeys.well_known())
}
