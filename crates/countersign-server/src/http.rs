//! The HTTP interface: a JSON API below `/api`, and the page that uses it.
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `GET /` `/app.js` and the modules that it imports, `/style.css` `/icon.svg` | | the page, with entity tags, and compressed for clients that accept gzip |
//! | `GET /health/live` | | `ok`: the process answers |
//! | `GET /health/ready` | | `ok`, or 503 if the database can't be used, or attestation is required and there is no metadata yet |
//! | `GET /openapi.json` | | the [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html) document of this interface, without the operator's page |
//! | `GET /metrics` | | metrics in the text format of Prometheus, unless they have a separate address |
//! | `GET /models/{aaguid}/icon` | | the icon of an authenticator model, if the metadata has one |
//! | `GET /.well-known/passkey-endpoints` | | an empty object: the site supports passkeys |
//! | `GET /auth/check` | | 204 with the account in header fields if the session is good, 401 otherwise |
//! | `GET /auth/return` | | 303 to the address `to` if there is a session, and to the page otherwise |
//! | `GET /api/return` | | `{"to", "open"}`: the address `to`, and whether the session may go there |
//! | `POST /auth/session` | `{"session"}` | `{"account", "createdAt", "verifiedAt", "expiresAt"}`, for a configured client |
//! | `POST /attestation/options` `/attestation/result` `/assertion/options` `/assertion/result` | | the API of FIDO's conformance tests, if [`Config::fido_conformance`](field@crate::Config::fido_conformance) is on |
//! | `GET /inspect` and below | | the page that explains a text, unless [`Config::inspect_page`](field@crate::Config::inspect_page) is off |
//! | `POST /api/inspect` | `{"text", "kind"}` | for a signed-in user, the explanation of a text by [`countersign_inspect`]; it is neither stored nor logged |
//! | `GET /operator` and below | | the [operator's page](#operators-page), if [`Config::operator_page`](field@crate::Config::operator_page) is on |
//! | below `/api` | | the [routes](https://docs.rs/countersign-axum/latest/countersign_axum/#routes) of `countersign-axum`, with their codes |
//!
//! In `GET /api/credentials`, `metadata` is `null` if none is configured, and otherwise `{"number", "nextUpdate", "models",
//! "trouble"}`. The first three describe the BLOB in use, and are `null` if there is none yet. `trouble` is the code of the
//! current problem, if any: `metadata-unreachable`, `metadata-file-unusable`, or the code of a rejected BLOB.
//!
//! # Other applications
//!
//! `/auth/check` is for reverse proxies. `max_age` is the most seconds since the user was verified with a passkey, and
//! `redirect=true` answers 303 to the page instead of 401 if a browser is navigating. The account is in the header fields
//! `countersign-user`, its user handle in base64url, and `countersign-name`, its name percent-encoded. A 401 has its code
//! in `countersign-error`, and in `countersign-sign-in` the address of the page that leads back to the request, if the
//! proxy sends `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Forwarded-Uri` and the address is one of
//! [`Config::return_addresses`](crate::Config::return_addresses).
//!
//! `/auth/return` and `/api/return` have the parameters `to` and `max_age`. `/auth/session` requires `Authorization:
//! Bearer SECRET` with the secret of one of [`Config::clients`](crate::Config::clients); `session` is the value of the
//! session's cookie.
//!
//! # Operator's page
//!
//! Below `/operator/api`, every request requires the session of an operator whose user was verified in the last twelve hours,
//! and one that changes something the header `countersign-account` and a verification in the last five minutes: see the act
//! `verify`. The first two rows are for the holder of a link. `{account}` is a user handle and `{credential}` a credential ID, in base64url.
//!
//! `GET /operator/openapi.json` describes it in [OpenAPI 3.1](https://spec.openapis.org/oas/v3.1.1.html).
//!
//! | request | body | answer |
//! | --- | --- | --- |
//! | `POST link` | `{"link"}` | `{"expiresAt", "invitation"}`: the link can be used; `invitation` is for an account, if that needs one |
//! | `POST role` | `{"link"}` | 204: the account of the session is an operator, and the link is used up |
//! | `GET session` | | `{"name", "userHandle", "since", "verifiedAt", "signUp", "metadata"}` |
//! | `GET operators` | | `{"operators": [{"name", "userHandle", "since", "own"}]}` |
//! | `PUT operators/{account}` `DELETE operators/{account}` | | 204: the role is given or taken; one's own can't be taken |
//! | `GET accounts` | | with the parameters `text` and `after`: `{"accounts": [{"name", "userHandle", "createdAt", "passkeys", "operator"}], "next"}` |
//! | `GET accounts/{account}` | | the account with its passkeys, whose attestations are explained, and its sessions |
//! | `DELETE accounts/{account}` | | 204; one's own account can't be removed here |
//! | `DELETE accounts/{account}/sessions` | | `{"ended"}` |
//! | `DELETE accounts/{account}/sessions/{session}` | | 204 |
//! | `DELETE accounts/{account}/credentials/{credential}` | | 204 |
//! | `PUT …/credentials/{credential}/flag` | `{"reason"}` | 204: the passkey can't sign in, and its sessions have ended |
//! | `DELETE …/credentials/{credential}/flag` | | 204 |
//! | `POST invitations` | `{"days"}` | 201 `{"code", "expiresAt"}` |
//! | `GET models` | | the passkeys of each authenticator model, as they were last counted |
//! | `GET counts` | | ceremonies of the last day in this instance, by kind and outcome |
//! | `GET metadata` | | the metadata in use, and what its last change means for the stored passkeys |
//! | `GET audit` | | with the parameter `account`, of one account: `{"rows": [{"at", "kind", "actor", "account", "address", "traceId"}]}`, the newest 100 |
//! | `GET assessment` | | `{"running", "latest", "failure"}` |
//! | `POST assessment` | `{"compromised": "report"}` or `"flag"` | the same; 202 if an assessment began, 200 if one was under way |
//!
//! # Errors
//!
//! An answer with a status from 400 on has the ID of its request in `countersign-trace-id`, by which its lines in the log
//! are found: the trace ID of the request's `traceparent` (W3C Trace Context), or else a new one.
//!
//! Below `/api`, the server adds these codes:
//!
//! | status | code | for |
//! | --- | --- | --- |
//! | 400 | `host-missing` | a request that does not name its host |
//! | 408 | `request-timeout` | a body that takes more than thirty seconds to arrive |
//! | 414 | `address-too-long` | an address of more than 16 KiB |
//! | 429 | `too-many-requests` | a request over a limit of [`LimitsConfig`](crate::LimitsConfig), or a text to explain after five seconds of others; `Retry-After` has the seconds to wait |
//! | 503 | `metadata-unavailable` | a registration that can't be judged for want of metadata |
//!
//! Below `/operator/api`, it adds 403 `operator-link-invalid` and 409 `own-account`. A user who is no operator gets 404 `not-found`.
//!
//! Elsewhere, the answers with these statuses are plain text. Below `/auth`, and in `/api/return`:
//!
//! | status | code |
//! | --- | --- |
//! | 400 | `query-malformed`, `request-malformed`, `return-address-not-allowed` |
//! | 401 | `not-signed-in`, `verification-too-old`, `client-unknown` |
//! | 404 | `session-unknown` |
//! | 429 | `too-many-requests`, in the field `countersign-error` |
//! | 503 | `storage-failed` |

