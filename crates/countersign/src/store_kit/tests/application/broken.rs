//! A store of an application with one fault.

use core::fmt;
use core::future::poll_fn;
use core::task::Poll;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::ceremony::single_use::ceremony_id::CeremonyId;
use crate::store::application::{ApplicationStore, Evidence};
use crate::store::audit::row::{AuditQuery, AuditRow, Pseudonym};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{
    Account, Confirmation, ConfirmationKey, Finish, Invitation, Operator, OperatorLink, RecoveryStatus,
    Session, StoredCredential, StoredSealingKey, TokenHash,
};
use crate::store_kit::samples::NOW;

/// What is broken in a store.
#[derive(Clone, Copy)]
pub(in crate::store_kit::tests) enum Fault {
    None,
    /// An operation that should be rejected is left out.
    Accepts(fn(&Operation, &Rejection) -> bool),
    /// An operation is carried out in another way.
    Rewrites(fn(Operation) -> Vec<Operation>),
    /// An operation does not survive a crash.
    Loses(fn(&Operation) -> bool),
    Reads(Read),
    TakesFormerHandles,
    UsesAtAnyTime,
    PurgesEarly,
    RemembersAHundred,
    Reverses,
    IsNotAtomic,
    /// Each operation is a transaction, with a pause before the next.
    Pauses,
    LastDecides,
    /// Transactions at once read the same, and the last one that writes replaces the others.
    Races,
    /// Of two transactions at once one fails.
    Deadlocks,
}

/// A read that is broken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store_kit::tests) enum Read {
    ForgetsFormer,
    ListsById,
    ListsIdsById,
    KeepsSessions,
    KeepsNames,
    ListsOver,
    FindsExpired,
    KeepsConfirmations,
    FindsFormer,
    IgnoresActs,
    IgnoresBrowser,
    KeepsCodes,
    OldestKeyFirst,
    KeepsPseudonyms,
    OldestRowFirst,
}

pub(in crate::store_kit::tests) struct Broken {
    fault: Fault,
    now: MemoryStore,
    durable: MemoryStore,
    written: Mutex<Vec<Operation>>,
    remembered: AtomicUsize,
    /// How many transactions are under way.
    busy: AtomicUsize,
}

#[derive(Debug)]
pub(in crate::store_kit::tests) struct DeadlockError;

impl fmt::Display for DeadlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("deadlock")
    }
}

impl core::error::Error for DeadlockError {}

/// A store in memory never fails.
fn ok<T>(result: Result<T, Infallible>) -> T {
    let Ok(value) = result;
    value
}

