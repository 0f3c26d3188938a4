//! The checks of every request, before it reaches a handler.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_store::text::printable;
use tower::{Layer, Service};

use super::error::ApiError;
use crate::app::{App, Shared};
use crate::log::Quota;

/// The most characters of a client's header that are logged.
const LOGGED_MAX: usize = 200;

/// Rejects requests that change something or open a WebSocket, if they come from pages of other origins, with 403
/// `origin-not-allowed`: the layer of [`Passkeys::origin_check`](crate::Passkeys::origin_check).
#[derive(Clone)]
pub struct OriginCheck(Shared);

impl OriginCheck {
    pub(crate) const fn new(app: Shared) -> Self {
        Self(app)
    }
}

impl<S> Layer<S> for OriginCheck {
    type Service = CheckedOrigin<S>;

    fn layer(&self, inner: S) -> CheckedOrigin<S> {
        CheckedOrigin { app: self.0.clone(), inner }
    }
}

/// The service of [`OriginCheck`].
#[derive(Clone)]
pub struct CheckedOrigin<S> {
    app: Shared,
    inner: S,
}

impl<S> Service<Request> for CheckedOrigin<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if may_change(&request) && !from_accepted_origin(&self.app, request.headers()) {
            log_origin(&self.app, request.headers());
            return Box::pin(core::future::ready(Ok(ApiError::OriginNotAllowed.into_response())));
        }
        Box::pin(self.inner.call(request))
    }
}

/// Whether a request may change something. A `GET` that opens a WebSocket may, by what is sent over it.
fn may_change(request: &Request) -> bool {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    !is_read || request.headers().contains_key(header::UPGRADE)
}

/// Whether a changing request comes from an accepted origin. Browsers name the origin; other clients can't be used by
/// another site.
fn from_accepted_origin(app: &App, headers: &HeaderMap) -> bool {
    let accepts =
        |origin: &HeaderValue| origin.to_str().is_ok_and(|origin| app.accounts.accepts_origin(origin));
    headers.get_all(header::ORIGIN).iter().all(accepts)
}

/// Logs the origin and the accepted ones: most likely the relying party is not configured for the address of the page.
fn log_origin(app: &App, headers: &HeaderMap) {
    static QUOTA: Quota = Quota::new();
    let Some(left_out) = QUOTA.take(Instant::now()) else { return };
    let origins: Vec<_> =
        headers.get_all(header::ORIGIN).iter().map(|it| it.to_str().unwrap_or("?")).collect();
    let origins = origins.join(", ");
    let code = ApiError::OriginNotAllowed.code();
    tracing::info!(
        code,
        origin = %printable(&origins, LOGGED_MAX),
        accepted = app.origins.join(", "),
        left_out,
        "a request from a page at another origin was rejected"
    );
}

/// Marks answers as those of one user, which no cache stores.
pub(crate) async fn without_caching(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let caching = response.headers_mut().entry(header::CACHE_CONTROL);
    caching.or_insert(HeaderValue::from_static("no-store"));
    response
}

pub(crate) async fn not_found() -> ApiError {
    ApiError::NotFound
}

pub(crate) async fn method_not_allowed() -> ApiError {
    ApiError::MethodNotAllowed
}
