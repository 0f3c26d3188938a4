//! Adds headers to the answers that hyper creates itself.
//!
//! hyper answers requests that it can't parse (a bad request line, a field without a name, too long a header section)
//! itself: with a status, without a body, and only with the headers of HTTP. Then it closes the connection. There is no
//! hook for more headers, so this module finds such answers among the written bytes, and adds the headers of all other
//! answers.

use std::task::{Context, Poll, ready};
use std::{io, pin::Pin, sync::Arc};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::prefixed::Prefixed;

/// The statuses of hyper's own answers.
const STATUSES: [&[u8]; 3] = [b" 400 ", b" 414 ", b" 431 "];

/// The only header fields of hyper's own answers.
const FIELDS: [&[u8]; 3] = [b"connection: ", b"content-length: 0", b"date: "];

/// A connection that adds headers to hyper's own answers.
pub(crate) struct OwnAnswers<Io> {
    io: Prefixed<Io>,
    /// The header lines to add, each with its end.
    headers: Arc<[u8]>,
}

impl<Io: AsyncWrite + Unpin> OwnAnswers<Io> {
    pub(super) const fn new(io: Io, headers: Arc<[u8]>) -> Self {
        Self { io: Prefixed::new(io), headers }
    }
}

/// Whether these bytes end in one of hyper's own answers.
fn end_in_own_answer(bytes: &[u8]) -> bool {
    let Some(head) = bytes.strip_suffix(b"\r\n\r\n") else { return false };
    let lines = head.rsplit(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut lines = lines.skip_while(|line| FIELDS.iter().any(|field| line.starts_with(field)));
    let Some(start) = lines.next() else { return false };
    // The previous answer's body may precede it without a line end.
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

/// Not vectored, so that hyper writes the header section of an answer in one piece.
impl<Io: AsyncWrite + Unpin> AsyncWrite for OwnAnswers<Io> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !end_in_own_answer(bytes) {
            return Pin::new(&mut self.io).poll_write(context, bytes);
        }
        ready!(self.io.poll_rest(context))?;
        let head = bytes.strip_suffix(b"\r\n").unwrap_or(bytes);
        self.io.rest = [head, &*self.headers, b"\r\n"].concat();
        self.io.begin_rest(context, bytes.len())
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
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
    fn only_answers_without_other_fields_and_body_are_those_of_hyper() {
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
    async fn headers_are_added_even_if_bytes_are_written_one_at_a_time() {
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
