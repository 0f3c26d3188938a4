//! The credentials of a server, and what the metadata says about them.

use std::{collections::HashMap, sync::Arc};

use countersign::types::{CredentialId, UserHandle};
use countersign::{RelyingParty, Timestamp};

use crate::store::credentials::{self, Evidence, StoredCredential};
use crate::store::sessions::{Caller, Session};
use crate::store::{Store, confirmations};
use crate::{
    act::Act, clock, metadata::service::MetadataService, operation_error::OperationError,
    operation_error::Result, store_error::StoreError, token::TokenHash,
};

/// The credentials of a server.
pub(crate) struct Credentials {
    store: Store,
    relying_party: Arc<RelyingParty>,
    metadata: Option<Arc<MetadataService>>,
}

/// A credential, and what the current metadata says about it.
pub(crate) struct JudgedCredential {
    pub(crate) stored: StoredCredential,
    /// Why it could not be registered today.
    pub(crate) revocation_reason: Option<String>,
}

/// The credentials of an account.
pub(crate) struct AccountCredentials {
    pub(crate) credentials: Vec<JudgedCredential>,
    /// All credential IDs, if they may be listed: see [`credentials::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
}

/// What is left after a credential was removed.
pub(crate) struct RemovedCredential {
    pub(crate) user: UserHandle,
    /// All other credential IDs, if they may be listed: see [`credentials::accepted`].
    pub(crate) accepted: Option<Vec<CredentialId>>,
    /// Whether the caller's session ended, because it was created with the credential.
    pub(crate) signed_out: bool,
}

impl Credentials {
    /// `metadata` judges the credentials.
    pub(crate) const fn new(
        store: Store,
        relying_party: Arc<RelyingParty>,
        metadata: Option<Arc<MetadataService>>,
    ) -> Self {
        Self { store, relying_party, metadata }
    }

    /// The credentials of an account, oldest first.
    pub(crate) async fn list(
        &self,
        owner: UserHandle,
        browser: TokenHash,
        now: Timestamp,
    ) -> Result<AccountCredentials> {
        let read = self.store.read(move |db| -> Result<_, StoreError> {
            let accepted = credentials::accepted(db, &owner, Some(&browser), now)?;
            Ok((credentials::list(db, &owner, Evidence::Omit)?, accepted))
        });
        let (stored, accepted) = read.await?;
        Ok(AccountCredentials { credentials: self.judge_list(stored).await?, accepted })
    }

    /// Changes the label of a credential of the caller's account. Returns the caller's session as well.
    pub(crate) async fn rename(
        &self,
        caller: Caller,
        id: CredentialId,
        label: String,
        now: Timestamp,
    ) -> Result<(JudgedCredential, Session)> {
        let renamed = self.store.write(move |db| -> Result<_> {
            let session = caller.session(db, now)?;
            Ok((credentials::rename(db, &session.user, &id, &label)?, session))
        });
        let (renamed, session) = renamed.await?;
        Ok((self.judge_one(renamed).await?, session))
    }

    /// Removes a credential of the caller's account, as its session confirmed in this browser.
    pub(crate) async fn remove(
        &self,
        caller: Caller,
        browser: TokenHash,
        id: CredentialId,
        now: Timestamp,
    ) -> Result<RemovedCredential> {
        let removed = self.store.write(move |db| -> Result<_> {
            let session = caller.session(db, now)?;
            // What can't be done, or is done already, must not use up the confirmation.
            credentials::check_removable(db, &session.user, &id)?;
            let act = Act::RemoveCredential { credential: id.clone() };
            confirmations::take(db, &session.token_hash, Some(&browser), &act, now)?;
            credentials::remove(db, &session.user, &id)?;
            let accepted = credentials::accepted(db, &session.user, Some(&browser), now)?;
            let signed_out = session.credential_id == id;
            Ok(RemovedCredential { user: session.user, accepted, signed_out })
        });
        removed.await
    }

    /// Judges one credential, with its evidence.
    pub(crate) async fn judge_one(&self, stored: StoredCredential) -> Result<JudgedCredential> {
        let one = self.judge(vec![stored]).await?.pop();
        one.ok_or_else(|| OperationError::Internal("a credential was lost".into()))
    }

    /// Judges listed credentials, which have no evidence. Reads the evidence only of those without a cached verdict.
    async fn judge_list(&self, stored: Vec<StoredCredential>) -> Result<Vec<JudgedCredential>> {
        let mut reasons = HashMap::new();
        if let Some(metadata) = &self.metadata {
            let ids: Vec<_> = stored.iter().map(|stored| stored.record.id()).collect();
            reasons = metadata.known_revocation_reasons(&ids, clock::now());
            let unjudged: Vec<CredentialId> =
                ids.into_iter().filter(|id| !reasons.contains_key(*id)).cloned().collect();
            if !unjudged.is_empty() {
                let read = self.store.read(move |db| -> Result<_, StoreError> {
                    let found = unjudged.iter().filter_map(|id| credentials::find(db, id).transpose());
                    found.collect::<Result<Vec<_>, _>>()
                });
                let judged = self.judge(read.await?).await?.into_iter();
                reasons.extend(judged.map(|one| (one.stored.record.id().clone(), one.revocation_reason)));
            }
        }
        let judged = stored.into_iter().map(|stored| {
            let revocation_reason = reasons.remove(stored.record.id()).flatten();
            JudgedCredential { stored, revocation_reason }
        });
        Ok(judged.collect())
    }

    /// Judges credentials with their evidence, on a blocking thread: the first time, each attestation is verified
    /// again, and a list has up to 64.
    async fn judge(&self, stored: Vec<StoredCredential>) -> Result<Vec<JudgedCredential>> {
        let Some(metadata) = self.metadata.clone() else {
            let unjudged = |stored| JudgedCredential { stored, revocation_reason: None };
            return Ok(stored.into_iter().map(unjudged).collect());
        };
        let relying_party = self.relying_party.clone();
        let judge = move |stored: StoredCredential| {
            let revocation_reason = metadata.revocation_reason(&relying_party, &stored.record, clock::now());
            JudgedCredential { stored, revocation_reason }
        };
        let judging = tokio::task::spawn_blocking(move || stored.into_iter().map(judge).collect());
        judging.await.map_err(|error| OperationError::Internal(error.to_string()))
    }
}
