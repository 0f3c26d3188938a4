//! Lines of a file, each of a limited length.

use std::io::{self, BufRead, Read as _};

/// The lines of a file.
pub(crate) struct Lines<R> {
    input: R,
    /// The most bytes of a line, without its end.
    most: usize,
    number: u64,
    text: Vec<u8>,
}

/// A line.
pub(crate) enum Line<'a> {
    /// A line, without its end.
    Whole(&'a [u8]),
    /// The last line of the file, which has no end.
    Unended(&'a [u8]),
    /// A line that is too long, and was read to its end.
    TooLong,
}

impl<R: BufRead> Lines<R> {
    /// The lines of this input, of which each has at most `most` bytes.
    pub(crate) const fn new(input: R, most: usize) -> Self {
        Self { input, most, number: 0, text: Vec::new() }
    }

    /// The number of the latest line, from 1; 0 before the first one.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end of the input.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.text.clear();
        let limit = u64::try_from(self.most).unwrap_or(u64::MAX).saturating_add(1);
        self.number = self.number.saturating_add(1);
        if (&mut self.input).take(limit).read_until(b'\n', &mut self.text)? == 0 {
            self.number = self.number.saturating_sub(1);
            return Ok(None);
        }
        if self.text.last() == Some(&b'\n') {
            self.text.pop();
            return Ok(Some(Line::Whole(&self.text)));
        }
        if self.text.len() > self.most {
            self.input.skip_until(b'\n')?;
            return Ok(Some(Line::TooLong));
        }
        Ok(Some(Line::Unended(&self.text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each line as text: `!` after one without an end, `-` for one that is too long.
    fn read(text: &str) -> Vec<String> {
        let mut lines = Lines::new(text.as_bytes(), 3);
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let text = |text: &[u8]| String::from_utf8(text.to_vec()).unwrap();
            found.push(match line {
                Line::Whole(line) => text(line),
                Line::Unended(line) => text(line) + "!",
                Line::TooLong => "-".to_owned(),
            });
        }
        assert_eq!(lines.number(), u64::try_from(found.len()).unwrap());
        found
    }

    #[test]
    fn a_line_ends_at_its_end_or_at_that_of_the_file() {
        assert_eq!(read(""), Vec::<String>::new());
        assert_eq!(read("abc\n\nd"), ["abc", "", "d!"]);
        assert_eq!(read("abc\n"), ["abc"]);
    }

    #[test]
    fn a_line_that_is_too_long_is_read_to_its_end() {
        assert_eq!(read("abcd\ne\n"), ["-", "e"]);
        assert_eq!(read("abcdefgh"), ["-"]);
    }
}
