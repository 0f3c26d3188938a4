//! The HTTP interface: a JSON API below `/api`, and the page that uses it.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /` `/app.js` `/actions.js` `/client.js` `/passkeys.js` `/view.js` `/style.css` `/icon.svg` | | the page, with entity tags and compressed for those that take gzip |
//! | `GET /health` | | `ok`, or 503 if the database file is gone |
//! | `GET /metrics` | | numbers in the text format of Prometheus; not here if they have an address of their own |
//! | `GET /models/{aaguid}/icon` | | a model's picture, where the metadata has one |
//! | `GET /api/session` | | `{"account": {"name", "userHandle"} or null, "rpId", "origins"}`: where the page works; it is at home at the first of `origins` |
//! | `DELETE /api/session` | | 204: signed out, also if no one was signed in |
//! | `POST /api/accounts/start` | `{"name"}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST /api/accounts/finish` | `{"ceremony", "response"}` | 201 `{"account", "signals"}` and the session's cookie |
//! | `POST /api/sessions/start` | `{}` | `{"ceremony", "options"}` for `navigator.credentials.get()` |
//! | `POST /api/sessions/finish` | `{"ceremony", "response"}` | `{"account", "signals"}` and the session's cookie |
//! | `GET /api/sessions` | | `{"sessions": [{"id", "label", "createdAt", "seenAt", "current"}]}`, the one used last first |
//! | `DELETE /api/sessions` | | `{"ended"}`: how many sessions of the account ended, all but this one |
//! | `DELETE /api/sessions/{id}` | | `{"ended": 1}` |
//! | `GET /api/credentials` | | `{"account", "credentials": […], "metadata", "signals"}`: the user handle of the account, and its credentials, oldest first |
//! | `POST /api/step-up/start` | `{"act"}` | `{"ceremony", "options"}` for `navigator.credentials.get()` |
//! | `POST /api/step-up/finish` | `{"ceremony", "response"}` | 204: the session has confirmed the act |
//! | `POST /api/credentials/start` | `{}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST /api/credentials/finish` | `{"ceremony", "response"}` | 201 `{"credential", "signals"}` |
//! | `PATCH /api/credentials/{id}` | `{"label"}` | `{"credential"}` |
//! | `DELETE /api/credentials/{id}` | | `{"signals", "signedOut"}`: gone, and the sessions made with it |
//! | `DELETE /api/account` | | `{"signals"}`: gone, with its credentials and sessions |
//!
//! `metadata` is `null` where none is configured, and otherwise `{"number", "nextUpdate", "models", "trouble"}`: what
//! the metadata in use is, `null` where there is none yet, and a word for why newer one is not had or this one is no
//! longer good: `metadata-unreachable`, `metadata-file-unusable`, or one of the words for a refused BLOB.
//!
//! # Ceremonies
//!
//! Each start, and `GET /api/session`, sets or renews a cookie of the browser, `countersign-browser`, and a finish without it is answered
//! `cookie-missing`, before anything is stored: a browser that keeps no cookies would make an account that it can't use.
//! A ceremony takes one response, whatever comes of it. The same finish again, by the same browser and while the ceremony
//! would live, gets the same answer, for the first one may have been lost; if what it made is gone since, or with another
//! response, it is answered `challenge-expired`.
//!
//! # Who acts
//!
//! Every changing request for which a session is needed says in the header `countersign-account` which account the user
//! sees: its `userHandle`. It is answered `account-missing` without that, and `account-changed` if the session is another
//! account's. Session and account are read again in the transaction that writes.
//!
//! Adding a credential, removing one and deleting the account take a confirmation with a passkey of the account, or are
//! answered `reauthentication-required`. `act` is `{"kind": "add-credential"}`, `{"kind": "remove-credential",
//! "credential": id}` or `{"kind": "delete-account"}`. The confirmation is the session's, for exactly this act, good once
//! and for five minutes; for adding, the start wants it and the finish takes it.
//!
//! # Signals
//!
//! `signals` is what the page may hand on to passkey providers, and nothing else: `{"allAcceptedCredentials"}` has the
//! argument of `signalAllAcceptedCredentials()`, read in the transaction that the answer is about. The error of a refused
//! finish has `{"unknownCredential"}`, the argument of `signalUnknownCredential()` or `null`. It is `null` unless the
//! credential was looked up, is unknown, and is or was of an account of this database, or was made for this ceremony and
//! refused for good; with the RP ID `localhost` it is always `null`, and so by [`UnknownSignals`](crate::UnknownSignals).
//!
//! # Errors
//!
//! An error is `{"error": {"code", "message"}}`: a word that never changes, and a sentence for a person. What a
//! ceremony's response can be refused for are the words of [`countersign::Code`], with status 401 when signing in or
//! confirming and 400 when registering (409 for `credential-already-registered`). When signing in, what fails about a
//! known credential is `signature-invalid`, whichever check it was. The others:
//!
//! | status | code |
//! | --- | --- |
//! | 400 | `request-malformed`, `host-missing`, `name-invalid`, `label-invalid`, `account-missing`, `cookie-missing`, `client-data-too-long` |
//! | 401 | `not-signed-in`, `reauthentication-required` |
//! | 403 | `origin-not-allowed` |
//! | 404 | `not-found` |
//! | 405 | `method-not-allowed` |
//! | 409 | `name-taken`, `label-taken`, `last-credential`, `too-many-credentials`, `account-changed` |
//! | 413 | `body-too-large` |
//! | 415 | `content-type-unsupported` |
//! | 429 | `too-many-requests` |
//! | 500 | `internal-error` |
//! | 503 | `storage-failed`, `metadata-unavailable` |
//!
//! A body is JSON in UTF-8 with content type `application/json`, an object, of 256 KiB at most. A request that changes
//! something and has an `Origin` header must come from an origin that the relying party accepts: with that and the
//! `SameSite` cookie, no other site can act for who is signed in here.

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{delete, get, patch, post},
};

