//! The export of all accounts.

use std::io::{self, Write};

use countersign::store::AuditKind;
use countersign::types::UserHandle;
use countersign_store::listing::{Totals, WHOLE_ACCOUNTS_MAX};

use serde::Serialize;

use super::form::{AccountLine, End, FORMAT, Header, LastLine, VERSION};
use crate::operator::{
    error::OperatorError,
    operations::{Operator, audit},
};

/// What an export wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Exported {
    /// The number of accounts.
    pub accounts: u64,
    /// The number of passkeys.
    pub passkeys: u64,
    /// The number of passkeys whose rows can't be read, which are left out.
    pub left_out: u64,
}

/// Why an export failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The database failed.
    #[error(transparent)]
    Operator(#[from] OperatorError),
    /// The lines can't be written.
    #[error("the export can't be written: {0}")]
    Output(#[source] io::Error),
}

impl ExportError {
    /// The stable word for this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Operator(error) => error.code(),
            Self::Output(_) => "file-not-written",
        }
    }
}

impl Operator {
    /// Writes all accounts of a server with this RP ID, as lines of JSON. `progress` gets the number of accounts that are written,
    /// and how many there were at the beginning.
    ///
    /// A row of the audit log says so before the first account is written, or nothing is.
    ///
    /// Some accounts are in memory at a time. Each is as it was at one moment, and all of them are not as they were at the same
    /// moment: an account that is created during the export may be in it or not.
    pub async fn export(
        &self,
        rp_id: &str,
        out: &mut impl Write,
        mut progress: impl FnMut(u64, u64),
    ) -> Result<Exported, ExportError> {
        self.transact(vec![audit(self.entry_of_none(AuditKind::AccountsExported))]).await?;
        let Totals { accounts: total, .. } = self.database().totals().await.map_err(OperatorError::from)?;
        let header = Header { format: FORMAT.to_owned(), version: VERSION, rp_id: rp_id.to_owned() };
        write(out, &header)?;
        let (mut exported, mut after) = (Exported::default(), None::<UserHandle>);
        loop {
            let page = self.database().whole_accounts(after.as_ref(), WHOLE_ACCOUNTS_MAX).await;
            let page = page.map_err(OperatorError::from)?;
            let Some(last) = page.last() else { break };
            after = Some(last.account.handle.clone());
            for whole in page {
                let (line, left_out) = AccountLine::of(whole);
                exported.accounts = exported.accounts.saturating_add(1);
                let passkeys = u64::try_from(line.passkeys.len()).unwrap_or(u64::MAX);
                exported.passkeys = exported.passkeys.saturating_add(passkeys);
                exported.left_out = exported.left_out.saturating_add(left_out);
                write(out, &line)?;
            }
            progress(exported.accounts, total);
        }
        let end = End { accounts: exported.accounts, passkeys: exported.passkeys };
        write(out, &LastLine { end })?;
        out.flush().map_err(ExportError::Output)?;
        Ok(exported)
    }
}

fn write(out: &mut impl Write, line: &impl Serialize) -> Result<(), ExportError> {
    // The forms are written without fail, unless the output does.
    let text = serde_json::to_string(line).map_err(|error| ExportError::Output(error.into()))?;
    out.write_all(text.as_bytes()).and_then(|()| out.write_all(b"\n")).map_err(ExportError::Output)
}
