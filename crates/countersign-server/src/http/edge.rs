//! The checks of every request, and the headers of every answer.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, Version, header};
use axum::response::{IntoResponse, Response};
use axum::{http::uri::Authority, middleware::Next};

use super::site::{Shared, Site};
use super::{error::ApiError, log::Quota};

/// The most characters of a client's header that are logged.
const LOGGED_MAX: usize = 200;

/// Checks the host and the origin of a request, and sets the headers of the answer.
pub(super) async fn guard(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The route, not the path, which may contain a credential ID.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let uri = request.uri().clone();
    let mut response = if !names_its_host(&request) && !is_of_old_probe(&request) {
        reject(&uri, ApiError::HostMissing, StatusCode::BAD_REQUEST)
    } else if changes(&method) && !from_accepted_origin(&site, request.headers()) {
        log_origin(&site, request.headers());
        ApiError::OriginNotAllowed.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    site.headers.set(headers);
    let caching = if is_api(&uri) { super::headers::NO_STORE } else { super::headers::NO_CACHE };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    site.answers.count(response.status());
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
    reject(&uri, ApiError::NotFound, StatusCode::NOT_FOUND)
}

pub(super) async fn method_not_allowed(uri: Uri) -> Response {
    reject(&uri, ApiError::MethodNotAllowed, StatusCode::METHOD_NOT_ALLOWED)
}

/// Rejects a request: in JSON below `/api`, in plain text otherwise.
fn reject(uri: &Uri, error: ApiError, status: StatusCode) -> Response {
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

/// Whether a request names its host in one `Host` field
/// ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)); in HTTP/2, `:authority` suffices
/// ([RFC 9113, section 8.3.1](https://www.rfc-editor.org/rfc/rfc9113#section-8.3.1)).
fn names_its_host(request: &Request) -> bool {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => {
            let host = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
            host.is_some_and(|host| !host.host().is_empty() && !host.as_str().contains('@'))
        }
        (None, _) => request.version() >= Version::HTTP_2 && request.uri().authority().is_some(),
        (Some(_), Some(_)) => false,
    }
}

/// Whether a request is an HTTP/1.0 probe of `/metrics` or `/health`: some load balancers use the oldest version, and
/// only HTTP/1.1 requires a `Host` field ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)).
fn is_of_old_probe(request: &Request) -> bool {
    request.version() == Version::HTTP_10
        && matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.headers().contains_key(header::HOST)
        && matches!(request.uri().path(), "/health" | "/metrics")
}

/// Whether a changing request comes from an accepted origin. Browsers name the origin; other clients can't be used by
/// another site.
fn from_accepted_origin(site: &Site, headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ORIGIN)
        .iter()
        .all(|origin| site.app.origins.iter().any(|accepted| accepted.as_bytes() == origin.as_bytes()))
}

/// Logs the origin and the accepted ones: most likely `--origin` is not the address of the page.
fn log_origin(site: &Site, headers: &HeaderMap) {
    static QUOTA: Quota = Quota::new();
    let Some(left_out) = QUOTA.take(Instant::now()) else { return };
    let origins: Vec<_> =
        headers.get_all(header::ORIGIN).iter().map(|it| it.to_str().unwrap_or("?")).collect();
    let origins = origins.join(", ");
    let code = ApiError::OriginNotAllowed.code();
    tracing::info!(
        code,
        origin = %crate::text::printable(&origins, LOGGED_MAX),
        accepted = site.app.origins.join(", "),
        left_out,
        "a request from a page at another origin was rejected"
    );
}