use axum::routing::get;
use axum::{Router, middleware};

use self::tables::{health_table, metrics_table, models_table};
use self::{assets::Assets, site::Shared};
use crate::config::configuration::{InspectPage, OperatorPage};

mod assets;
mod auth;
mod body;
mod edge;
mod fido_conformance;
mod headers;
mod health;
mod inspect;
mod limits;
mod metrics;
mod models;
mod openapi;
mod operator;
mod page;
pub(crate) mod site;
mod tables;
mod timed_body;
mod trace;
mod turn;

/// The routes for everyone if `/metrics` has its own address.
pub(crate) fn public_routes(site: &Shared) -> Router {
    let routes = checked(health_table().into_router().merge(page_routes(site)), site);
    guarded(limited(with_fido_conformance(routes, site), site), site)
}

/// The routes for everyone and for the operator, at one address.
pub(crate) fn all_routes(site: &Shared) -> Router {
    let routes = checked(metrics_table().into_router().merge(page_routes(site)), site);
    guarded(limited(with_fido_conformance(routes, site), site), site)
}

/// The routes for the operator.
pub(crate) fn operator_routes(site: &Shared) -> Router {
    guarded(checked(metrics_table().into_router(), site), site)
}

/// Adds the answers to requests for nothing, and the check of origins.
fn checked(routes: Router<Shared>, site: &Shared) -> Router<Shared> {
    routes
        .fallback(edge::not_found)
        .method_not_allowed_fallback(edge::method_not_allowed)
        .layer(site.app.passkeys.origin_check())
}

/// Adds the API for FIDO's conformance tests, which is outside the check of origins.
fn with_fido_conformance(routes: Router<Shared>, site: &Shared) -> Router<Shared> {
    match &site.app.fido_conformance {
        Some(api) => routes.merge(fido_conformance::routes(api.clone())),
        None => routes,
    }
}

/// Adds the limits of clients, which don't apply to the operator.
fn limited(routes: Router<Shared>, site: &Shared) -> Router<Shared> {
    routes.layer(middleware::from_fn_with_state(site.clone(), limits::limit))
}

/// Adds the checks of every request, and the headers of every answer.
fn guarded(routes: Router<Shared>, site: &Shared) -> Router {
    routes.layer(middleware::from_fn_with_state(site.clone(), edge::guard)).with_state(site.clone())
}

fn page_routes(site: &Shared) -> Router<Shared> {
    let operator = match site.pages.operator {
        OperatorPage::Off => Router::new(),
        OperatorPage::On => operator::routes().merge(openapi::operator_table().into_router()),
    };
    let inspect = match site.pages.inspect {
        InspectPage::Off => Router::new(),
        InspectPage::On => inspect::routes(),
    };
    Assets::paths()
        .fold(Router::new(), |routes, path| routes.route(path, get(page::asset)))
        .merge(models_table().into_router())
        .merge(openapi::table().into_router())
        .merge(auth::routes(site.app.passkeys.clone(), site.app.login.clone()))
        .nest("/api", site.app.passkeys.routes())
        .merge(site.app.passkeys.well_known())
        .merge(operator)
        .merge(inspect)
}
