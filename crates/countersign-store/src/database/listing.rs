//! Pages of rows for the operator, of the database that a setting chose.

use countersign::store::{Evidence, Invitation};
use countersign::types::{CredentialId, Timestamp, UserHandle};

use crate::database::{Database, DatabaseError, delegate};
use crate::listing::{AccountSummary, CredentialRow, Totals, WholeAccount};

/// Pages of rows for the operator. Each has at most [`PAGE_MAX`](crate::listing::PAGE_MAX) rows, and begins after the last
/// key of the page before it; a page without rows is the last one.
impl Database {
    /// Returns accounts whose names have keys with this prefix, in the order of the keys, after this key. An empty prefix
    /// is that of all accounts.
    ///
    /// The number of accounts is below `number` only at the end.
    pub async fn accounts(
        &self,
        prefix: &str,
        after: Option<&str>,
        number: usize,
    ) -> Result<Vec<AccountSummary>, DatabaseError> {
        delegate!(self, accounts(prefix, after, number))
    }

    /// Returns the credentials of all accounts, in the order of their IDs, after this ID.
    pub async fn all_credentials(
        &self,
        after: Option<&CredentialId>,
        evidence: Evidence,
        number: usize,
    ) -> Result<Vec<CredentialRow>, DatabaseError> {
        delegate!(self, all_credentials(after, evidence, number))
    }

    /// Returns invitations that have not expired, the first to end first, after this one. One from the future may be among
    /// them, which is not [valid](Invitation::is_valid).
    pub async fn invitations(
        &self,
        after: Option<&Invitation>,
        now: Timestamp,
        number: usize,
    ) -> Result<Vec<Invitation>, DatabaseError> {
        delegate!(self, invitations(after, now, number))
    }

    /// Returns accounts with all that belongs to them but sessions and confirmations, in the order of their handles, after
    /// this handle: at most [`WHOLE_ACCOUNTS_MAX`](crate::listing::WHOLE_ACCOUNTS_MAX). Each is as it was at one moment.
    pub async fn whole_accounts(
        &self,
        after: Option<&UserHandle>,
        number: usize,
    ) -> Result<Vec<WholeAccount>, DatabaseError> {
        delegate!(self, whole_accounts(after, number))
    }

    /// Counts accounts and credentials, which takes a second for some millions.
    pub async fn totals(&self) -> Result<Totals, DatabaseError> {
        delegate!(self, totals())
    }
}
