//! A store in memory, for tests and to read: what each trait of [`countersign::store`](crate::store) promises, in a few
//! lines ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

pub(crate) mod audit;
pub(crate) mod operations;
pub(crate) mod small;
pub(crate) mod tables;

use core::{cmp::Reverse, convert::Infallible};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::store::application::{ApplicationStore, Evidence};
use crate::store::audit::row::{AuditQuery, AuditRow, Pseudonym};
use crate::store::memory::tables::Tables;
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{
    Account, Confirmation, ConfirmationKey, FORMER_ACCOUNT_SECONDS, Finish, Invitation, Operator,
    OperatorLink, Recovery, RecoveryStatus, Session, StoredCredential, StoredSealingKey, TokenHash,
};

/// A store in memory that lasts as long as its last clone; clones share it.
///
/// It implements every trait of [`countersign::store`](crate::store), for one process. A transaction copies the store, so it
/// is for tests and trials. The records of [`CredentialStore`](crate::store::CredentialStore), which have no account, are
/// not among the credentials of [`ApplicationStore`].
#[derive(Debug, Clone, Default)]
pub struct MemoryStore(Arc<Mutex<Tables>>);

impl MemoryStore {
    /// Creates an empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// One lock around each operation makes it atomic. No operation panics halfway, so a poisoned lock is a good one.
    fn lock(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For stores that break promises in tests.
#[cfg(test)]
impl MemoryStore {
    /// Creates a store with the same content, of its own.
    pub(crate) fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.lock().clone())))
    }

    /// Replaces the content, whatever was written since it was read.
    pub(crate) fn replace(&self, other: &Self) {
        let content = other.lock().clone();
        *self.lock() = content;
    }
}

impl ApplicationStore for MemoryStore {
    type Error = Infallible;

    /// All operations change a copy, which replaces the tables if none of them is rejected.
    async fn transact(
        &self,
        operations: Vec<Operation>,
        now: Timestamp,
    ) -> Result<Result<(), Rejection>, Infallible> {
        let mut tables = self.lock();
        let mut changed = tables.clone();
        let result = operations.into_iter().try_for_each(|operation| changed.apply(operation, now));
        if result.is_ok() {
            changed.purge(now);
            *tables = changed;
        }
        Ok(result)
    }

    async fn account(&self, handle: &UserHandle) -> Result<Option<Account>, Infallible> {
        Ok(self.lock().accounts.get(handle).cloned())
    }

    async fn account_by_name(&self, name_key: &str) -> Result<Option<Account>, Infallible> {
        Ok(self.lock().accounts.values().find(|account| account.name_key == name_key).cloned())
    }

    async fn is_or_was_account(&self, handle: &UserHandle, now: Timestamp) -> Result<bool, Infallible> {
        let tables = self.lock();
        let since = now.plus_seconds(-FORMER_ACCOUNT_SECONDS);
        let was =
            tables.former.get(&TokenHash::of(handle.as_bytes())).is_some_and(|removed| *removed >= since);
        Ok(was || tables.accounts.contains_key(handle))
    }

    async fn credential(
        &self,
        id: &CredentialId,
        evidence: Evidence,
    ) -> Result<Option<StoredCredential>, Infallible> {
        Ok(self.lock().credentials.get(id).cloned().map(|found| returned(found, evidence)))
    }

    async fn credentials(
        &self,
        owner: &UserHandle,
        evidence: Evidence,
    ) -> Result<Vec<StoredCredential>, Infallible> {
        let tables = self.lock();
        Ok(tables.oldest_first(owner).into_iter().cloned().map(|found| returned(found, evidence)).collect())
    }

    async fn finish(&self, ceremony: &CeremonyId) -> Result<Option<Finish>, Infallible> {
        Ok(self.lock().finishes.get(ceremony).cloned())
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, Infallible> {
        let tables = self.lock();
        Ok(tables.sessions.get(token).map(|session| tables.named(session)))
    }

    async fn sessions(&self, account: &UserHandle, now: Timestamp) -> Result<Vec<Session>, Infallible> {
        let tables = self.lock();
        let of_account = |session: &&Session| session.account == *account && !session.times.is_over(now);
        let mut listed: Vec<_> =
            tables.sessions.values().filter(of_account).map(|session| tables.named(session)).collect();
        listed.sort_by_key(|session| Reverse(session.times.seen_at));
        Ok(listed)
    }

    async fn confirmation(
        &self,
        key: &ConfirmationKey,
        now: Timestamp,
    ) -> Result<Option<Confirmation>, Infallible> {
        Ok(self.lock().confirmation(key, now).cloned())
    }

    async fn credential_ids_unless_confirmed(
        &self,
        account: &UserHandle,
        acts: &[String],
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>, Infallible> {
        let tables = self.lock();
        let is_confirmed = tables.confirmations.values().any(|confirmation| {
            confirmation.account == *account
                && acts.contains(&confirmation.key.act)
                && browser != Some(&confirmation.key.browser)
                && confirmation.is_valid(now)
        });
        let listed = || tables.oldest_first(account).into_iter();
        Ok((!is_confirmed).then(|| listed().map(|credential| credential.record.id().clone()).collect()))
    }

    async fn recovery_status(&self, account: &UserHandle) -> Result<Option<RecoveryStatus>, Infallible> {
        let tables = self.lock();
        let status = || tables.recovery.get(account).map(Recovery::status).unwrap_or_default();
        Ok(tables.accounts.contains_key(account).then(status))
    }

    async fn has_recovery_code(&self, account: &UserHandle, code: &TokenHash) -> Result<bool, Infallible> {
        Ok(self.lock().recovery.get(account).is_some_and(|recovery| recovery.codes.contains(code)))
    }

    async fn invitation(&self, code: &TokenHash, now: Timestamp) -> Result<Option<Invitation>, Infallible> {
        Ok(self.lock().invitations.get(code).filter(|invitation| invitation.is_valid(now)).cloned())
    }

    async fn operators(&self) -> Result<Vec<Operator>, Infallible> {
        let tables = self.lock();
        let operator = |(handle, since): (&UserHandle, &Timestamp)| {
            let name = tables.accounts.get(handle)?.name.clone();
            Some(Operator { account: handle.clone(), name, since: *since })
        };
        let mut listed: Vec<_> = tables.operators.iter().filter_map(operator).collect();
        listed.sort_by_key(|operator| operator.since);
        Ok(listed)
    }

    async fn operator_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<OperatorLink>, Infallible> {
        Ok(self.lock().operator_link(token, now).cloned())
    }

    async fn sealing_keys(&self) -> Result<Vec<StoredSealingKey>, Infallible> {
        Ok(self.lock().sealing_keys.values().rev().cloned().collect())
    }

    async fn audit_rows(&self, query: &AuditQuery, limit: usize) -> Result<Vec<AuditRow>, Infallible> {
        Ok(self.lock().audit_rows(query, limit))
    }

    async fn pseudonym(&self, account: &UserHandle) -> Result<Option<Pseudonym>, Infallible> {
        Ok(self.lock().pseudonyms.get(account).copied())
    }
}

/// The credential with what a store derives from the record, and without the evidence if that is omitted.
fn returned(mut credential: StoredCredential, evidence: Evidence) -> StoredCredential {
    let record = &credential.record;
    let attestation = record.attestation_format().zip(record.attestation_type());
    credential.attestation = attestation.map(|(format, kind)| (format.to_owned(), kind.to_owned()));
    if evidence == Evidence::Omit {
        credential.record = credential.record.with_evidence(None);
    }
    credential
}
