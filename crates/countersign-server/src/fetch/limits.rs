//! Limits for what a server sends around the content of an answer.
//!
//! `ureq` limits the header section of an answer and the time of a request. But it parses any number of informational
//! answers, and trailers and chunk sizes of any length. So this module counts the bytes that come out of TLS, before
//! `ureq` reads them.
//!
//! It uses `ureq`'s `unversioned` interface for transports, which may change in any version of `ureq`; a change shows
//! as a build error.

use std::sync::atomic::{AtomicU64, Ordering};
use std::{io, sync::Arc};

use ureq::unversioned::transport::{Buffers, ConnectionDetails, Connector, NextTimeout, Transport};

/// The most informational answers (1xx) before an answer: servers send one or two, 100 and 103.
const INFORMATIONAL_MAX: u32 = 8;

/// How many bytes a body may have beyond twice its content: chunk sizes, extensions, trailers, and content that is
/// received but not yet counted.
const OVERHEAD_MAX: u64 = 512 * 1024;

/// The bytes that one request received.
#[derive(Debug, Clone, Default)]
pub(super) struct Limits {
    /// Bytes of content.
    held: Arc<AtomicU64>,
}

impl Limits {
    /// Sets the number of bytes of content so far.
    pub(super) fn holds(&self, length: u64) {
        self.held.store(length, Ordering::Relaxed);
    }
}

/// A server sent too much around the content of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too much around an answer")]
pub(super) struct ExcessError;

impl<In: Transport> Connector<In> for Limits {
    type Out = Limited<In>;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<In>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let limits = self.clone();
        Ok(chained.map(|transport| Limited { transport, limits, reader: Reader::default() }))
    }
}

/// A connection with limits on what is read.
#[derive(Debug)]
pub(super) struct Limited<T> {
    transport: T,
    limits: Limits,
    reader: Reader,
}

impl<T: Transport> Transport for Limited<T> {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.transport.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.transport.transmit_output(amount, timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        let before = self.transport.buffers().input().len();
        let made_progress = self.transport.await_input(timeout)?;
        let new = self.transport.buffers().input().get(before..).unwrap_or_default();
        let held = self.limits.held.load(Ordering::Relaxed);
        self.reader.read(new, held).map_err(io::Error::other)?;
        Ok(made_progress)
    }

    fn is_open(&mut self) -> bool {
        self.transport.is_open()
    }

    fn is_tls(&self) -> bool {
        self.transport.is_tls()
    }
}

/// Scans the received bytes: header sections up to that of the answer, then its body.
#[derive(Debug, Default)]
struct Reader {
    /// The beginning of the current line, up to the status.
    line: Vec<u8>,
    in_head: bool,
    is_informational: bool,
    informational: u32,
    /// The number of bytes of the body so far, `None` before it.
    body: Option<u64>,
}

/// The length of a status line up to its status: `HTTP/1.1 103`.
const STATUS_END: usize = 12;

impl Reader {
    fn read(&mut self, mut bytes: &[u8], held: u64) -> Result<(), ExcessError> {
        while self.body.is_none()
            && let Some((byte, rest)) = bytes.split_first()
        {
            bytes = rest;
            if *byte == b'\n' {
                self.end_of_line();
            } else if self.line.len() < STATUS_END {
                self.line.push(*byte);
            }
            if self.informational > INFORMATIONAL_MAX {
                return Err(ExcessError);
            }
        }
        let Some(body) = &mut self.body else { return Ok(()) };
        *body = body.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let most = held.saturating_mul(2).saturating_add(OVERHEAD_MAX);
        if *body > most { Err(ExcessError) } else { Ok(()) }
    }

    fn end_of_line(&mut self) {
        let is_empty = matches!(*self.line, [] | [b'\r']);
        if !self.in_head {
            // Empty lines before a status line are skipped.
            if !is_empty {
                self.in_head = true;
                // 101 is a final answer, and is rejected: no upgrade was offered.
                self.is_informational = self.line.get(9) == Some(&b'1') && !self.line.ends_with(b"101");
            }
        } else if is_empty {
            self.in_head = false;
            if self.is_informational {
                self.informational = self.informational.saturating_add(1);
            } else {
                self.body = Some(0);
            }
        }
        self.line.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n";

    /// Reads `step` bytes at a time.
    fn read(bytes: &[u8], step: usize, held: u64) -> Result<(), ExcessError> {
        let mut reader = Reader::default();
        bytes.chunks(step).try_for_each(|part| reader.read(part, held))
    }

    #[test]
    fn eight_informational_answers_may_come_before_the_answer() {
        let hint = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n";
        for step in [1, 7, 1000] {
            assert_eq!(read(&[&hint.repeat(8)[..], HEAD].concat(), step, 0), Ok(()), "{step}");
            assert_eq!(read(&[&hint.repeat(9)[..], HEAD].concat(), step, 0), Err(ExcessError), "{step}");
            let bare = b"HTTP/1.1 100 Continue\n\n";
            assert_eq!(read(&bare.repeat(9), step, 0), Err(ExcessError), "{step}");
        }
        // A body may look like anything.
        assert_eq!(read(&[HEAD, &hint.repeat(100)[..]].concat(), 1000, 0), Ok(()));
    }

    #[test]
    fn a_body_may_have_twice_the_bytes_of_its_content_and_some() {
        let overhead = usize::try_from(OVERHEAD_MAX).unwrap();
        let body = |length: usize| [HEAD, &vec![b'x'; length][..]].concat();
        for (length, held, expected) in [
            (overhead, 0, Ok(())),
            (overhead + 1, 0, Err(ExcessError)),
            (overhead + 20, 10, Ok(())),
            (overhead + 21, 10, Err(ExcessError)),
        ] {
            assert_eq!(read(&body(length), 4096, held), expected, "{length}");
        }
    }
}
