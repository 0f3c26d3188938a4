//! What holds for every request and every answer.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{App, Shared, error::ApiError, log::Quota};
use crate::printable;

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

/// A year ([RFC 6797, section 6.1.1](https://www.rfc-editor.org/rfc/rfc6797#section-6.1.1)). Other hosts of the domain
/// are not this server's to decide for.
const TRANSPORT_SECURITY: &str = "max-age=31536000";

/// The version of the page's files, for pages that are open since before an update.
const PAGE_VERSION: HeaderName = HeaderName::from_static("countersign-page");

/// The most characters of a client's header that are logged.
const LOGGED_MAX: usize = 200;

/// The headers of every answer.
#[derive(Debug)]
pub(crate) struct Headers(Vec<(HeaderName, HeaderValue)>);

impl Headers {
    /// Those of a server of these origins, with a page of this version.
    pub(super) fn new(origins: &[String], page_version: &str) -> Self {
        let mut headers: Vec<_> =
            HEADERS.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
        if origins.iter().any(|origin| origin.starts_with("https:")) {
            let value = HeaderValue::from_static(TRANSPORT_SECURITY);
            headers.push((header::STRICT_TRANSPORT_SECURITY, value));
        }
        headers.extend(HeaderValue::try_from(page_version).map(|version| (PAGE_VERSION, version)));
        Self(headers)
    }

    /// The headers as lines of an answer that no route makes.
    pub(crate) fn lines(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        let caching = HeaderValue::from_static(NO_STORE);
        for (name, value) in self.0.iter().chain([&(header::CACHE_CONTROL, caching)]) {
            lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        lines
    }
}

/// An answer of the API is one user's.
const NO_STORE: &str = "no-store";

/// The page is asked for again, so that it fits its server.
const NO_CACHE: &str = "no-cache";

/// Checks where a request comes from, and gives every answer its headers.
pub(super) async fn guard(State(app): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The route, not the path: a path has a credential ID in it.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let uri = request.uri().clone();
    let mut response = if !names_its_host(&request) && !is_of_old_probe(&request) {
        refuse(&uri, ApiError::HostMissing, StatusCode::BAD_REQUEST)
    } else if changes(&method) && !from_accepted_origin(&app, request.headers()) {
        log_origin(&app, request.headers());
        ApiError::OriginNotAllowed.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in &app.headers.0 {
        headers.insert(name, value.clone());
    }
    let caching = if is_api(&uri) { NO_STORE } else { NO_CACHE };
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

/// Whether a request says which host it is for, in one `Host` field
/// ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)); in HTTP/2, `:authority` will do
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

/// Whether a request is one of HTTP/1.0 for the operator's numbers or the server's health: load balancers ask in the
/// oldest version there is, and only HTTP/1.1 demands a `Host` field
/// ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)).
fn is_of_old_probe(request: &Request) -> bool {
    request.version() == Version::HTTP_10
        && matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.headers().contains_key(header::HOST)
        && matches!(request.uri().path(), "/health" | "/metrics")
}

/// Browsers name the page that a changing request comes from; what is no browser acts for nobody but itself.
fn from_accepted_origin(app: &App, headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ORIGIN)
        .iter()
        .all(|origin| app.origins.iter().any(|accepted| accepted.as_bytes() == origin.as_bytes()))
}

/// Says what came and what is accepted: most likely `--origin` is not where the page is.
fn log_origin(app: &App, headers: &HeaderMap) {
    static QUOTA: Quota = Quota::new();
    let Some(left_out) = QUOTA.take(Instant::now()) else { return };
    let came: Vec<_> = headers.get_all(header::ORIGIN).iter().map(|it| it.to_str().unwrap_or("?")).collect();
    let came = came.join(", ");
    let code = ApiError::OriginNotAllowed.code();
    tracing::info!(
        code,
        origin = %printable(&came, LOGGED_MAX),
        accepted = app.origins.join(", "),
        left_out,
        "a request from a page at another origin was refused"
    );
}
