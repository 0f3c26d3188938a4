//! Rejects requests over a limit, before anything is read for them.

use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use countersign_axum::error_answer;
use countersign_store::names;
use serde::Deserialize;

use super::auth::error::AuthError;
use super::{edge, site::Shared};
use crate::client_address::ClientAddress;
use crate::limits::{Cost, OverLimitError};

/// Where sign-ins start, with or without the name of an account.
const SIGN_IN: &str = "/api/sessions/start";

/// Where a recovery code is used.
const RECOVERY: &str = "/api/recovery/start";

/// The most bytes of a body that is read for the name in it: as many as the routes accept.
pub(super) const BODY_MAX: usize = 256 * 1024;

/// Takes the tokens of a request. Remembers the session of one that has succeeded.
pub(super) async fn limit(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let uri = parts.uri.clone();
    // A failure to find the session is the handler's to report.
    let session = site.app.passkeys.token(&parts).await.ok().flatten().map(|token| token.hash());
    let session = session.as_ref().map(|hash| hash.as_bytes().as_slice());
    let address = parts.extensions.get::<ClientAddress>().copied();
    if let Some(cost) = cost(&parts.method, uri.path())
        && let Err(error) = site.limits.take(cost, address, session)
    {
        return too_many(error, &uri);
    }
    let is_proof = proves_a_session(uri.path());
    let mut request = Request::from_parts(parts, body);
    if request.method() == Method::POST && matches!(uri.path(), SIGN_IN | RECOVERY) {
        request = match within_limit_of_name(&site, request, address).await {
            Ok(request) => request,
            Err(answer) => return *answer,
        };
    }
    let response = next.run(request).await;
    if let Some(session) = session
        && is_proof
        && response.status().is_success()
    {
        site.limits.remember(session);
    }
    response
}

/// How much a request costs; `None` if it has no limit.
fn cost(method: &Method, path: &str) -> Option<Cost> {
    Some(match (method, path) {
        // Load balancers ask for it, and take a server that does not answer out of use.
        (_, "/health/live" | "/health/ready") => return None,
        (_, "/auth/check" | "/auth/session") => Cost::Check,
        (&Method::POST, "/api/accounts/start") => Cost::SignUp,
        (&Method::POST, path) if path.ends_with("/start") => Cost::Start,
        // Also what is not known here.
        (&Method::POST, _) => Cost::Finish,
        _ => Cost::Read,
    })
}

/// Whether a success at this path shows that the session of the request is good. Paths that answer without a session must
/// not be here: a client could invent sessions, and with them buckets.
fn proves_a_session(path: &str) -> bool {
    let within =
        |folder: &str| path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let of_operator = within("/operator/api") && path != "/operator/api/link";
    within("/api/credentials")
        || within("/api/step-up")
        || of_operator
        || matches!(path, "/api/inspect" | "/api/sessions" | "/api/signals")
}

/// Takes the tokens of the name that a sign-in or a recovery is for, if there is one. A body that can't be read is left to
/// the handler.
async fn within_limit_of_name(
    site: &Shared,
    request: Request,
    address: Option<ClientAddress>,
) -> Result<Request, Box<Response>> {
    #[derive(Deserialize)]
    struct Start {
        name: Option<String>,
    }
    let (parts, body) = request.into_parts();
    let mut copy = Request::new(body);
    DefaultBodyLimit::max(BODY_MAX).apply(&mut copy);
    let body = match Bytes::from_request(copy, &()).await {
        Ok(body) => body,
        Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            let sentence = "The request is larger than 256 KiB.";
            return Err(Box::new(error_answer(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", sentence)));
        }
        Err(_) => {
            let sentence = "The request is not the JSON that is expected.";
            return Err(Box::new(error_answer(StatusCode::BAD_REQUEST, "request-malformed", sentence)));
        }
    };
    if let Ok(Start { name: Some(name) }) = serde_json::from_slice(&body)
        && let Ok(name) = names::clean(&name)
    {
        let key = names::key(&name);
        let over = if parts.uri.path() == RECOVERY {
            site.limits.take_recovery(&key, address)
        } else {
            site.limits.take_name(&key)
        };
        over.map_err(|error| Box::new(too_many(error, &parts.uri)))?;
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// The answer to a request over a limit: in JSON below `/api`, with the code in a field below `/auth`.
fn too_many(error: OverLimitError, uri: &Uri) -> Response {
    tracing::debug!(scope = ?error.scope, "a request was over a limit");
    let status = StatusCode::TOO_MANY_REQUESTS;
    let mut response = if edge::is_api(uri) {
        let sentence = "There are too many requests at the moment. Please wait a little, and try again.";
        error_answer(status, "too-many-requests", sentence)
    } else if edge::is_below(uri, "/auth") {
        AuthError::TooManyRequests.into_response()
    } else {
        edge::plain(status)
    };
    // Rounded up, so that the next attempt is not too early.
    let seconds = error.wait.as_secs().saturating_add(1);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_cost_what_their_handlers_do() {
        for (method, path, expected) in [
            (Method::GET, "/", Some(Cost::Read)),
            (Method::GET, "/api/session", Some(Cost::Read)),
            (Method::DELETE, "/api/session", Some(Cost::Read)),
            (Method::POST, "/api/sessions/start", Some(Cost::Start)),
            (Method::POST, "/api/step-up/start", Some(Cost::Start)),
            (Method::POST, "/api/accounts/start", Some(Cost::SignUp)),
            (Method::POST, "/api/accounts/finish", Some(Cost::Finish)),
            (Method::POST, "/api/inspect", Some(Cost::Finish)),
            (Method::POST, "/api/unheard-of", Some(Cost::Finish)),
            (Method::GET, "/auth/check", Some(Cost::Check)),
            (Method::POST, "/auth/session", Some(Cost::Check)),
            (Method::GET, "/health/ready", None),
        ] {
            assert_eq!(cost(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn only_routes_that_require_a_session_prove_one() {
        for path in [
            "/api/credentials",
            "/api/credentials/start",
            "/api/step-up/finish",
            "/api/inspect",
            "/api/sessions",
            "/api/signals",
            "/operator/api/session",
        ] {
            assert!(proves_a_session(path), "{path}");
        }
        for path in [
            "/",
            "/api/session",
            "/api/sessions/start",
            "/api/sessions/finish",
            "/api/accounts/finish",
            "/api/credentialsx",
            "/api/passkeys.js",
            "/api/return",
            "/auth/check",
            "/operator",
            "/operator/api/link",
        ] {
            assert!(!proves_a_session(path), "{path}");
        }
    }
}
