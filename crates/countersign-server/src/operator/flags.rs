//! Flags of passkeys: one that is flagged can't authenticate.

use countersign::record::CredentialUpdate;
use countersign::store::{
    ApplicationStore as _, AuditKind, Evidence, Operation, Rejection, StoredCredential,
};
use countersign::types::CredentialId;

use super::error::OperatorError;
use super::operations::{Operator, audit, entry};
use crate::clock;

/// How often a flag is tried again that met a sign-in: each attempt fails only because another one succeeded.
const ATTEMPTS: usize = 8;

impl Operator {
    /// Flags a passkey, so that it can't authenticate. Its sessions go on: end them too if that is meant.
    pub async fn flag_passkey(
        &self,
        id: &CredentialId,
        reason: &str,
    ) -> Result<StoredCredential, OperatorError> {
        let flag = |credential: &mut StoredCredential| credential.record.flag(reason, clock::now());
        self.change(id, AuditKind::CredentialFlagged, flag).await
    }

    /// Removes the flag of a passkey.
    pub async fn clear_flag(&self, id: &CredentialId) -> Result<StoredCredential, OperatorError> {
        let clear = |credential: &mut StoredCredential| credential.record.clear_flag();
        self.change(id, AuditKind::CredentialUnflagged, clear).await
    }

    /// Changes a record, whatever sign-ins change it at the same time.
    async fn change(
        &self,
        id: &CredentialId,
        kind: AuditKind,
        change: impl Fn(&mut StoredCredential),
    ) -> Result<StoredCredential, OperatorError> {
        for _ in 0..ATTEMPTS {
            let found = self.database.credential(id, Evidence::Omit).await?;
            let mut credential = found.ok_or_else(|| OperatorError::PasskeyUnknown(id.clone()))?;
            let previous = credential.record.dynamic_part().clone();
            change(&mut credential);
            let next = credential.record.dynamic_part().clone();
            let update = Operation::UpdateCredential {
                owner: credential.record.user_handle().clone(),
                update: Box::new(CredentialUpdate::new(id.clone(), previous, next)),
                used_at: None,
            };
            let entry = entry(kind).with_account(credential.record.user_handle().clone());
            let operations = vec![update, audit(entry.with_credential(id.clone()))];
            match self.database.transact(operations, clock::now()).await? {
                Ok(()) => return Ok(credential),
                Err(Rejection::RecordChanged) => {}
                Err(Rejection::Missing) => return Err(OperatorError::PasskeyUnknown(id.clone())),
                Err(other) => return Err(OperatorError::Rejected(other)),
            }
        }
        Err(OperatorError::Rejected(Rejection::RecordChanged))
    }
}
