//! The accounts of an import, stored or only checked.

use std::collections::HashSet;

use countersign::store::{
    ApplicationStore as _, AuditKind, CREDENTIALS_PER_ACCOUNT_MAX, Evidence, Operation, Rejection,
};
use countersign::types::{CredentialId, UserHandle};

use crate::clock;
use crate::operator::{
    error::OperatorError,
    operations::{Operator, audit},
};

/// Why nothing of an account is stored: the stable word, and a sentence.
pub(super) type Fault = (&'static str, String);

/// Whether an import stores accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum ImportMode {
    /// Accounts are stored.
    Store,
    /// Nothing is stored: each account is checked against the database and against the accounts before it. The names and IDs of
    /// all accounts are in memory.
    DryRun,
}

/// Stores accounts, or checks whether they could be stored.
pub(super) struct Storing<'a> {
    operator: &'a Operator,
    planned: Option<Planned>,
}

/// What a dry run would have stored.
#[derive(Default)]
struct Planned {
    handles: HashSet<UserHandle>,
    names: HashSet<String>,
    ids: HashSet<CredentialId>,
}

impl<'a> Storing<'a> {
    pub(super) fn new(operator: &'a Operator, mode: ImportMode) -> Self {
        let planned = match mode {
            ImportMode::Store => None,
            ImportMode::DryRun => Some(Planned::default()),
        };
        Self { operator, planned }
    }

    /// Creates an account by its operations, and returns whether it was created; or why nothing of it is stored.
    ///
    /// The account is created whole or not at all. One that is there already with the same name and all passkeys stays as it is.
    pub(super) async fn store(
        &mut self,
        handle: &UserHandle,
        mut operations: Vec<Operation>,
    ) -> Result<Result<bool, Fault>, OperatorError> {
        if self.is_there(handle, &operations).await? {
            return Ok(Ok(false));
        }
        let outcome = if let Some(planned) = &mut self.planned {
            planned.check(self.operator, handle, &operations).await?
        } else {
            operations.push(audit(self.operator.entry(AuditKind::AccountImported, handle)));
            self.operator.database().transact(operations, clock::now()).await?
        };
        Ok(match outcome {
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
        let database = self.operator.database();
        let Some(stored) = database.account(handle).await? else { return Ok(false) };
        let passkeys = database.credentials(handle, Evidence::Omit).await?;
        Ok(operations.iter().all(|operation| match operation {
            Operation::InsertAccount(account) => account.name_key == stored.name_key,
            Operation::InsertCredential(new) => {
                passkeys.iter().any(|passkey| passkey.record.id() == new.record.id())
            }
            _ => true,
        }))
    }
}

impl Planned {
    /// Checks the operations in the order in which a store does, and notes what they would store.
    async fn check(
        &mut self,
        operator: &Operator,
        handle: &UserHandle,
        operations: &[Operation],
    ) -> Result<Result<(), Rejection>, OperatorError> {
        let mut new = Self::default();
        let mut labels = HashSet::new();
        for operation in operations {
            match operation {
                Operation::InsertAccount(account) => {
                    if self.handles.contains(handle) || operator.database().account(handle).await?.is_some() {
                        return Ok(Err(Rejection::HandleTaken));
                    }
                    let named = operator.database().account_by_name(&account.name_key).await?;
                    if named.is_some() || self.names.contains(&account.name_key) {
                        return Ok(Err(Rejection::NameTaken));
                    }
                    new.handles.insert(handle.clone());
                    new.names.insert(account.name_key.clone());
                }
                Operation::InsertCredential(credential) => {
                    let id = credential.record.id();
                    let stored = operator.database().credential(id, Evidence::Omit).await?;
                    if stored.is_some() || self.ids.contains(id) || !new.ids.insert(id.clone()) {
                        return Ok(Err(Rejection::CredentialIdTaken));
                    }
                    if !labels.insert(&credential.label_key) {
                        return Ok(Err(Rejection::LabelTaken));
                    }
                    if new.ids.len() > CREDENTIALS_PER_ACCOUNT_MAX {
                        return Ok(Err(Rejection::TooManyCredentials));
                    }
                }
                _ => {}
            }
        }
        self.handles.extend(new.handles);
        self.names.extend(new.names);
        self.ids.extend(new.ids);
        Ok(Ok(()))
    }
}
