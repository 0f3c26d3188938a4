//! Serves the requests of connections: HTTP/1.1, and behind TLS also HTTP/2.
//!
//! There is no HTTP/2 without TLS: browsers don't speak it, and a proxy in front of the server gains nothing by it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;
use std::{future::Future, pin::pin, sync::Arc};

use axum::extract::ConnectInfo;
use axum::{Router, body::Body};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep_until, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;

use super::activity::Activity;
use super::own_answers::OwnAnswers;
use super::own_http2_answers::{self, OwnHttp2Answers};
use super::{Connection, Connections, Times};

/// The most bytes of the request line and the header section, and so what an idle connection buffers: cookies and a path
/// to return to have a few thousand.
const HEADER_BYTES_MAX: usize = 64 * 1024;

/// [`HEADER_BYTES_MAX`] in HTTP/2, where each field counts 32 bytes more
/// ([RFC 9113, section 6.5.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2)).
const HEADER_LIST_MAX: u32 = 64 * 1024;

/// The most header fields of a request: browsers and proxies send some thirty.
const HEADERS_MAX: usize = 100;

/// The most requests at once on a connection of HTTP/2. The page loads ten files at once.
const STREAMS_MAX: u32 = 32;

/// The bytes of a body that a client of HTTP/2 may send before they are read, on a stream and on a connection.
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 256 * 1024;

/// The most bytes of answers that a stream buffers for a slow client: the page's largest file is about as long.
const SEND_BUFFER_MAX: usize = 64 * 1024;

/// The most requests of HTTP/2 that a client has cancelled before the server began with them. A further one ends the
/// connection: it is the attack of
/// [CVE-2023-44487](https://www.cve.org/CVERecord?id=CVE-2023-44487), in which each cancelled request makes room for another.
const CANCELLED_MAX: usize = 20;

/// The most streams that the server ends because the client broke the protocol. A further one ends the connection: it is
/// the attack of [CVE-2025-8671](https://www.cve.org/CVERecord?id=CVE-2025-8671).
const BROKEN_MAX: usize = 100;

/// The time limit of the TLS handshake: four messages.
const HANDSHAKE: Duration = Duration::from_secs(10);

/// The name of HTTP/2 in TLS ([RFC 9113, section 3.2](https://www.rfc-editor.org/rfc/rfc9113#section-3.2)).
const HTTP_2: &[u8] = b"h2";

/// How connections are served.
pub(crate) struct Serving {
    /// The routes. Requests have the extension [`ConnectInfo`] with the address of the peer.
    pub(crate) routes: Router,
    /// The header lines for answers that the libraries create themselves.
    pub(crate) header_lines: HeaderLines,
    /// TLS, unless the connections are plain.
    pub(crate) tls: Option<TlsAcceptor>,
}

/// Returns header lines, each with its end.
pub(crate) type HeaderLines = Box<dyn Fn() -> Arc<[u8]> + Send + Sync>;

/// Serves connections until the sender of `stopped` is dropped. Then each connection ends with the answer to its requests,
/// and the function returns when the last one has ended.
pub(crate) async fn serve(connections: Connections, serving: Serving, stopped: watch::Receiver<()>) {
    let serving = Arc::new(serving);
    // Each task holds a sender.
    let (running, mut ended) = mpsc::channel::<Infallible>(1);
    let mut stop = pin!(is_dropped(stopped.clone()));
    loop {
        let (connection, peer) = tokio::select! {
            () = &mut stop => break,
            accepted = connections.accept() => accepted,
        };
        let (serving, stopped, running) = (Arc::clone(&serving), stopped.clone(), running.clone());
        tokio::spawn(async move {
            serving.serve(connection, peer, stopped).await;
            drop(running);
        });
    }
    drop((connections, running));
    let _: Option<Infallible> = ended.recv().await;
}

/// Waits until the sender is dropped, which makes `changed` fail.
pub(crate) async fn is_dropped(mut receiver: watch::Receiver<()>) {
    while receiver.changed().await.is_ok() {}
}

impl Serving {
    async fn serve(&self, connection: Connection, peer: SocketAddr, stopped: watch::Receiver<()>) {
        let (times, over) = (connection.times, connection.over);
        let last_answer = async {
            tokio::select! {
                () = is_dropped(stopped) => {}
                () = sleep_until(over) => {}
            }
        };
        let Some(tls) = &self.tls else {
            return self.http_1(connection, peer, last_answer, times).await;
        };
        match timeout(HANDSHAKE, tls.accept(connection)).await {
            Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(HTTP_2) => {
                self.http_2(stream, peer, last_answer, times).await;
            }
            Ok(Ok(stream)) => self.http_1(stream, peer, last_answer, times).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn http_1(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        peer: SocketAddr,
        last_answer: impl Future<Output = ()>,
        times: Times,
    ) {
        let stream = OwnAnswers::new(stream, (self.header_lines)());
        let service = service_fn(|request| answer(self.routes.clone(), peer, request));
        let mut builder = http1::Builder::new();
        // The connection has a time limit for each request, header section included.
        builder.header_read_timeout(None::<Duration>).max_buf_size(HEADER_BYTES_MAX).max_headers(HEADERS_MAX);
        drive(builder.serve_connection(TokioIo::new(stream), service), last_answer, times).await;
    }

    async fn http_2(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + 'static,
        peer: SocketAddr,
        last_answer: impl Future<Output = ()>,
        times: Times,
    ) {
        let stream = OwnHttp2Answers::new(stream, own_http2_answers::encoded(&(self.header_lines)()));
        let activity = Activity::new();
        let service = service_fn(|request| {
            let (routes, activity) = (self.routes.clone(), activity.clone());
            async move {
                activity.note();
                let response = answer(routes, peer, request).await;
                activity.note();
                response
            }
        });
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS_MAX)
            .max_header_list_size(HEADER_LIST_MAX)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(SEND_BUFFER_MAX)
            .max_pending_accept_reset_streams(CANCELLED_MAX)
            .max_local_error_reset_streams(BROKEN_MAX);
        let last_answer = async {
            tokio::select! {
                () = last_answer => {}
                () = activity.pause(times.patience) => {}
            }
        };
        drive(builder.serve_connection(TokioIo::new(stream), service), last_answer, times).await;
    }
}

/// Answers the requests of a connection. After `last_answer` completes, the requests under way are the last ones.
async fn drive<C: GracefulConnection>(connection: C, last_answer: impl Future<Output = ()>, times: Times) {
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = last_answer => {}
    }
    connection.as_mut().graceful_shutdown();
    // A client that does not read its answers, or does not confirm the end of HTTP/2.
    let _ = timeout(times.patience, connection).await;
}

async fn answer(
    routes: Router,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    routes.oneshot(request).await
}
