//! What an operator lists: pages of accounts, credentials and invitations, in the order of their keys.
//!
//! A page begins after the last key of the page before it, so that the pages of a table of any size take the same time and
//! memory, and rows that are added or removed meanwhile shift none. What is added behind the last key that was read is
//! found; what is added before it is not.

use countersign::store::{Account, Recovery, RecoveryStatus, StoredCredential};
use countersign::types::{CredentialId, UserHandle};

/// The most rows of a page: a megabyte of evidence, or less. A longer page is cut to it.
pub const PAGE_MAX: usize = 256;

/// The most whole accounts of a page: each may have 64 credentials with evidence.
pub const WHOLE_ACCOUNTS_MAX: usize = 16;

/// An account, and the number of what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct AccountSummary {
    /// The account.
    pub account: Account,
    /// The number of its credentials.
    pub credentials: usize,
    /// Its recovery codes.
    pub recovery: RecoveryStatus,
}

/// A row of a credential, which may be one that can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct CredentialRow {
    /// The ID of the credential.
    pub id: CredentialId,
    /// The account that it belongs to.
    pub owner: UserHandle,
    /// The credential, or why its row can't be read.
    pub credential: Result<StoredCredential, String>,
}

/// An account with all that is exported of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct WholeAccount {
    /// The account.
    pub account: Account,
    /// Its credentials with their evidence, oldest first.
    pub credentials: Vec<CredentialRow>,
    /// Its recovery codes.
    pub recovery: Recovery,
}

/// How much there is, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "stores build it")]
pub struct Totals {
    /// The number of accounts.
    pub accounts: u64,
    /// The number of credentials.
    pub credentials: u64,
}

/// The first key of a page of accounts: text has no U+0000, so that the text with one follows it directly.
pub(crate) fn first_key(prefix: &str, after: Option<&str>) -> String {
    after.map_or_else(|| prefix.to_owned(), |after| format!("{after}\0"))
}

/// The accounts of a page whose keys have the prefix: these are in one place of the order.
pub(crate) fn with_prefix(mut page: Vec<AccountSummary>, prefix: &str) -> Vec<AccountSummary> {
    page.retain(|summary| summary.account.name_key.starts_with(prefix));
    page
}

/// The number of rows to ask for.
pub(crate) fn limit(asked: usize, max: usize) -> i64 {
    i64::try_from(asked.min(max)).unwrap_or(i64::MAX)
}
