//! Listening sockets with limits on the number of connections and on their time. If there is no place for another
//! connection, the client with the most connections loses its least recently used one, so that one client can't exclude the
//! others.

use std::task::{Context, Poll};
use std::{future::poll_fn, io, net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, timeout};

use self::registry::{Client, Place, Registry};
use crate::client_address::{ClientAddresses, network};
use crate::limits::Limits;
use crate::metrics::connections::{ListenerMetrics, OpenConnection};

mod activity;
mod own_answers;
mod own_http2_answers;
mod prefixed;
mod registry;
pub(crate) mod serving;

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

/// The connections of several addresses.
pub(crate) struct Connections {
    listeners: Vec<TcpListener>,
    permits: Arc<Semaphore>,
    registry: Registry,
    admission: Admission,
    times: Times,
}

/// Which connections are accepted, and which are dismissed first.
#[derive(Debug, Clone)]
pub(crate) struct Admission {
    /// The most connections.
    pub(crate) connections: usize,
    /// The proxies whose connections are not of one client.
    pub(crate) addresses: Arc<ClientAddresses>,
    /// The limits on new connections, if they apply.
    pub(crate) limits: Option<Arc<Limits>>,
    pub(crate) metrics: ListenerMetrics,
}

/// The time limits of a connection.
#[derive(Debug, Clone, Copy)]
struct Times {
    patience: Duration,
    life: Duration,
}

impl Connections {
    /// Listens on bound sockets.
    pub(crate) fn new(listeners: Vec<std::net::TcpListener>, admission: Admission) -> io::Result<Self> {
        Self::with_times(listeners, admission, Times { patience: PATIENCE, life: LIFE })
    }

    fn with_times(
        listeners: Vec<std::net::TcpListener>,
        admission: Admission,
        times: Times,
    ) -> io::Result<Self> {
        let listeners = listeners
            .into_iter()
            .map(|listener| {
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener)
            })
            .collect::<io::Result<_>>()?;
        let permits = Arc::new(Semaphore::new(admission.connections));
        Ok(Self { listeners, permits, registry: Registry::default(), admission, times })
    }

    /// Waits for the next connection.
    async fn accept(&self) -> (Connection, SocketAddr) {
        loop {
            match poll_fn(|context| self.poll_accept(context)).await {
                Ok((stream, peer)) if self.admits(peer) => {
                    let client = self.client(peer);
                    let permit = self.permit(client).await;
                    // Answers are written at once, so that waiting to fill a packet would only delay them.
                    let _ = stream.set_nodelay(true);
                    let place = self.registry.add(client, Instant::now());
                    let counted = self.admission.metrics.accepted();
                    let held = Held { place, _permit: permit, _counted: counted };
                    return (Connection::new(stream, held, self.times), peer);
                }
                Ok(_) => {}
                // The client disconnected, or the system is out of a resource.
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Whether the address may open another connection now.
    fn admits(&self, peer: SocketAddr) -> bool {
        let is_within = |limits: &Arc<Limits>| limits.take_connection(peer.ip()).is_ok();
        self.admission.addresses.is_trusted(peer.ip()) || self.admission.limits.as_ref().is_none_or(is_within)
    }

    /// The client of a connection, as far as it is known before a request.
    fn client(&self, peer: SocketAddr) -> Client {
        if self.admission.addresses.is_trusted(peer.ip()) {
            Client::Unknown
        } else {
            Client::Network(network::of_client(peer.ip()))
        }
    }

    /// Waits for a place for another connection, and dismisses one if there is none.
    async fn permit(&self, newcomer: Client) -> OwnedSemaphorePermit {
        loop {
            let Ok(permit) = self.permits.clone().try_acquire_owned() else {
                self.registry.make_room(newcomer);
                self.admission.metrics.dismissed();
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

/// The connection of a client, which ends when its time limit is over. Each written byte restarts the time limit; a
/// read byte does not, or a trickle of header lines could hold a connection indefinitely. It ends earlier if another
/// client needs its place.
pub(crate) struct Connection {
    stream: TcpStream,
    times: Times,
    /// When its life is over.
    over: Instant,
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
    fn new(stream: TcpStream, held: Held, times: Times) -> Self {
        let now = Instant::now();
        let over = now.checked_add(times.life).unwrap_or(now);
        Self { stream, times, over, end: Box::pin(sleep(times.patience)), held }
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
                self.end.as_mut().reset(now.checked_add(self.times.patience).unwrap_or(now));
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
