//! The answers that no route makes.
//!
//! hyper answers what it can't read (a bad request line, a field without a name, a head that is too long) by itself:
//! with a status, no body and no header but those of HTTP, and closes the connection. There is no hook for more. So
//! this finds such an answer among the bytes that are written, and adds the headers that all others have.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The statuses that hyper answers by itself.
const STATUSES: [&[u8]; 3] = [b" 400 ", b" 414 ", b" 431 "];

/// The header fields in such an answer, and none besides.
const FIELDS: [&[u8]; 3] = [b"connection: ", b"content-length: 0", b"date: "];

/// A connection whose answers all have certain headers.
pub(crate) struct OwnAnswers<Io> {
    io: Io,
    /// Lines to add, each with its end.
    headers: Arc<[u8]>,
    /// What is reported as written and is not yet.
    rest: Vec<u8>,
}

impl<Io: AsyncWrite + Unpin> OwnAnswers<Io> {
    pub(super) const fn new(io: Io, headers: Arc<[u8]>) -> Self {
        Self { io, headers, rest: Vec::new() }
    }

    /// The connection.
    pub(super) const fn get_ref(&self) -> &Io {
        &self.io
    }

    fn poll_rest(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.rest.is_empty() {
            let written = ready!(Pin::new(&mut self.io).poll_write(context, &self.rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.rest.drain(..written.min(self.rest.len()));
        }
        Poll::Ready(Ok(()))
    }
}

/// Whether these bytes end in an answer that hyper made by itself.
fn end_in_own_answer(bytes: &[u8]) -> bool {
    let Some(head) = bytes.strip_suffix(b"\r\n\r\n") else { return false };
    let lines = head.rsplit(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut lines = lines.skip_while(|line| FIELDS.iter().any(|field| line.starts_with(field)));
    let Some(start) = lines.next() else { return false };
    // A body may be before it, without a line's end.
    start.windows(13).rev().any(|part| {
        part.starts_with(b"HTTP/1.") && part.get(8..).is_some_and(|status| STATUSES.contains(&status))
    })
}

impl<Io: AsyncRead + Unpin> AsyncRead for OwnAnswers<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

/// Not vectored, so that hyper hands over an answer's head in one piece.
impl<Io: AsyncWrite + Unpin> AsyncWrite for OwnAnswers<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        ready!(self.poll_rest(context))?;
        if !end_in_own_answer(bytes) {
            return Pin::new(&mut self.io).poll_write(context, bytes);
        }
        let head = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        self.rest = [head, &*self.headers, b"\r\n"].concat();
        // What does not go out now goes out before the next bytes, and before the connection is flushed or closed.
        if let Poll::Ready(Err(error)) = self.poll_rest(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(bytes.len()))
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

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    const OWN: &[u8] =
        b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\ndate: today\r\n\r\n";

    #[test]
    fn only_an_answer_without_other_fields_and_body_is_hyper_s() {
        assert!(end_in_own_answer(OWN));
        assert!(end_in_own_answer(&[b"HTTP/1.1 200 OK\r\nx: y\r\n\r\nbody", OWN].concat()));
        for other in [
            &b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx: y\r\n\r\n"[..],
            b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\ndate: today\r\n\r\n",
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}",
            b"content-length: 0\r\n\r\n",
            b"\r\n\r\n",
            b"",
        ] {
            assert!(!end_in_own_answer(other), "{}", String::from_utf8_lossy(other));
        }
    }

    #[tokio::test]
    async fn headers_are_added_also_if_only_a_byte_goes_out_at_a_time() {
        let (mut client, server) = tokio::io::duplex(1);
        let mut server = OwnAnswers::new(server, Arc::from(&b"x: y\r\n"[..]));
        let writing = tokio::spawn(async move {
            server.write_all(OWN).await.unwrap();
            server.write_all(b"rest").await.unwrap();
            server.shutdown().await.unwrap();
        });
        let mut all = String::new();
        client.read_to_string(&mut all).await.unwrap();
        writing.await.unwrap();
        let own = str::from_utf8(OWN).unwrap().trim_end();
        assert_eq!(all, format!("{own}\r\nx: y\r\n\r\nrest"));
    }
}