use self::{assets::Assets, site::Shared};

mod accounts;
mod answers;
mod assets;
mod body;
mod cookie;
mod credentials;
mod edge;
mod error;
mod headers;
mod json;
mod log;
mod metrics;
mod models;
mod page;
mod responses;
mod sessions;
mod signals;
mod signed_in;
pub(crate) mod site;
mod step_up;

/// The most bytes of a request's body: what the library accepts as a response. Its envelope fits in easily, since no real
/// response comes near the limit.
const BODY_MAX: usize = 256 * 1024;

/// The routes for everyone if `/metrics` has its own address.
pub(crate) fn public_routes(site: &Shared) -> Router {
    layered(health_route().merge(page_routes()), site)
}

/// The routes for everyone and for the operator, at one address.
pub(crate) fn all_routes(site: &Shared) -> Router {
    layered(metrics_routes().merge(page_routes()), site)
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
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(site.clone(), edge::guard))
        .with_state(site.clone())
}

fn health_route() -> Router<Shared> {
    Router::new().route("/health", get(page::health))
}

fn metrics_routes() -> Router<Shared> {
    health_route().route("/metrics", get(metrics::metrics))
}

fn page_routes() -> Router<Shared> {
    Assets::paths()
        .fold(Router::new(), |routes, path| routes.route(path, get(page::asset)))
        .route("/models/{aaguid}/icon", get(models::icon))
        .route("/api/session", get(sessions::current).delete(sessions::end))
        .route("/api/accounts/start", post(accounts::start))
        .route("/api/accounts/finish", post(accounts::finish))
        .route("/api/account", delete(accounts::remove))
        .route("/api/sessions", get(sessions::list).delete(sessions::end_others))
        .route("/api/sessions/{id}", delete(sessions::end_one))
        .route("/api/sessions/start", post(sessions::start))
        .route("/api/sessions/finish", post(sessions::finish))
        .route("/api/step-up/start", post(step_up::start))
        .route("/api/step-up/finish", post(step_up::finish))
        .route("/api/credentials", get(credentials::list))
        .route("/api/credentials/start", post(credentials::start))
        .route("/api/credentials/finish", post(credentials::finish))
        .route("/api/credentials/{id}", patch(credentials::rename).delete(credentials::remove))
}
