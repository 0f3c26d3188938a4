//! Bytes with their place in a buffer.

use core::ops::Range;

/// Bytes, and the offset of the first of them in the buffer that offsets count in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Span<'a> {
    /// The whole of a buffer.
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub(crate) const fn len(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(crate) const fn start(&self) -> usize {
        self.at
    }

    pub(crate) const fn end(&self) -> usize {
        self.at.saturating_add(self.bytes.len())
    }

    pub(crate) const fn range(&self) -> Range<usize> {
        self.at..self.end()
    }

    /// The first bytes and the rest; `None` if there are fewer.
    pub(crate) fn split(&self, count: usize) -> Option<(Self, Self)> {
        let (first, rest) = self.bytes.split_at_checked(count)?;
        Some((Self { bytes: first, at: self.at }, Self { bytes: rest, at: self.at.saturating_add(count) }))
    }

    /// The bytes after the first ones; nothing if there are fewer.
    pub(crate) fn skip(&self, count: usize) -> Self {
        match self.split(count) {
            Some((_, rest)) => rest,
            None => Self { bytes: &[], at: self.end() },
        }
    }

    /// At most so many of the first bytes.
    pub(crate) fn first(&self, count: usize) -> Self {
        self.split(count).map_or(*self, |(first, _)| first)
    }

    /// The bytes from this one up to the start of `later`, which is a part of the rest.
    pub(crate) fn up_to(&self, later: &Self) -> Self {
        self.first(later.at.saturating_sub(self.at))
    }

    /// The big-endian number in all bytes, of which there are at most 8.
    pub(crate) fn number(&self) -> u64 {
        self.bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_keep_their_places() {
        let span = Span::new(b"abcde");
        let (first, rest) = span.split(2).unwrap();
        assert_eq!(
            (first.bytes(), first.range(), rest.bytes(), rest.range()),
            (&b"ab"[..], 0..2, &b"cde"[..], 2..5)
        );
        assert_eq!(rest.split(4), None);
        assert_eq!(rest.skip(9).range(), 5..5);
        assert_eq!(span.up_to(&rest), first);
        assert_eq!(Span::new(&[1, 2]).number(), 0x0102);
    }
}