/// Lets others go first, once.
async fn pause() {
    let mut is_over = false;
    poll_fn(|context| {
        if is_over {
            return Poll::Ready(());
        }
        is_over = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Broken {
    pub(in crate::store_kit::tests) fn new(fault: Fault) -> Self {
        Self {
            fault,
            now: MemoryStore::new(),
            durable: MemoryStore::new(),
            written: Mutex::default(),
            remembered: AtomicUsize::new(0),
            busy: AtomicUsize::new(0),
        }
    }

    fn reads(&self, read: Read) -> bool {
        matches!(self.fault, Fault::Reads(broken) if broken == read)
    }

    /// What was ever written, also if it was removed.
    fn written<T>(&self, find: impl Fn(&Operation) -> Option<T>) -> Option<T> {
        self.written.lock().unwrap().iter().rev().find_map(find)
    }

    fn rewritten(&self, operations: Vec<Operation>) -> Vec<Operation> {
        let one = |operation: Operation| match self.fault {
            Fault::Rewrites(rewrite) => rewrite(operation),
            Fault::RemembersAHundred if matches!(operation, Operation::Remember(_)) => {
                let is_kept = self.remembered.fetch_add(1, Ordering::Relaxed) < 100;
                if is_kept { vec![operation] } else { vec![] }
            }
            _ => vec![operation],
        };
        let mut operations: Vec<_> = operations.into_iter().flat_map(one).collect();
        if matches!(self.fault, Fault::Reverses) {
            operations.reverse();
        }
        operations
    }

    /// Leaves out the operations that are rejected and should not be, or that follow the first rejected one.
    async fn carried_out(
        &self,
        operations: &[Operation],
        now: Timestamp,
    ) -> (Vec<Operation>, Result<(), Rejection>) {
        let (copy, mut carried_out) = (self.now.fork(), Vec::new());
        for operation in operations {
            match (ok(copy.transact(vec![operation.clone()], now).await), self.fault) {
                (Ok(()), _) => carried_out.push(operation.clone()),
                (Err(rejection), Fault::Accepts(accepts)) if accepts(operation, &rejection) => {}
                (Err(rejection), Fault::IsNotAtomic) => return (carried_out, Err(rejection)),
                (Err(rejection), _) => return (vec![], Err(rejection)),
            }
        }
        (carried_out, Ok(()))
    }

    /// Carries the operations out one by one, with a pause after each.
    async fn with_pauses(&self, operations: Vec<Operation>, now: Timestamp) -> Result<(), Rejection> {
        for operation in operations {
            ok(self.now.transact(vec![operation], now).await)?;
            pause().await;
        }
        Ok(())
    }
}

impl ApplicationStore for Broken {
    type Error = DeadlockError;

    async fn transact(
        &self,
        operations: Vec<Operation>,
        now: Timestamp,
    ) -> Result<Result<(), Rejection>, DeadlockError> {
        let mut operations = self.rewritten(operations);
        let has_touch =
            operations.iter().any(|operation| matches!(operation, Operation::TouchSession { .. }));
        let now = match self.fault {
            Fault::UsesAtAnyTime if has_touch => NOW,
            Fault::PurgesEarly => now.plus_seconds(61),
            _ => now,
        };
        let mut result = Ok(());
        match self.fault {
            Fault::Deadlocks => {
                let at_once = self.busy.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(1));
                // Every other time the transaction is carried out, and only its answer is lost.
                let result = match at_once {
                    0 | 2 => Ok(ok(self.now.transact(operations, now).await)),
                    _ => Err(DeadlockError),
                };
                self.busy.fetch_sub(1, Ordering::Relaxed);
                return if at_once == 2 { Err(DeadlockError) } else { result };
            }
            Fault::Races => {
                let copy = self.now.fork();
                let result = ok(copy.transact(operations, now).await);
                thread::sleep(Duration::from_millis(5));
                if result.is_ok() {
                    self.now.replace(&copy);
                }
                return Ok(result);
            }
            Fault::TakesFormerHandles => {
                for operation in &operations {
                    if let Operation::InsertAccount(account) = operation
                        && ok(self.now.is_or_was_account(&account.handle, now).await)
                    {
                        return Ok(Err(Rejection::HandleTaken));
                    }
                }
            }
            Fault::Pauses => return Ok(self.with_pauses(operations, now).await),
            Fault::Accepts(_) | Fault::IsNotAtomic => {
                (operations, result) = self.carried_out(&operations, now).await;
            }
            _ => {}
        }
        let written = ok(self.now.transact(operations.clone(), now).await);
        if written.is_ok() {
            self.written.lock().unwrap().extend(operations.iter().cloned());
            let is_lost =
                |operation: &Operation| matches!(self.fault, Fault::Loses(loses) if loses(operation));
            operations.retain(|operation| !is_lost(operation));
            // Threads may come here in another order; a crash follows only what one thread did.
            let _ = ok(self.durable.transact(operations, now).await);
        } else if matches!(self.fault, Fault::LastDecides) {
            operations.reverse();
            return Ok(ok(self.now.fork().transact(operations, now).await));
        }
        Ok(written.and(result))
    }

    async fn account(&self, handle: &UserHandle) -> Result<Option<Account>, DeadlockError> {
        Ok(ok(self.now.account(handle).await))
    }

    async fn account_by_name(&self, name_key: &str) -> Result<Option<Account>, DeadlockError> {
        Ok(ok(self.now.account_by_name(name_key).await))
    }

    async fn is_or_was_account(&self, handle: &UserHandle, now: Timestamp) -> Result<bool, DeadlockError> {
        if self.reads(Read::ForgetsFormer) {
            return Ok(ok(self.now.account(handle).await).is_some());
        }
        Ok(ok(self.now.is_or_was_account(handle, now).await))
    }

    async fn credential(
        &self,
        id: &CredentialId,
        evidence: Evidence,
    ) -> Result<Option<StoredCredential>, DeadlockError> {
        Ok(ok(self.now.credential(id, evidence).await))
    }

    async fn credentials(
        &self,
        owner: &UserHandle,
        evidence: Evidence,
    ) -> Result<Vec<StoredCredential>, DeadlockError> {
        let mut listed = ok(self.now.credentials(owner, evidence).await);
        if self.reads(Read::ListsById) {
            listed.sort_by(|one, other| one.record.id().cmp(other.record.id()));
        }
        Ok(listed)
    }

    async fn finish(&self, ceremony: &CeremonyId) -> Result<Option<Finish>, DeadlockError> {
        Ok(ok(self.now.finish(ceremony).await))
    }

    async fn session(&self, token: &TokenHash) -> Result<Option<Session>, DeadlockError> {
        let found = ok(self.now.session(token).await);
        let written = self.written(|operation| match operation {
            Operation::InsertSession(session) if session.token == *token => Some(session.clone()),
            _ => None,
        });
        Ok(match (found, written) {
            (None, written) if self.reads(Read::KeepsSessions) => written,
            (Some(_), written) if self.reads(Read::KeepsNames) => written,
            (found, _) => found,
        })
    }

    async fn sessions(&self, account: &UserHandle, now: Timestamp) -> Result<Vec<Session>, DeadlockError> {
        let now = if self.reads(Read::ListsOver) { NOW } else { now };
        Ok(ok(self.now.sessions(account, now).await))
    }

    async fn confirmation(
        &self,
        key: &ConfirmationKey,
        now: Timestamp,
    ) -> Result<Option<Confirmation>, DeadlockError> {
        let now = if self.reads(Read::FindsExpired) { NOW } else { now };
        if self.reads(Read::FindsFormer) {
            return Ok(self.written(|operation| match operation {
                Operation::Confirm(confirmation) if confirmation.key == *key => Some(confirmation.clone()),
                _ => None,
            }));
        }
        Ok(ok(self.now.confirmation(key, now).await))
    }

    async fn credential_ids_unless_confirmed(
        &self,
        account: &UserHandle,
        acts: &[String],
        browser: Option<&TokenHash>,
        now: Timestamp,
    ) -> Result<Option<Vec<CredentialId>>, DeadlockError> {
        if self.reads(Read::KeepsConfirmations) {
            let found = self.written(|operation| match operation {
                Operation::Confirm(it) if it.account == *account && acts.contains(&it.key.act) => Some(()),
                _ => None,
            });
            return Ok(found.is_none().then(Vec::new));
        }
        let browser = browser.filter(|_| !self.reads(Read::IgnoresBrowser));
        let acts = if self.reads(Read::IgnoresActs) { acts.get(..1).unwrap_or_default() } else { acts };
        let mut ids = ok(self.now.credential_ids_unless_confirmed(account, acts, browser, now).await);
        if self.reads(Read::ListsIdsById)
            && let Some(ids) = &mut ids
        {
            ids.sort();
        }
        Ok(ids)
    }

    async fn recovery_status(&self, account: &UserHandle) -> Result<Option<RecoveryStatus>, DeadlockError> {
        Ok(ok(self.now.recovery_status(account).await))
    }

    async fn has_recovery_code(&self, account: &UserHandle, code: &TokenHash) -> Result<bool, DeadlockError> {
        let written = || {
            self.written(|operation| match operation {
                Operation::ReplaceRecoveryCodes { account: owner, codes, .. } => {
                    (owner == account && codes.contains(code)).then_some(())
                }
                _ => None,
            })
        };
        let is_kept = self.reads(Read::KeepsCodes) && written().is_some();
        Ok(is_kept || ok(self.now.has_recovery_code(account, code).await))
    }

    async fn invitation(
        &self,
        code: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<Invitation>, DeadlockError> {
        Ok(ok(self.now.invitation(code, now).await))
    }

    async fn operators(&self) -> Result<Vec<Operator>, DeadlockError> {
        Ok(ok(self.now.operators().await))
    }

    async fn operator_link(
        &self,
        token: &TokenHash,
        now: Timestamp,
    ) -> Result<Option<OperatorLink>, DeadlockError> {
        Ok(ok(self.now.operator_link(token, now).await))
    }

    async fn sealing_keys(&self) -> Result<Vec<StoredSealingKey>, DeadlockError> {
        let mut keys = ok(self.now.sealing_keys().await);
        if self.reads(Read::OldestKeyFirst) {
            keys.reverse();
        }
        Ok(keys)
    }

    async fn audit_rows(&self, query: &AuditQuery, limit: usize) -> Result<Vec<AuditRow>, DeadlockError> {
        let query = match query {
            AuditQuery::Newest if self.reads(Read::OldestRowFirst) => &AuditQuery::Oldest,
            query => query,
        };
        Ok(ok(self.now.audit_rows(query, limit).await))
    }

    async fn pseudonym(&self, account: &UserHandle) -> Result<Option<Pseudonym>, DeadlockError> {
        let written = self.written(|operation| match operation {
            Operation::InsertAccount(it) if it.handle == *account => Some(Pseudonym::from_bytes([1; 16])),
            _ => None,
        });
        let kept = written.filter(|_| self.reads(Read::KeepsPseudonyms));
        Ok(kept.or(ok(self.now.pseudonym(account).await)))
    }
}

pub(in crate::store_kit::tests) struct BrokenHarness(pub(in crate::store_kit::tests) Fault);

impl StoreHarness for BrokenHarness {
    type Store = Broken;

    fn empty(&mut self) -> Broken {
        Broken::new(self.0)
    }

    fn crash(&mut self, store: Broken) -> Broken {
        Broken { now: store.durable.fork(), ..store }
    }
}
