//! The checks of every request, and the headers of every answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, Uri, Version, header};
use axum::response::{IntoResponse, Response};
use axum::{http::uri::Authority, middleware::Next};
use countersign::store::AuditSource;
use countersign_axum::error_answer;
use tracing::Instrument as _;

use super::site::{Shared, Site};
use super::timed_body::TimedBody;
use super::trace::{TRACE_ID, TraceId};
use crate::client_address::ClientAddress;
use crate::metrics::requests::{NO_ROUTE, method_label};

/// The most bytes of a request's path and query. The longest that are meant name an address to return to, of 2048 bytes,
/// percent-encoded.
const ADDRESS_MAX: usize = 16 * 1024;

/// The time in which the body of a request must arrive: 256 KiB take far less on any line.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Gives a request its ID, counts it, checks that it names its host, and sets the headers of the answer.
pub(super) async fn guard(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = method_label(request.method());
    // The route, not the path, which may contain a credential ID.
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let id = TraceId::of(request.headers());
    let span = tracing::info_span!("request", trace_id = %id, method, route);
    let answer = async {
        let response = answer(&site, request, next, id.bytes()).await;
        let (status, took) = (response.status(), began.elapsed());
        site.app.metrics.requests.answered(method, route, status, took);
        tracing::debug!(status = status.as_u16(), microseconds = took.as_micros(), "answered");
        response
    };
    let mut response = answer.instrument(span).await;
    if response.status().is_client_error() || response.status().is_server_error() {
        response.headers_mut().extend(id.header().map(|id| (TRACE_ID, id)));
    }
    response
}

async fn answer(site: &Site, mut request: Request, next: Next, trace_id: Option<[u8; 16]>) -> Response {
    let uri = request.uri().clone();
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>().copied() {
        let client = site.addresses.find(peer.ip(), request.headers());
        request.extensions_mut().insert(client);
    }
    let client = request.extensions().get::<ClientAddress>();
    let address = client.and_then(|client| site.app.audit.addresses.of(client.ip));
    request.extensions_mut().insert(AuditSource { address, trace_id });
    let mut response = if uri.path_and_query().is_some_and(|it| it.as_str().len() > ADDRESS_MAX) {
        Rejection::AddressTooLong.answer(&uri)
    } else if !names_its_host(&request) && !is_of_old_probe(&request) {
        Rejection::HostMissing.answer(&uri)
    } else {
        let (request, is_late) = TimedBody::of(request, BODY_TIME);
        let response = next.run(request).await;
        // Whatever the handler decided about a body that did not arrive.
        if is_late.get() { Rejection::Late.answer(&uri) } else { response }
    };
    let headers = response.headers_mut();
    site.headers.set(headers);
    let caching = if is_api(&uri) || is_below(&uri, "/auth") {
        super::headers::NO_STORE
    } else {
        super::headers::NO_CACHE
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

/// Why a request is rejected, whatever it asks for.
#[derive(Debug, Clone, Copy)]
enum Rejection {
    /// It names no host.
    HostMissing,
    /// Its body takes too long.
    Late,
    /// Its address is too long.
    AddressTooLong,
}

impl Rejection {
    /// The answer: in JSON below `/api`, in plain text otherwise.
    fn answer(self, uri: &Uri) -> Response {
        let (status, code, sentence) = match self {
            Self::HostMissing => (
                StatusCode::BAD_REQUEST,
                "host-missing",
                "The request does not say, in one field “Host”, which host it is for.",
            ),
            Self::Late => (
                StatusCode::REQUEST_TIMEOUT,
                "request-timeout",
                "The request took too long to arrive. Please try again.",
            ),
            Self::AddressTooLong => {
                (StatusCode::URI_TOO_LONG, "address-too-long", "The address is longer than 16 KiB.")
            }
        };
        if is_api(uri) { error_answer(status, code, sentence) } else { plain(status) }
    }
}

pub(super) async fn not_found(uri: Uri) -> Response {
    if is_api(&uri) {
        return error_answer(StatusCode::NOT_FOUND, "not-found", "There is nothing here.");
    }
    plain(StatusCode::NOT_FOUND)
}

pub(super) async fn method_not_allowed() -> Response {
    plain(StatusCode::METHOD_NOT_ALLOWED)
}

/// An answer with nothing but the words of its status.
pub(super) fn plain(status: StatusCode) -> Response {
    (status, status.canonical_reason().unwrap_or_default()).into_response()
}

/// Whether an address is one of the JSON API.
pub(super) fn is_api(uri: &Uri) -> bool {
    is_below(uri, "/api") || is_below(uri, "/operator/api")
}

/// Whether an address is a folder, or in it.
pub(super) fn is_below(uri: &Uri, folder: &str) -> bool {
    uri.path().strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
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

/// Whether a request is an HTTP/1.0 probe of metrics or health: some load balancers use the oldest version, and only
/// HTTP/1.1 requires a `Host` field ([RFC 9112, section 3.2](https://www.rfc-editor.org/rfc/rfc9112#section-3.2)).
fn is_of_old_probe(request: &Request) -> bool {
    request.version() == Version::HTTP_10
        && matches!(*request.method(), Method::GET | Method::HEAD)
        && !request.headers().contains_key(header::HOST)
        && matches!(request.uri().path(), "/health/live" | "/health/ready" | "/metrics")
}
