//! The import of accounts.

use std::io::{self, BufRead};

use super::form::{AccountLine, End, FORMAT, Header, LINE_MAX, LastLine, VERSION};
use super::storing::{Fault, ImportMode, Storing};
use crate::lines::{Line, Lines};
use crate::operator::{error::OperatorError, operations::Operator};

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Imported {
    /// The number of accounts that were created.
    pub created: u64,
    /// The number of accounts that were there already, with all passkeys of their lines.
    pub unchanged: u64,
    /// The number of lines that were rejected, of which nothing is stored.
    pub rejected: u64,
}

/// A line of which nothing is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RejectedLine {
    /// The number of the line, from 1.
    pub line: u64,
    /// The stable word for what is wrong.
    pub code: &'static str,
    /// What is wrong, as a sentence.
    pub detail: String,
}

/// Why an import ended early. What was imported before is stored, and importing all again continues.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The database failed.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// The lines can't be read.
    #[error("line {0} can't be read: {1}")]
    Input(u64, #[source] io::Error),
    /// The first line is not that of an export.
    #[error("the first line is not that of an export of accounts")]
    NoHeader,
    /// The export has a version that this program does not read.
    #[error("the export has the version {0}, and this program reads version {VERSION}")]
    Version(u32),
    /// The export is of a server with another RP ID, whose passkeys don't work with this one.
    #[error("the export is of the RP ID {export:?}, and the configuration has {configured:?}")]
    RpId {
        /// The RP ID of the export.
        export: String,
        /// The configured one.
        configured: String,
    },
    /// The last line is missing: the file was cut off.
    #[error("the export ends after line {0} without its last line: it was cut off")]
    CutOff(u64),
    /// The last line has other numbers than there are lines.
    #[error("the export has lost lines: it had {expected} accounts and now has {found}")]
    Lost {
        /// The number of accounts by the last line.
        expected: u64,
        /// The number of lines with accounts.
        found: u64,
    },
    /// There are lines after the last one.
    #[error("line {0} is after the end of the export")]
    AfterEnd(u64),
}

impl ImportError {
    /// The stable word for this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Operator(error) => error.code(),
            Self::Input(..) => "file-not-read",
            Self::NoHeader | Self::Lost { .. } | Self::AfterEnd(_) => "import-malformed",
            Self::Version(_) => "import-version",
            Self::RpId { .. } => "rp-id-mismatch",
            Self::CutOff(_) => "import-cut-off",
        }
    }
}

/// Counts what an import does, and reports lines of which nothing is stored.
pub(super) struct Rejecting<'a> {
    pub(super) imported: Imported,
    report: &'a mut dyn FnMut(&RejectedLine),
}

impl<'a> Rejecting<'a> {
    pub(super) fn new(report: &'a mut dyn FnMut(&RejectedLine)) -> Self {
        Self { imported: Imported::default(), report }
    }

    /// Counts an account that was created, or that was there.
    pub(super) const fn count(&mut self, is_new: bool) {
        let number = if is_new { &mut self.imported.created } else { &mut self.imported.unchanged };
        *number = number.saturating_add(1);
    }

    /// Reports a line of which nothing is stored.
    pub(super) fn reject(&mut self, line: u64, (code, detail): Fault) {
        self.imported.rejected = self.imported.rejected.saturating_add(1);
        (self.report)(&RejectedLine { line, code, detail });
    }
}

/// The next line; `None` at the end, and `None` inside if it is too long.
#[expect(clippy::option_option, reason = "the end, and a line that is too long, are two things")]
fn next<R: BufRead>(lines: &mut Lines<R>) -> Result<Option<Option<&[u8]>>, ImportError> {
    let number = lines.number().saturating_add(1);
    let line = lines.next().map_err(|error| ImportError::Input(number, error))?;
    Ok(line.map(|line| match line {
        Line::Whole(text) | Line::Unended(text) => Some(text),
        Line::TooLong => None,
    }))
}

impl Operator {
    /// Creates the accounts of an export in the database of a server with this RP ID. `rejected` gets each line of which nothing
    /// is stored; `progress` the number of lines.
    ///
    /// Each account is created with all that its line has, or not at all. An account that is there already with the passkeys of
    /// its line stays as it is, with what changed since. So an import that was broken off is continued by importing all again.
    pub async fn import(
        &self,
        rp_id: &str,
        input: impl BufRead,
        mode: ImportMode,
        mut rejected: impl FnMut(&RejectedLine),
        mut progress: impl FnMut(u64),
    ) -> Result<Imported, ImportError> {
        let mut lines = Lines::new(input, LINE_MAX);
        read_header(&mut lines, rp_id)?;
        let mut storing = Storing::new(self, mode);
        let (mut imported, mut found) = (Rejecting::new(&mut rejected), 0_u64);
        loop {
            let parsed = match next(&mut lines)? {
                None => return Err(ImportError::CutOff(lines.number())),
                Some(None) => Err(format!("the line has more than {LINE_MAX} bytes")),
                Some(Some(text)) => {
                    if let Ok(LastLine { end }) = serde_json::from_slice(text) {
                        check_end(end, found)?;
                        let has_another = next(&mut lines)?.is_some();
                        return if has_another {
                            Err(ImportError::AfterEnd(lines.number()))
                        } else {
                            Ok(imported.imported)
                        };
                    }
                    serde_json::from_slice::<AccountLine>(text).map_err(|error| error.to_string())
                }
            };
            // A line that can't be read was an account.
            found = found.saturating_add(1);
            let outcome = match parsed {
                Ok(line) => {
                    let handle = line.account.id.clone();
                    match line.into_operations(rp_id) {
                        Ok(operations) => storing.store(&handle, operations).await?,
                        Err(fault) => Err(fault),
                    }
                }
                Err(fault) => Err(("import-malformed", fault)),
            };
            match outcome {
                Ok(is_new) => imported.count(is_new),
                Err(fault) => imported.reject(lines.number(), fault),
            }
            progress(lines.number());
        }
    }
}

fn read_header(lines: &mut Lines<impl BufRead>, rp_id: &str) -> Result<(), ImportError> {
    let header = next(lines)?.flatten().and_then(|text| serde_json::from_slice::<Header>(text).ok());
    let header = header.filter(|header| header.format == FORMAT).ok_or(ImportError::NoHeader)?;
    if header.version != VERSION {
        return Err(ImportError::Version(header.version));
    }
    if header.rp_id != rp_id {
        return Err(ImportError::RpId { export: header.rp_id, configured: rp_id.to_owned() });
    }
    Ok(())
}

const fn check_end(end: End, found: u64) -> Result<(), ImportError> {
    if end.accounts == found {
        return Ok(());
    }
    Err(ImportError::Lost { expected: end.accounts, found })
}
