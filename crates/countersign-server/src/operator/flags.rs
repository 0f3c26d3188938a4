//! Flags of passkeys: one that is flagged can't authenticate.

use countersign::CredentialRecord;
use countersign::record::CredentialUpdate;
use countersign::store::{ApplicationStore as _, AuditKind, Evidence, Operation, Rejection};
use countersign::types::CredentialId;

use super::error::OperatorError;
use super::operations::{Operator, audit};
use crate::clock;

/// How often a flag is tried again that met a sign-in: each attempt fails only because another one succeeded.
const ATTEMPTS: usize = 8;

impl Operator {
    /// Flags a passkey, so that it can't authenticate, and ends the sessions that were created with it. Returns how many there
    /// were just before.
    pub async fn flag_passkey(&self, id: &CredentialId, reason: &str) -> Result<usize, OperatorError> {
        let owner = self.passkey(id).await?.record.user_handle().clone();
        let sessions = self.database.sessions(&owner, clock::now()).await?;
        self.change(id, AuditKind::CredentialFlagged, |record| {
            record.flag(reason, clock::now());
            let owner = record.user_handle().clone();
            Some(Operation::EndSessionsOfCredential { owner, id: id.clone() })
        })
        .await?;
        Ok(sessions.iter().filter(|session| session.credential == *id).count())
    }

    /// Removes the flag of a passkey.
    pub async fn clear_flag(&self, id: &CredentialId) -> Result<(), OperatorError> {
        self.change(id, AuditKind::CredentialUnflagged, |record| {
            record.clear_flag();
            None
        })
        .await
    }

    /// Changes a record, whatever sign-ins change it at the same time, and carries out what `change` returns with it.
    async fn change(
        &self,
        id: &CredentialId,
        kind: AuditKind,
        change: impl Fn(&mut CredentialRecord) -> Option<Operation>,
    ) -> Result<(), OperatorError> {
        for _ in 0..ATTEMPTS {
            let found = self.database.credential(id, Evidence::Omit).await?;
            let mut record = found.ok_or_else(|| OperatorError::PasskeyUnknown(id.clone()))?.record;
            let (owner, previous) = (record.user_handle().clone(), record.dynamic_part().clone());
            let more = change(&mut record);
            let next = record.dynamic_part().clone();
            let update = Box::new(CredentialUpdate::new(id.clone(), previous, next));
            let entry = self.entry(kind, &owner).with_credential(id.clone());
            let update = Operation::UpdateCredential { owner, update, used_at: None };
            let operations = [update, audit(entry)].into_iter().chain(more).collect();
            match self.transact(operations).await {
                Err(OperatorError::Rejected(Rejection::RecordChanged)) => {}
                Err(OperatorError::Rejected(Rejection::Missing)) => {
                    return Err(OperatorError::PasskeyUnknown(id.clone()));
                }
                outcome => return outcome,
            }
        }
        Err(OperatorError::Rejected(Rejection::RecordChanged))
    }
}
