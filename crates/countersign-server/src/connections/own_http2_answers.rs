//! Adds headers to the answers that h2 creates itself.
//!
//! h2 answers a request whose header section is over the limit itself, with nothing but the status 431, and has no hook for
//! more headers. This module finds such answers among the written frames, and adds the headers of all other answers, as
//! literals that change no state of the compression
//! ([RFC 7541, section 6.2.2](https://www.rfc-editor.org/rfc/rfc7541#section-6.2.2)).

use std::task::{Context, Poll, ready};
use std::{io, pin::Pin, sync::Arc};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::prefixed::Prefixed;

/// The length of the head of a frame ([RFC 9113, section 4.1](https://www.rfc-editor.org/rfc/rfc9113#section-4.1)).
const HEAD: usize = 9;

/// The type of the frame that begins an answer, and its flags if it is the whole answer.
const HEADERS: u8 = 1;
const WHOLE_ANSWER: u8 = 4 | 1;

/// The most bytes of the fields of h2's own answer: a status, and perhaps a new size of the table before it. Our own answers
/// have more fields than this, of one byte or more each.
const OWN_MAX: usize = 9;

/// A connection of HTTP/2 that adds headers to h2's own answers.
pub(super) struct OwnHttp2Answers<Io> {
    io: Prefixed<Io>,
    /// The encoded fields to add.
    fields: Arc<[u8]>,
    /// The beginning of the next frame's head.
    head: Vec<u8>,
    /// The bytes of the frame that are still to come.
    left: usize,
    /// Whether the fields follow them.
    is_own: bool,
}

/// Encodes header lines, each with its end.
pub(super) fn encoded(lines: &[u8]) -> Arc<[u8]> {
    let mut fields = Vec::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        let value = value.strip_prefix(b":").unwrap_or(value).trim_ascii();
        // A literal without indexing, with a new name.
        fields.push(0);
        for text in [name, value] {
            push_length(&mut fields, text.len());
            fields.extend(text);
        }
    }
    fields.into()
}

/// The length of a text that is not compressed
/// ([RFC 7541, section 5.1](https://www.rfc-editor.org/rfc/rfc7541#section-5.1)), in a prefix of seven bits.
fn push_length(fields: &mut Vec<u8>, length: usize) {
    const FULL: usize = 127;
    let Some(mut more) = length.checked_sub(FULL) else {
        fields.push(u8::try_from(length).unwrap_or_default());
        return;
    };
    fields.push(127);
    loop {
        let low = u8::try_from(more & FULL).unwrap_or_default();
        more >>= 7;
        if more == 0 {
            return fields.push(low);
        }
        fields.push(low | 0x80);
    }
}

impl<Io: AsyncWrite + Unpin> OwnHttp2Answers<Io> {
    pub(super) const fn new(io: Io, fields: Arc<[u8]>) -> Self {
        Self { io: Prefixed::new(io), fields, head: Vec::new(), left: 0, is_own: false }
    }

    /// Adds bytes of frames, and the fields where they belong, to those that are to be written.
    fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let missing = if self.left == 0 { HEAD.saturating_sub(self.head.len()) } else { self.left };
            let (part, after) = bytes.split_at_checked(missing).unwrap_or((bytes, &[]));
            bytes = after;
            if self.left == 0 {
                self.head.extend(part);
                self.begin_frame();
                continue;
            }
            self.io.rest.extend(part);
            self.left = self.left.saturating_sub(part.len());
            if self.left == 0 && self.is_own {
                self.io.rest.extend(&*self.fields);
            }
        }
    }

    /// Adds the head of a frame if it is complete.
    fn begin_frame(&mut self) {
        let [a, b, c, kind, flags, stream @ ..] = &*self.head else { return };
        if stream.len() < 4 {
            return;
        }
        self.left = usize::try_from(u32::from_be_bytes([0, *a, *b, *c])).unwrap_or_default();
        self.is_own = *kind == HEADERS && *flags == WHOLE_ANSWER && (1..=OWN_MAX).contains(&self.left);
        let length = if self.is_own { self.left.saturating_add(self.fields.len()) } else { self.left };
        let length = u32::try_from(length).unwrap_or_default().to_be_bytes();
        self.io.rest.extend(length.iter().skip(1).chain([kind, flags]).chain(stream));
        self.head.clear();
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for OwnHttp2Answers<Io> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, buffer)
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for OwnHttp2Answers<Io> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(context, &[io::IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        ready!(self.io.poll_rest(context))?;
        let mut length: usize = 0;
        for slice in slices {
            self.push(slice);
            length = length.saturating_add(slice.len());
        }
        self.io.begin_rest(context, length)
    }

    fn is_write_vectored(&self) -> bool {
        true
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

    /// The status 431 as h2 encodes it.
    const OWN: &[u8] = b"\0\0\x05\x01\x05\0\0\0\x01\x48\x03\x68\x16\x7f";

    async fn through(width: usize, frames: &[&[u8]]) -> Vec<u8> {
        let (mut client, server) = tokio::io::duplex(width);
        let mut server = OwnHttp2Answers::new(server, encoded(b"x: y\r\n"));
        let frames = frames.concat();
        let writing = tokio::spawn(async move {
            for part in frames.chunks(width) {
                server.write_all(part).await.unwrap();
            }
            server.shutdown().await.unwrap();
        });
        let mut all = Vec::new();
        client.read_to_end(&mut all).await.unwrap();
        writing.await.unwrap();
        all
    }

    #[tokio::test]
    async fn fields_are_added_to_the_own_answer_and_to_no_other_frame() {
        let others: [&[u8]; 6] = [
            b"\0\0\0\x04\x01\0\0\0\0",
            b"\0\0\x08\x06\x01\0\0\0\0\0\0\0\0\0\0\0\0",
            // A body follows.
            b"\0\0\x05\x01\x04\0\0\0\x01\x48\x03\x68\x16\x7f",
            // With ten fields.
            b"\0\0\x0a\x01\x05\0\0\0\x01\x48\x03\x68\x16\x7f\x80\x80\x80\x80\x80",
            b"\0\0\x05\0\x01\0\0\0\x01hello",
            b"\0\0\0\0\x01\0\0\0\x03",
        ];
        let expected = b"\0\0\x0a\x01\x05\0\0\0\x01\x48\x03\x68\x16\x7f\0\x01x\x01y";
        for width in [1, 3, 10, 1000] {
            for other in others {
                let all = through(width, &[other, OWN, other, OWN]).await;
                assert_eq!(all, [other, expected, other, expected].concat(), "{width} {other:?}");
            }
        }
    }

    #[test]
    fn lengths_are_encoded_as_in_the_specification() {
        for (length, expected) in [(0, &[0][..]), (126, &[126]), (127, &[127, 0]), (1337, &[127, 0xba, 0x09])]
        {
            let mut fields = Vec::new();
            push_length(&mut fields, length);
            assert_eq!(fields, expected, "{length}");
        }
        assert_eq!(&*encoded(b"a: b c\r\nd: \r\n"), b"\0\x01a\x03b c\0\x01d\0");
    }
}
