//! The store of an application with passkeys.

use core::error;

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::store::audit::row::{AuditQuery, AuditRow, Pseudonym};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{
    Account, Confirmation, ConfirmationKey, Finish, Invitation, Operator, OperatorLink, RecoveryStatus,
    Session, StoredCredential, StoredSealingKey, TokenHash,
};

/// The store of an application with passkeys: accounts with their credentials and recovery codes, the finishes of
/// ceremonies, sessions, confirmations, invitations, and the operators among the accounts.
///
/// All changes go through [`transact`](Self::transact), so that what belongs together is one transaction: an account with
/// its first credential, a sign-in with the new counter, its session, and the finish that is remembered.
///
/// Reads see what was committed before they began. A store may remove a row once it has expired.
///
/// Names, labels, their keys and acts are text without U+0000, which `PostgreSQL` does not store, of at most
/// [`TEXT_BYTES_MAX`](crate::store::TEXT_BYTES_MAX) bytes. They are compared byte by byte.
pub trait ApplicationStore: Send + Sync {
    /// The store failed: no connection, a full disk. It is unknown whether the transaction happened.
    type Error: error::Error + Send + Sync + 'static;

    /// Carries out all operations in their order, or none of them: if one of them is rejected, nothing is changed.
    ///
    /// The transaction is atomic and isolated from others, in this process or another: what an operation checked still
    /// holds when the transaction is committed. When the future returns `Ok(Ok(()))`, the transaction survives a crash. If
    /// the future is dropped before its end, the transaction happens whole or not at all.
    fn transact(
        &self,
        operations: Vec<Operation>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Result<(), Rejection>, Self::Error>> + Send;

    /// Returns the account with this user handle.
    fn account(
        &self,
        handle: &UserHandle,
    ) -> impl Future<Output = Result<Option<Account>, Self::Error>> + Send;

    /// Returns the account whose name has this key.
    fn account_by_name(
        &self,
        name_key: &str,
    ) -> impl Future<Output = Result<Option<Account>, Self::Error>> + Send;

    /// Whether there is an account with this user handle, or was one in the last
    /// [`FORMER_ACCOUNT_SECONDS`](crate::store::FORMER_ACCOUNT_SECONDS).
    fn is_or_was_account(
        &self,
        handle: &UserHandle,
        now: Timestamp,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Returns the credential with this ID, of any account. A sign-in needs no evidence.
    fn credential(
        &self,
        id: &CredentialId,
        evidence: Evidence,
    ) -> impl Future<Output = Result<Option<StoredCredential>, Self::Error>> + Send;

    /// Returns the credentials of this account and no others, oldest first.
    fn credentials(
        &self,
        owner: &UserHandle,
        evidence: Evidence,
    ) -> impl Future<Output = Result<Vec<StoredCredential>, Self::Error>> + Send;

    /// Returns the finish that is remembered for this ceremony.
    fn finish(
        &self,
        ceremony: &CeremonyId,
    ) -> impl Future<Output = Result<Option<Finish>, Self::Error>> + Send;

    /// Returns the session of this token, with the present names of its account and its credential. One that is
    /// [over](crate::store::SessionTimes::is_over) is returned until the store removes it.
    fn session(&self, token: &TokenHash)
    -> impl Future<Output = Result<Option<Session>, Self::Error>> + Send;

    /// Returns the sessions of this account that are not over, the latest used first.
    fn sessions(
        &self,
        account: &UserHandle,
        now: Timestamp,
    ) -> impl Future<Output = Result<Vec<Session>, Self::Error>> + Send;

    /// Returns the confirmation with this key, if it is [valid](Confirmation::is_valid).
    fn confirmation(
        &self,
        key: &ConfirmationKey,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Confirmation>, Self::Error>> + Send;

    /// Returns the IDs of this account's credentials, oldest first. `None` while a confirmation of one of these acts by
    /// the account is [valid](Confirmation::is_valid) in a browser other than `browser`.
    ///
    /// A credential whose transaction used up such a confirmation is listed: no moment lies between the two.
    fn credential_ids_unless_confirmed(
        &self,
        account: &UserHandle,
        acts: &[String],
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Vec<CredentialId>>, Self::Error>> + Send;

    /// Returns what is stored about the recovery codes of this account; `None` if there is no such account.
    fn recovery_status(
        &self,
        account: &UserHandle,
    ) -> impl Future<Output = Result<Option<RecoveryStatus>, Self::Error>> + Send;

    /// Whether the account has this recovery code, unused.
    fn has_recovery_code(
        &self,
        account: &UserHandle,
        code: &TokenHash,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Returns the invitation with this code, if it is [valid](Invitation::is_valid).
    fn invitation(
        &self,
        code: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Invitation>, Self::Error>> + Send;

    /// Returns all operators, the earliest first.
    fn operators(&self) -> impl Future<Output = Result<Vec<Operator>, Self::Error>> + Send;

    /// Returns the link for an operator with this token, if it can be taken now: see
    /// [`Operation::TakeOperatorLink`].
    fn operator_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<OperatorLink>, Self::Error>> + Send;

    /// Returns all sealing keys, the highest number first.
    fn sealing_keys(&self) -> impl Future<Output = Result<Vec<StoredSealingKey>, Self::Error>> + Send;

    /// Returns rows of the audit log, at most `limit`.
    fn audit_rows(
        &self,
        query: &AuditQuery,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<AuditRow>, Self::Error>> + Send;

    /// Returns what the audit log has in place of the user handle of this account; `None` if there is no such account.
    fn pseudonym(
        &self,
        account: &UserHandle,
    ) -> impl Future<Output = Result<Option<Pseudonym>, Self::Error>> + Send;
}

/// Whether a read includes the evidence of records, which is longer than all else together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third choice")]
pub enum Evidence {
    /// The evidence is read.
    Read,
    /// The records have no evidence.
    Omit,
}
