//! The import of accounts.

use std::io::{self, BufRead, Read as _};

use countersign::store::{ApplicationStore as _, AuditKind, Evidence, Operation, Rejection};
use countersign::types::UserHandle;

use super::form::{AccountLine, End, FORMAT, Header, LINE_MAX, LastLine, VERSION};
use crate::clock;
use crate::operator::{
    error::OperatorError,
    operations::{Operator, audit},
};

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

/// The lines of an export.
struct Lines<R> {
    input: R,
    number: u64,
    text: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The next line, unless there is none. A line that is too long is read to its end, and is `None` inside.
    #[expect(clippy::option_option, reason = "the end, and a line that is too long, are two things")]
    fn next(&mut self) -> Result<Option<Option<&[u8]>>, ImportError> {
        self.text.clear();
        let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX).saturating_add(1);
        let failed = |number: u64| move |error| ImportError::Input(number, error);
        self.number = self.number.saturating_add(1);
        let read = (&mut self.input).take(limit).read_until(b'\n', &mut self.text);
        if read.map_err(failed(self.number))? == 0 {
            self.number = self.number.saturating_sub(1);
            return Ok(None);
        }
        if self.text.last() == Some(&b'\n') {
            self.text.pop();
        } else if self.text.len() > LINE_MAX {
            self.input.skip_until(b'\n').map_err(failed(self.number))?;
            return Ok(Some(None));
        }
        Ok(Some(Some(&self.text)))
    }
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
        mut rejected: impl FnMut(&RejectedLine),
        mut progress: impl FnMut(u64),
    ) -> Result<Imported, ImportError> {
        let mut lines = Lines { input, number: 0, text: Vec::new() };
        read_header(&mut lines, rp_id)?;
        let (mut imported, mut found) = (Imported::default(), 0_u64);
        let mut reject = |imported: &mut Imported, line, (code, detail): (&'static str, String)| {
            imported.rejected = imported.rejected.saturating_add(1);
            rejected(&RejectedLine { line, code, detail });
        };
        loop {
            let parsed = match lines.next()? {
                None => return Err(ImportError::CutOff(lines.number)),
                Some(None) => Err(format!("the line has more than {LINE_MAX} bytes")),
                Some(Some(text)) => {
                    if let Ok(LastLine { end }) = serde_json::from_slice(text) {
                        check_end(end, found)?;
                        let more = lines.next()?.is_some();
                        return if more { Err(ImportError::AfterEnd(lines.number)) } else { Ok(imported) };
                    }
                    serde_json::from_slice::<AccountLine>(text).map_err(|error| error.to_string())
                }
            };
            // A line that can't be read was an account.
            found = found.saturating_add(1);
            let outcome = match parsed {
                Ok(line) => self.import_one(line, rp_id).await?,
                Err(fault) => Err(("import-malformed", fault)),
            };
            match outcome {
                Ok(true) => imported.created = imported.created.saturating_add(1),
                Ok(false) => imported.unchanged = imported.unchanged.saturating_add(1),
                Err(fault) => reject(&mut imported, lines.number, fault),
            }
            progress(lines.number);
        }
    }

    /// Imports an account, and returns whether it was created; or why nothing of it is stored.
    async fn import_one(
        &self,
        line: AccountLine,
        rp_id: &str,
    ) -> Result<Result<bool, (&'static str, String)>, ImportError> {
        let handle = line.account.id.clone();
        let mut operations = match line.into_operations(rp_id) {
            Ok(operations) => operations,
            Err(fault) => return Ok(Err(fault)),
        };
        if self.is_there(&handle, &operations).await? {
            return Ok(Ok(false));
        }
        operations.push(audit(self.entry(AuditKind::AccountImported, &handle)));
        let outcome = self.database().transact(operations, clock::now()).await;
        Ok(match outcome.map_err(OperatorError::from)? {
            Ok(()) => Ok(true),
            Err(Rejection::HandleTaken) => Err((
                "account-id-taken",
                "the account is there already, without one of the passkeys or with another name".to_owned(),
            )),
            Err(rejection) => {
                let error = OperatorError::Rejected(rejection);
                Err((error.code(), error.to_string()))
            }
        })
    }

    /// Whether the account of these operations is there, with their name and all their passkeys.
    async fn is_there(&self, handle: &UserHandle, operations: &[Operation]) -> Result<bool, OperatorError> {
        let Some(stored) = self.database().account(handle).await? else { return Ok(false) };
        let passkeys = self.database().credentials(handle, Evidence::Omit).await?;
        Ok(operations.iter().all(|operation| match operation {
            Operation::InsertAccount(account) => account.name_key == stored.name_key,
            Operation::InsertCredential(new) => {
                passkeys.iter().any(|passkey| passkey.record.id() == new.record.id())
            }
            _ => true,
        }))
    }
}

fn read_header(lines: &mut Lines<impl BufRead>, rp_id: &str) -> Result<(), ImportError> {
    let header = lines.next()?.flatten().and_then(|text| serde_json::from_slice::<Header>(text).ok());
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
