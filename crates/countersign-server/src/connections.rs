//! Listening, with limits: how many clients at once, and how long one may take.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::serve::Listener;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, Sleep, sleep},
};

mod own_answers;

use own_answers::OwnAnswers;

/// The most connections at once; more wait to be accepted. Below the 1024 files that a process may have open by
/// default on most systems.
const CONNECTIONS_MAX: usize = 900;

/// How long a client has from its connection, or from the last answer's last byte, until the next answer's first:
/// reading and sending a request of 256 KiB takes far less on any line.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long accepting pauses when the system has no more files or memory for connections.
const PAUSE: Duration = Duration::from_millis(500);

/// Several addresses as one listener.
pub(crate) struct Connections {
    listeners: Vec<TcpListener>,
    /// The headers of answers that no route makes.
    headers: Arc<[u8]>,
    permits: Arc<Semaphore>,
    patience: Duration,
}

impl Connections {
    /// Listens on sockets that are bound already. Answers that hyper makes by itself get these lines of headers.
    pub(crate) fn new(listeners: Vec<std::net::TcpListener>, headers: Vec<u8>) -> io::Result<Self> {
        Self::with_limits(listeners, headers, CONNECTIONS_MAX, PATIENCE)
    }

    fn with_limits(
        listeners: Vec<std::net::TcpListener>,
        headers: Vec<u8>,
        connections: usize,
        patience: Duration,
    ) -> io::Result<Self> {
        let listeners = listeners
            .into_iter()
            .map(|listener| {
                listener.set_nonblocking(true)?;
                TcpListener::from_std(listener)
            })
            .collect::<io::Result<_>>()?;
        let permits = Arc::new(Semaphore::new(connections));
        Ok(Self { listeners, headers: headers.into(), permits, patience })
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
            let Ok(permit) = self.permits.clone().acquire_owned().await else {
                // Nobody closes the semaphore.
                std::future::pending::<()>().await;
                continue;
            };
            match poll_fn(|context| self.poll_accept(context)).await {
                Ok((stream, address)) => {
                    // An answer is written at once; waiting to fill a packet would only delay it.
                    let _ = stream.set_nodelay(true);
                    let connection = Connection::new(stream, permit, self.patience);
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

/// A client, as long as it keeps to the time it has. Each byte written gives it the full time again; each byte read
/// does not, or a trickle of header lines could hold a connection for ever.
pub(crate) struct Connection {
    stream: TcpStream,
    patience: Duration,
    end: Pin<Box<Sleep>>,
    _permit: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, permit: OwnedSemaphorePermit, patience: Duration) -> Self {
        Self { stream, patience, end: Box::pin(sleep(patience)), _permit: permit }
    }

    fn poll_end(&mut self, context: &mut Context<'_>) -> io::Result<()> {
        if self.end.as_mut().poll(context).is_ready() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(()) }
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
                let end = now.checked_add(self.patience).unwrap_or(now);
                self.end.as_mut().reset(end);
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
        Pin::new(&mut self.stream).poll_read(context, buffer)
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
