//! Listening, with limits: how many clients at once, and how long one may take. If there is no place for one more, the
//! client with the most connections gives up the one that it has used least lately, so that one client can't hold the
//! others out.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    extract::{ConnectInfo, Request, connect_info::Connected},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep, timeout},
};

mod own_answers;
mod registry;

use own_answers::OwnAnswers;
use registry::{Place, Registry};

/// The most connections at once to the page. With the operator's, they stay below the 1024 files that a process may
/// have open by default on most systems.
pub(crate) const PAGE_CONNECTIONS_MAX: usize = 850;

/// The most connections at once to the operator's address: a few programs that ask for numbers or for health.
pub(crate) const OPERATOR_CONNECTIONS_MAX: usize = 50;

/// How long a client has from its connection, or from the last answer's last byte, until the next answer's first:
/// reading and sending a request of 256 KiB takes far less on any line.
const PATIENCE: Duration = Duration::from_secs(60);

/// How old a connection is whose next answer is its last, however busy it is: the answer says so, and browsers open
/// another one without a word. What is under way by then has the usual time.
const LIFE: Duration = Duration::from_secs(60 * 60);

/// How long to wait for a dismissed connection's place before another one is dismissed.
const DISMISSAL: Duration = Duration::from_secs(1);

/// How long accepting pauses when the system has no more files or memory for connections.
const PAUSE: Duration = Duration::from_millis(500);

/// Several addresses as one listener.
pub(crate) struct Connections {
    listeners: Vec<TcpListener>,
    /// The headers of answers that no route makes.
    headers: Arc<[u8]>,
    permits: Arc<Semaphore>,
    registry: Registry,
    limits: Limits,
}

/// How long a connection may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    patience: Duration,
    life: Duration,
}

impl Connections {
    /// Listens on sockets that are bound already, for so many connections at once. Answers that hyper makes by itself get
    /// these lines of headers.
    pub(crate) fn new(
        listeners: Vec<std::net::TcpListener>,
        headers: Vec<u8>,
        connections: usize,
    ) -> io::Result<Self> {
        Self::with_limits(listeners, headers, connections, Limits { patience: PATIENCE, life: LIFE })
    }

    fn with_limits(
        listeners: Vec<std::net::TcpListener>,
        headers: Vec<u8>,
        connections: usize,
        limits: Limits,
    ) -> io::Result<Self> {
        let listeners = listeners
            .into_iter()
            .map(|listener| {
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener)
            })
            .collect::<io::Result<_>>()?;
        let permits = Arc::new(Semaphore::new(connections));
        Ok(Self { listeners, headers: headers.into(), permits, registry: Registry::default(), limits })
    }

    /// Room for one more connection, which another one has to make if there is none.
    async fn permit(&self, newcomer: SocketAddr) -> OwnedSemaphorePermit {
        loop {
            let Ok(permit) = self.permits.clone().try_acquire_owned() else {
                self.registry.make_room(newcomer);
                match timeout(DISMISSAL, self.permits.clone().acquire_owned()).await {
                    Ok(Ok(permit)) => return permit,
                    // Its task is busy, and will notice later. The semaphore is never closed.
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
                    // An answer is written at once; waiting to fill a packet would only delay it.
                    let _ = stream.set_nodelay(true);
                    let place = self.registry.add(address, Instant::now());
                    let connection = Connection::new(stream, (permit, place), self.limits);
                    return (OwnAnswers::new(connection, self.headers.clone()), address);
                }
                // The client went away again, or the system is out of something: nothing to tell anyone but the log.
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

/// Until when a connection lives.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Life {
    /// From here on an answer is its last.
    over: Instant,
}

impl Connected<IncomingStream<'_, Connections>> for Life {
    fn connect_info(stream: IncomingStream<'_, Connections>) -> Self {
        stream.io().get_ref().life
    }
}

/// Has the connection closed after an answer, once its life is over
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

/// A client, as long as it keeps to the time it has. Each byte written gives it the full time again; each byte read
/// does not, or a trickle of header lines could hold a connection without end. It ends earlier if another client needs
/// its place.
pub(crate) struct Connection {
    stream: TcpStream,
    patience: Duration,
    life: Life,
    end: Pin<Box<Sleep>>,
    /// Given up before the permit, so that there is never a permit without a place.
    place: Place,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, (permit, place): (OwnedSemaphorePermit, Place), limits: Limits) -> Self {
        let (now, patience) = (Instant::now(), limits.patience);
        let life = Life { over: now.checked_add(limits.life).unwrap_or(now) };
        Self { stream, patience, life, end: Box::pin(sleep(patience)), place, _permit: permit }
    }

    fn poll_end(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        let is_over = self.end.as_mut().poll(context).is_ready() || self.place.is_dismissed(context);
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
                self.place.sent(now);
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
            self.place.received();
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
