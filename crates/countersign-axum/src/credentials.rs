//! The credentials of an account, and what the application says about their models.

use std::{collections::HashMap, sync::Arc};

use countersign::store::{
    AuditKind, ConfirmationKey, Evidence, Operation, Session, StoredCredential, TokenHash,
};
use countersign::types::{CredentialId, UserHandle};
use countersign::{RelyingParty, Timestamp};
use countersign_store::names;

use crate::operation_error::{OperationError, Rejection, Result};
use crate::response_rejection::Reason;
use crate::{act::Act, app::App, sessions::caller::Caller};

/// A credential, and what the application says about it.
pub(crate) struct JudgedCredential {
    pub(crate) stored: StoredCredential,
    /// Why it could not be registered today.
    pub(crate) fault: Option<String>,
}

/// The credentials of an account.
pub(crate) struct AccountCredentials {
    pub(crate) credentials: Vec<JudgedCredential>,
    /// All credential IDs, if they may be listed: see [`App::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

/// What is left after a credential was removed.
pub(crate) struct RemovedCredential {
    /// All other credential IDs, if they may be listed: see [`App::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
    /// Whether the caller's session ended, because it was created with the credential.
    pub(crate) signed_out: bool,
}

impl App {
    /// The credentials of an account, oldest first.
    pub(crate) async fn account_credentials(
        &self,
        owner: &UserHandle,
        browser: &TokenHash,
    ) -> Result<AccountCredentials> {
        let now = self.now();
        let may_be_listed = self.accepted(owner, Some(browser), now).await?.is_some();
        // Read later, so that it has a credential whose adding ends meanwhile.
        let stored = self.store.credentials(owner, Evidence::Omit).await?;
        let ids = || stored.iter().map(|credential| credential.record.id().clone()).collect();
        let accepted = may_be_listed.then(ids);
        Ok(AccountCredentials { credentials: self.judge_list(stored, now).await?, accepted })
    }

    /// Changes the label of a credential of the caller's account. Returns the caller's session as well.
    pub(crate) async fn rename_credential(
        &self,
        caller: &Caller,
        id: CredentialId,
        label: String,
    ) -> Result<(JudgedCredential, Session)> {
        let now = self.now();
        let rename = Operation::RenameCredential {
            owner: caller.account.clone(),
            id: id.clone(),
            label_key: names::key(&label),
            label,
        };
        let entry = caller.audit_entry(AuditKind::CredentialRenamed).with_credential(id.clone());
        let operations = [caller.require(), rename].into_iter().chain(self.audit(entry)).collect();
        self.store.transact(operations, now).await?.map_err(OperationError::from)?;
        let session = caller.session(self, now).await?;
        let renamed = self.store.credential(&id, Evidence::Read).await?.ok_or(Rejection::NotFound)?;
        Ok((self.judge_one(renamed, now).await?, session))
    }

    /// Removes a credential of the caller's account, as its session confirmed in this browser.
    pub(crate) async fn remove_credential(
        &self,
        caller: &Caller,
        browser: TokenHash,
        id: CredentialId,
    ) -> Result<RemovedCredential> {
        let now = self.now();
        let session = caller.session(self, now).await?;
        // What is done already needs no confirmation.
        let existing = self.store.credentials(&caller.account, Evidence::Omit).await?;
        self.check_removable(&caller.account, &existing, &id).await?;
        let act = Act::RemoveCredential { credential: id.clone() };
        let mut operations = vec![
            caller.require(),
            Operation::TakeConfirmation(ConfirmationKey { session: caller.token, act: act.text()?, browser }),
            Operation::RemoveCredential { owner: caller.account.clone(), id: id.clone() },
        ];
        let entry = caller.audit_entry(AuditKind::CredentialRemoved).with_credential(id.clone());
        operations.extend(self.audit(entry));
        self.store.transact(operations, now).await?.map_err(OperationError::from)?;
        let accepted = self.accepted(&caller.account, Some(&browser), now).await?;
        Ok(RemovedCredential { accepted, signed_out: session.credential == id })
    }

    /// Fails if a credential can't be removed: it is not there, or it is the last and there is no recovery code. The
    /// transaction that removes it decides again.
    pub(crate) async fn check_removable(
        &self,
        owner: &UserHandle,
        existing: &[StoredCredential],
        id: &CredentialId,
    ) -> Result<()> {
        if !existing.iter().any(|credential| credential.record.id() == id) {
            return Err(Rejection::NotFound.into());
        }
        if existing.len() > 1 || self.recovery_status(owner).await?.unused > 0 {
            return Ok(());
        }
        Err(Rejection::LastCredential.into())
    }

