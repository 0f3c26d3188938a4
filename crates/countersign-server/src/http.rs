//! The HTTP interface: a JSON API below `/api`, and the page that uses it.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /` `/app.js` `/actions.js` `/client.js` `/passkeys.js` `/view.js` `/style.css` `/icon.svg` | | the page, with entity tags, and compressed for clients that accept gzip |
//! | `GET /health` | | `ok`, or 503 if the database file was deleted or replaced |
//! | `GET /metrics` | | metrics in the text format of Prometheus, unless they have a separate address |
//! | `GET /models/{aaguid}/icon` | | the icon of an authenticator model, if the metadata has one |
//! | `GET /api/session` | | `{"account": {"name", "userHandle"} or null, "rpId", "origins"}`: the accepted origins, the main one first |
//! | `DELETE /api/session` | | 204: signed out; also without a session |
//! | `POST /api/accounts/start` | `{"name"}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST /api/accounts/finish` | `{"ceremony", "response"}` | 201 `{"account", "signals"}` and the session's cookie |
//! | `POST /api/sessions/start` | `{}` | `{"ceremony", "options"}` for `navigator.credentials.get()` |
//! | `POST /api/sessions/finish` | `{"ceremony", "response"}` | `{"account", "signals"}` and the session's cookie |
//! | `GET /api/sessions` | | `{"sessions": [{"id", "label", "createdAt", "seenAt", "current"}]}`, the latest used first |
//! | `DELETE /api/sessions` | | `{"ended"}`: the number of sessions that ended, all of the account but this one |
//! | `DELETE /api/sessions/{id}` | | `{"ended": 1}` |
//! | `GET /api/credentials` | | `{"account", "credentials": […], "metadata", "signals"}`: the user handle of the account, and its credentials, oldest first |
//! | `POST /api/step-up/start` | `{"act"}` | `{"ceremony", "options"}` for `navigator.credentials.get()` |
//! | `POST /api/step-up/finish` | `{"ceremony", "response"}` | 204: the session has confirmed the act |
//! | `POST /api/credentials/start` | `{}` | `{"ceremony", "options"}` for `navigator.credentials.create()` |
//! | `POST /api/credentials/finish` | `{"ceremony", "response"}` | 201 `{"credential", "signals"}` |
//! | `PATCH /api/credentials/{id}` | `{"label"}` | `{"credential"}` |
//! | `DELETE /api/credentials/{id}` | | `{"signals", "signedOut"}`: the credential and the sessions created with it are removed |
//! | `DELETE /api/account` | | `{"signals"}`: the account, its credentials and its sessions are removed |
//!
//! `metadata` is `null` if none is configured, and otherwise `{"number", "nextUpdate", "models", "trouble"}`. The first
//! three describe the BLOB in use, and are `null` if there is none yet. `trouble` is the code of the current problem,
//! if any: `metadata-unreachable`, `metadata-file-unusable`, or the code of a rejected BLOB.
//!
//! # Ceremonies
//!
//! Each start, and `GET /api/session`, sets or renews the cookie `countersign-browser`. A finish without it is answered
//! `cookie-missing` before anything is stored: a browser without cookies would create an account that it can't use. A
//! ceremony accepts one response, whatever the outcome. The same finish again, by the same browser and before the
//! ceremony expires, gets the same answer, since the first answer may have been lost. If what it created was removed
//! since, or with another response, it is answered `challenge-expired`.
//!
//! # Accounts and confirmations
//!
//! Every changing request that requires a session names the account that the user sees in the header
//! `countersign-account`: its `userHandle`. The answer is `account-missing` without the header, and `account-changed`
//! if the session is another account's. Session and account are read again in the transaction that writes.
//!
//! Adding a credential, removing one and deleting the account require a confirmation with a passkey of the account;
//! otherwise the answer is `reauthentication-required`. `act` is `{"kind": "add-credential"}`, `{"kind":
//! "remove-credential", "credential": id}` or `{"kind": "delete-account"}`. The confirmation belongs to the session and
//! to exactly this act. It is valid once and for five minutes. For adding, the start checks it, and the finish uses it
//! up.
//!
//! # Signals
//!
//! `signals` is all that the page may signal to passkey providers: `{"allAcceptedCredentials"}` has the argument of
//! `signalAllAcceptedCredentials()`, read in the transaction that the answer is about. The error of a rejected finish
//! has `{"unknownCredential"}`, the argument of `signalUnknownCredential()` or `null`. It is `null` unless
//! the credential was created for this ceremony and rejected for good, or it is unknown, its user handle belongs or
//! belonged to an account of this database, and no passkey is being added to that account. It is always `null` for the
//! RP ID `localhost` and with [`UnknownSignals::Withheld`](crate::UnknownSignals::Withheld).
//!
//! # Errors
//!
//! An error is `{"error": {"code", "message"}}`: a stable code, and a sentence for the user. A rejected response of a
//! ceremony has a code of [`countersign::Code`], with status 401 when signing in or confirming and 400 when registering
//! (409 for `credential-already-registered`). When signing in, every failed check of a known credential has the code
//! `signature-invalid`. The other codes:
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
//! A body is a JSON object in UTF-8, of at most 256 KiB, with content type `application/json`. A request that changes
//! something and has an `Origin` header must come from an accepted origin. Together with the `SameSite` cookie, this
//! keeps other sites from acting for a signed-in user.

use axum::routing::{delete, get, patch, post};
use axum::{Router, extract::DefaultBodyLimit, middleware};

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

/// The most bytes of a request's body: what the library accepts as a response. Its envelope fits in easily, since no
/// real response comes near the limit.
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
