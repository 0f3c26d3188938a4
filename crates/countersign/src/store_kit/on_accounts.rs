//! The checks of credential records on the store of an application: each record gets an account
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use core::fmt::Write as _;

use countersign_types::{CredentialId, UserHandle};

use crate::record::{credential_record::CredentialRecord, update::CredentialUpdate};
use crate::store::application::{ApplicationStore, Evidence};
use crate::store::credentials::{CredentialStore, Inserted, Removed, Updated};
use crate::store::operation::{Operation, Rejection};
use crate::store::rows::{Account, StoredCredential};
use crate::store_kit::{harness::StoreHarness, samples::NOW};

/// The harness of an application's store, as one of credential records.
pub(super) struct OnAccounts<'h, H>(pub(super) &'h mut H);

impl<H: StoreHarness<Store: ApplicationStore>> StoreHarness for OnAccounts<'_, H> {
    type Store = Records<H::Store>;

    fn empty(&mut self) -> Self::Store {
        Records(self.0.empty())
    }

    fn crash(&mut self, store: Self::Store) -> Self::Store {
        Records(self.0.crash(store.0))
    }

    fn block_on<F: Future>(&self, future: F) -> F::Output {
        self.0.block_on(future)
    }
}

/// The credential records of an application's store. No method makes the store's operations more atomic than they are.
pub(super) struct Records<S>(S);

impl<S: ApplicationStore> Records<S> {
    async fn transact(&self, operations: Vec<Operation>) -> Result<Result<(), Rejection>, String> {
        self.0.transact(operations, NOW).await.map_err(|error| error.to_string())
    }
}

impl<S: ApplicationStore> CredentialStore for Records<S> {
    type Error = String;

    async fn insert(&self, record: &CredentialRecord) -> Result<Inserted, String> {
        let credential = Operation::InsertCredential(Box::new(credential(record)));
        let account = Operation::InsertAccount(account(record.user_handle()));
        let mut inserted = self.transact(vec![account, credential.clone()]).await?;
        if matches!(inserted, Err(Rejection::HandleTaken | Rejection::NameTaken)) {
            inserted = self.transact(vec![credential]).await?;
        }
        match inserted {
            Ok(()) => Ok(Inserted::Stored),
            Err(Rejection::CredentialIdTaken) => Ok(Inserted::IdTaken),
            Err(other) => Err(other.to_string()),
        }
    }

    async fn find(&self, id: &CredentialId) -> Result<Option<CredentialRecord>, String> {
        let found = self.0.credential(id, Evidence::Read).await.map_err(|error| error.to_string())?;
        Ok(found.map(|credential| credential.record))
    }

    async fn list(&self, user: &UserHandle) -> Result<Vec<CredentialRecord>, String> {
        let listed = self.0.credentials(user, Evidence::Read).await.map_err(|error| error.to_string())?;
        Ok(listed.into_iter().map(|credential| credential.record).collect())
    }

    async fn update(&self, update: &CredentialUpdate) -> Result<Updated, String> {
        let Some(found) = self.find(&update.credential_id).await? else { return Ok(Updated::Missing) };
        let owner = found.user_handle().clone();
        let update =
            Operation::UpdateCredential { owner, update: Box::new(update.clone()), used_at: Some(NOW) };
        match self.transact(vec![update]).await? {
            Ok(()) => Ok(Updated::Stored),
            Err(Rejection::RecordChanged) => Ok(Updated::Changed),
            Err(Rejection::Missing) => Ok(Updated::Missing),
            Err(other) => Err(other.to_string()),
        }
    }

    async fn remove(&self, user: &UserHandle, id: &CredentialId) -> Result<Removed, String> {
        let remove = Operation::RemoveCredential { owner: user.clone(), id: id.clone() };
        let mut removed = self.transact(vec![remove]).await?;
        if removed == Err(Rejection::LastCredential) {
            removed = self.transact(vec![Operation::RemoveAccount(user.clone())]).await?;
        }
        match removed {
            Ok(()) => Ok(Removed::Gone),
            Err(Rejection::Missing) => Ok(Removed::Missing),
            Err(other) => Err(other.to_string()),
        }
    }
}

fn account(handle: &UserHandle) -> Account {
    let name = hexadecimal(handle.as_bytes());
    Account { handle: handle.clone(), name_key: name.clone(), name, created_at: NOW }
}

fn credential(record: &CredentialRecord) -> StoredCredential {
    // A credential ID may be longer than a label.
    let label = hexadecimal(&countersign_cose::hash::sha256(&[record.id().as_bytes()]));
    StoredCredential {
        record: record.clone(),
        attestation: None,
        label_key: label.clone(),
        label,
        created_at: NOW,
        last_used_at: None,
    }
}

/// Different bytes have different names, of letters that no rule for names changes.
fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
