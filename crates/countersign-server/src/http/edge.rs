//! What holds for every request and every answer.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{App, Shared, error::ApiError};

/// The page is its own files and talks to its own server; no markup of it comes from anywhere else, and it stands in
/// no frame. WebAuthn is for this origin alone.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
         form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; \
         trusted-types 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "publickey-credentials-get=(self), publickey-credentials-create=(self)",
    ),
];

/// Checks where a request comes from, and gives every answer its headers.
pub(super) async fn guard(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The route, not the path: a path has a credential ID in it.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let api = is_api(request.uri());
    let mut response = if changes(&method) && !from_accepted_origin(&app, request.headers()) {
        ApiError::OriginNotAllowed.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // An answer of the API is one person's; the page is asked for again, so that it fits its server.
    let caching = if api { "no-store" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    app.answers.count(response.status());
    tracing::debug!(
        %method,
        route = route.as_ref().map_or("none", MatchedPath::as_str),
        status = response.status().as_u16(),
        microseconds = began.elapsed().as_micros(),
        "answered"
    );
    response
}

pub(super) async fn not_found(uri: Uri) -> Response {
    refuse(&uri, ApiError::NotFound, StatusCode::NOT_FOUND)
}

pub(super) async fn method_not_allowed(uri: Uri) -> Response {
    refuse(&uri, ApiError::MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED)
}

/// In JSON where a program asks, in a word otherwise.
fn refuse(uri: &Uri, error: ApiError, status: StatusCode) -> Response {
    if is_api(uri) {
        return error.into_response();
    }
    (status, status.canonical_reason().unwrap_or_default()).into_response()
}

fn is_api(uri: &Uri) -> bool {
    uri.path().strip_prefix("/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Browsers name the page that a changing request comes from; what is no browser acts for nobody but itself.
fn from_accepted_origin(app: &App, headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ORIGIN)
        .iter()
        .all(|origin| app.origins.iter().any(|accepted| accepted.as_bytes() == origin.as_bytes()))
}
