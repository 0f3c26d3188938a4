//! A connection to which more is written than hyper or h2 passed to it.

use std::task::{Context, Poll, ready};
use std::{io, pin::Pin};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A connection with bytes that are written before all others.
pub(super) struct Prefixed<Io> {
    io: Io,
    /// Bytes that were reported as written, and are not written yet.
    pub(super) rest: Vec<u8>,
}

impl<Io: AsyncWrite + Unpin> Prefixed<Io> {
    pub(super) const fn new(io: Io) -> Self {
        Self { io, rest: Vec::new() }
    }

    /// Writes the rest.
    pub(super) fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(context, &self.rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.rest.drain(..written.min(self.rest.len()));
        }
        Poll::Ready(Ok(()))
    }

    /// Writes as much of the rest as the connection accepts now, and reports `length` bytes as written. What remains is
    /// written before the next bytes, and before the connection is flushed or closed.
    pub(super) fn begin_rest(&mut self, context: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        match self.poll_rest(context) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) | Poll::Pending => Poll::Ready(Ok(length)),
        }
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Prefixed<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Prefixed<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(context))?;
        Pin::new(&mut self.io).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_rest(context))?;
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_rest(context))?;
        Pin::new(&mut self.io).poll_shutdown(context)
    }
}
