//! What a command prints: tables for people, or JSON for programs.

use std::io::{self, Write};

use countersign::types::base64url;
use countersign::{Timestamp, types::hex::Hex};
use countersign_server::printable;
use serde_json::Value;

use super::error::AdminError;
use crate::ascii_json::escaped;
use crate::table::{CELL_MAX, Table};

/// The standard output of a command.
pub(crate) struct Output<W: Write> {
    out: W,
    is_json: bool,
}

impl<W: Write> Output<W> {
    pub(crate) const fn new(out: W, is_json: bool) -> Self {
        Self { out, is_json }
    }

    /// Writes rows: as a table with this heading, or each as an object.
    pub(crate) fn rows<T, const COLUMNS: usize>(
        &mut self,
        heading: [&'static str; COLUMNS],
        rows: &[T],
        cells: impl Fn(&T) -> [String; COLUMNS],
        object: impl Fn(&T) -> Value,
    ) -> Result<(), AdminError> {
        if self.is_json {
            return rows.iter().try_for_each(|row| self.object(&object(row)));
        }
        Ok(Table::new(heading).write(&mut self.out, || rows.iter().map(&cells))?)
    }

    /// Writes names and values, or an object.
    pub(crate) fn pairs(
        &mut self,
        pairs: &[(&'static str, String)],
        object: &Value,
    ) -> Result<(), AdminError> {
        if self.is_json {
            return self.object(object);
        }
        let rows = || pairs.iter().map(|(name, value)| [(*name).to_owned(), value.clone()]);
        Ok(Table::new(["", ""]).write(&mut self.out, rows)?)
    }

    /// Writes a sentence, or an object.
    pub(crate) fn sentence(&mut self, sentence: &str, object: &Value) -> Result<(), AdminError> {
        if self.is_json {
            return self.object(object);
        }
        let lines = sentence.lines().map(|line| printable(line, CELL_MAX.saturating_mul(2)));
        lines.into_iter().try_for_each(|line| Ok(writeln!(self.out, "{line}")?))
    }

    /// Writes an empty line between two tables.
    pub(crate) fn gap(&mut self) -> Result<(), AdminError> {
        if !self.is_json {
            writeln!(self.out)?;
        }
        Ok(())
    }

    /// Whether the output is JSON.
    pub(crate) const fn is_json(&self) -> bool {
        self.is_json
    }

    fn object(&mut self, object: &Value) -> Result<(), AdminError> {
        Ok(writeln!(self.out, "{}", escaped(&object.to_string()))?)
    }

    /// Writes what is buffered.
    pub(crate) fn finish(&mut self) -> Result<(), AdminError> {
        Ok(self.out.flush()?)
    }
}

/// Standard output, as all commands use it.
pub(crate) type Out<'a> = Output<io::BufWriter<io::StdoutLock<'a>>>;

/// An ID, as it is shown and typed.
pub(crate) fn id(bytes: impl AsRef<[u8]>) -> String {
    base64url::encode(bytes.as_ref())
}

/// How many bytes of a hash are shown: two of a million sessions share as many with a probability of 1 in 10⁷.
const SHOWN: usize = 8;

/// The beginning of a hash, which names a session or an invitation.
pub(crate) fn short(hash: &[u8; 32]) -> String {
    Hex(hash.get(..SHOWN).unwrap_or_default()).to_string()
}

/// Whether a hash has this beginning, of at least four digits.
pub(crate) fn begins_with(hash: &[u8; 32], text: &str) -> bool {
    text.len() >= 4 && Hex(hash.as_slice()).to_string().starts_with(&text.to_ascii_lowercase())
}

/// A time, or nothing.
pub(crate) fn time(time: Option<Timestamp>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

/// Says something on standard error, which is not part of the output.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr(), "countersign: {text}");
}
