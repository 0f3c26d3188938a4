//! A listener with limits on the number of connections and on their time. If there is no place for another connection,
//! the client with the most connections loses its least recently used one, so that one client can't exclude the others.

use std::task::{Context, Poll};
use std::{future::poll_fn, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, header};
use axum::serve::{IncomingStream, Listener};
use axum::{extract::connect_info::Connected, middleware::Next, response::Response};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, timeout};

mod own_answers;
mod registry;

use own_answers::OwnAnswers;
use registry::{Place, Registry};

use crate::metrics::connections::{ListenerMetrics, OpenConnection};

/// The most connections to the page. Together with those of the operator, they stay below the 1024 files that a process
/// may open by default on most systems.
pub(crate) const PAGE_CONNECTIONS_MAX: usize = 850;

/// The most connections to the operator's address: a few programs that request metrics or health.
pub(crate) const OPERATOR_CONNECTIONS_MAX: usize = 50;

/// The time limit from the connection, or from the last byte of an answer, to the first byte of the next answer: a
/// request of 256 KiB takes far less on any line.
const PATIENCE: Duration = Duration::from_secs(60);

/// The age after which the next answer of a connection is its last, however busy it is. The answer says so, and
/// browsers silently open another one. A request that is under way keeps its usual time limit.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// How long to wait for the place of a dismissed connection before another one is dismissed.
const DISMISSAL: Duration = Duration::from_secs(1);

/// How long to pause when the system has no more files or memory for connections.
const PAUSE: Duration = Duration::from_millis(500);

/// Several addresses as one listener.
pub(crate) struct Connections {
    listeners: Vec<TcpListener>,
    /// The headers of answers that hyper creates, as they are now.
    headers: HeaderLines,
    permits: Arc<Semaphore>,
    registry: Registry,
    limits: Limits,
    metrics: ListenerMetrics,
}

/// Returns header lines.
pub(crate) type HeaderLines = Box<dyn Fn() -> Arc<[u8]> + Send + Sync>;

/// The time limits of a connection.
#[derive(Debug, Clone, Copy)]
struct Limits {
    patience: Duration,
    life: Duration,
}

impl Connections {
    /// Listens on bound sockets, for at most this number of connections. Answers that hyper creates itself get these
    /// header lines.
    pub(crate) fn new(
        listeners: Vec<std::net::TcpListener>,
        headers: HeaderLines,
        connections: usize,
        metrics: ListenerMetrics,
    ) -> io::Result<Self> {
        let limits = Limits { patience: PATIENCE, life: LIFE };
        Self::with_limits(listeners, headers, connections, limits, metrics)
    }

    fn with_limits(
        listeners: Vec<std::net::TcpListener>,
        headers: HeaderLines,
        connections: usize,
        limits: Limits,
        metrics: ListenerMetrics,
    ) -> io::Result<Self> {
        let listeners = listeners
            .into_iter()
            .map(|listener| {
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener)
            })
            .collect::<io::Result<_>>()?;
        let permits = Arc::new(Semaphore::new(connections));
        Ok(Self { listeners, headers, permits, registry: Registry::default(), limits, metrics })
    }

    /// Waits for a place for another connection, and dismisses one if there is none.
    async fn permit(&self, newcomer: SocketAddr) -> OwnedSemaphorePermit {
        loop {
            let Ok(permit) = self.permits.clone().try_acquire_owned() else {
                self.registry.make_room(newcomer);
                self.metrics.dismissed();
                match timeout(DISMISSAL, self.permits.clone().acquire_owned()).await {
                    Ok(Ok(permit)) => return permit,
                    // The task of the dismissed connection is busy. The semaphore is never closed.
                    Ok(Err(_)) | Err(_) => continue,
                }
            };
            return permit;
        }
    }

    fn poll_accept(&self, context: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let mut ready = self.listeners.iter().map(|listener| listener.poll_accept(context));
        ready.find(Poll::is_ready).unwrap_or(Poll::Pending)
    }
}

impl Listener for Connections {
    type Io = OwnAnswers<Connection>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            match poll_fn(|context| self.poll_accept(context)).await {
                Ok((stream, address)) => {
                    let permit = self.permit(address).await;
                    // Answers are written at once, so that waiting to fill a packet would only delay them.
                    let _ = stream.set_nodelay(true);
                    let place = self.registry.add(address, Instant::now());
                    let held = Held { place, _permit: permit, _counted: self.metrics.accepted() };
                    let connection = Connection::new(stream, held, self.limits);
                    return (OwnAnswers::new(connection, (self.headers)()), address);
                }
                // The client disconnected, or the system is out of a resource.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listeners.first().ok_or(io::ErrorKind::NotConnected)?.local_addr()
    }
}

/// The lifetime of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    /// The time from which the next answer is the last.
    over: Instant,
}

impl Connected<IncomingStream<'_, Connections>> for Life {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        stream.io().get_ref().life
    }
}

/// Closes the connection after an answer, once its lifetime is over
/// ([RFC 9112, section 9.6](https://www.rfc-editor.org/rfc/rfc9112#section-9.6)).
pub(crate) async fn bound_life(
    ConnectInfo(life): ConnectInfo<Life>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if Instant::now() >= life.over {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The connection of a client, which ends when its time limit is over. Each written byte restarts the time limit; a
/// read byte does not, or a trickle of header lines could hold a connection indefinitely. It ends earlier if another
/// client needs its place.
pub(crate) struct Connection {
    stream: TcpStream,
    patience: Duration,
    life: Life,
    end: Pin<Box<Sleep>>,
    held: Held,
}

/// What a connection holds until it is dropped.
pub(crate) struct Held {
    /// Dropped before the permit, so that there is never a free permit without a free place.
    place: Place,
    _permit: OwnedSemaphorePermit,
    _counted: OpenConnection,
}

impl Connection {
    fn new(stream: TcpStream, held: Held, limits: Limits) -> Self {
        let (now, patience) = (Instant::now(), limits.patience);
        let life = Life { over: now.checked_add(limits.life).unwrap_or(now) };
        Self { stream, patience, life, end: Box::pin(sleep(patience)), held }
    }

    fn poll_end(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let is_over = self.end.as_mut().poll(context).is_ready() || self.held.place.is_dismissed(context);
        if is_over { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
    }

    fn wrote(
        &mut self,
        outcome: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match outcome {
            Poll::Pending => self.poll_end(context)?,
            Poll::Ready(_) => {
                let now = Instant::now();
                self.held.place.sent(now);
                self.end.as_mut().reset(now.checked_add(self.patience).unwrap_or(now));
            }
        }
        outcome
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.poll_end(context)?;
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.held.place.received();
        }
        outcome
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.wrote(outcome, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.wrote(outcome, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests;