    /// Fails if another account has the name.
    pub(crate) async fn check_name(&self, account: &UserHandle, name: &str) -> Result<()> {
        let found = self.store.account_by_name(&names::key(name)).await?;
        if found.is_some_and(|found| found.handle != *account) {
            Err(Reason::NameTaken.into())
        } else {
            Ok(())
        }
    }

    /// Changes the name of the caller's account, as its session confirmed in this browser. Returns the session with the new
    /// name.
    pub(crate) async fn rename_account(
        &self,
        caller: &Caller,
        browser: TokenHash,
        name: String,
    ) -> Result<Session> {
        let now = self.now();
        self.check_name(&caller.account, &name).await?;
        let act = Act::RenameAccount { name: name.clone() }.text()?;
        let mut operations = vec![
            caller.require(),
            Operation::TakeConfirmation(ConfirmationKey { session: caller.token, act, browser }),
            Operation::RenameAccount { account: caller.account.clone(), name_key: names::key(&name), name },
        ];
        operations.extend(self.audit(caller.audit_entry(AuditKind::AccountRenamed)));
        self.store.transact(operations, now).await?.map_err(OperationError::from)?;
        caller.session(self, now).await
    }

    /// Deletes the caller's account, as its session confirmed in this browser.
    pub(crate) async fn remove_account(&self, caller: &Caller, browser: TokenHash) -> Result<()> {
        let act = Act::DeleteAccount {}.text()?;
        let mut operations = vec![
            caller.require(),
            Operation::TakeConfirmation(ConfirmationKey { session: caller.token, act, browser }),
        ];
        // Before the account goes, whose pseudonym the row has.
        operations.extend(self.audit(caller.audit_entry(AuditKind::AccountRemoved)));
        operations.push(Operation::RemoveAccount(caller.account.clone()));
        self.store.transact(operations, self.now()).await?.map_err(OperationError::from)
    }

    /// Judges one credential, with its evidence.
    pub(crate) async fn judge_one(
        &self,
        stored: StoredCredential,
        now: Timestamp,
    ) -> Result<JudgedCredential> {
        let one = self.judge_all(vec![stored], now).await?.pop();
        one.ok_or_else(|| OperationError::Internal("a credential was lost".into()))
    }

    /// Judges listed credentials, which have no evidence. Reads the evidence only of those whose fault is not known
    /// already.
    async fn judge_list(
        &self,
        stored: Vec<StoredCredential>,
        now: Timestamp,
    ) -> Result<Vec<JudgedCredential>> {
        let mut faults = HashMap::new();
        if self.models.judges() {
            let ids: Vec<_> = stored.iter().map(|stored| stored.record.id()).collect();
            faults = self.models.known_faults(&ids, now);
            let mut unjudged = Vec::new();
            for id in ids.into_iter().filter(|id| !faults.contains_key(*id)) {
                unjudged.extend(self.store.credential(id, Evidence::Read).await?);
            }
            let judged = self.judge_all(unjudged, now).await?.into_iter();
            faults.extend(judged.map(|one| (one.stored.record.id().clone(), one.fault)));
        }
        let judged = stored.into_iter().map(|stored| {
            let fault = faults.remove(stored.record.id()).flatten();
            JudgedCredential { stored, fault }
        });
        Ok(judged.collect())
    }

    /// Judges credentials with their evidence, on a blocking thread: the first time, each attestation is verified
    /// again, and a list has up to 64.
    async fn judge_all(
        &self,
        stored: Vec<StoredCredential>,
        now: Timestamp,
    ) -> Result<Vec<JudgedCredential>> {
        if stored.is_empty() || !self.models.judges() {
            return Ok(stored.into_iter().map(|stored| JudgedCredential { stored, fault: None }).collect());
        }
        let models = Arc::clone(&self.models);
        let party: RelyingParty = self.accounts.clone();
        let judge = move |stored: StoredCredential| {
            let fault = models.fault(&party, &stored.record, now);
            JudgedCredential { stored, fault }
        };
        let judging = tokio::task::spawn_blocking(move || stored.into_iter().map(judge).collect());
        judging.await.map_err(|error| OperationError::Internal(error.to_string()))
    }
}
