//! The accounts of the API, in memory: they have nothing in common with those of the server.

use std::collections::{HashMap, HashSet};

use countersign::ceremony::{CREDENTIAL_LIST_MAX, Entropy, EntropyError, new_user_handle};
use countersign::types::{CredentialId, UserHandle, options::CredentialDescriptor};
use countersign::{CredentialIdStatus, CredentialRecord, CredentialUpdate};

/// The most accounts. The tests register some hundreds in a run.
pub(crate) const ACCOUNTS_MAX: usize = 10_000;

/// The memory is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FullError {
    /// There are as many accounts as there may be.
    #[error("the memory of the api is full: a restart empties it")]
    Accounts,
    /// The account has as many credentials as options can list.
    #[error("the user has {CREDENTIAL_LIST_MAX} credentials, which is the most that options can list")]
    Credentials,
}

/// The accounts by their user names, compared exactly.
#[derive(Debug)]
pub(crate) struct Accounts {
    by_name: HashMap<String, Account>,
    ids: HashSet<CredentialId>,
    max: usize,
}

/// An account and its credentials.
#[derive(Debug)]
struct Account {
    handle: UserHandle,
    credentials: Vec<CredentialRecord>,
}

impl Accounts {
    /// No accounts, and room for this many.
    pub(crate) fn with_room(max: usize) -> Self {
        Self { by_name: HashMap::new(), ids: HashSet::new(), max }
    }

    /// The user handle of this name, which is drawn for a new one, and the credentials that are registered.
    pub(crate) fn user(
        &mut self,
        name: &str,
        entropy: &mut impl Entropy,
    ) -> Result<Result<(UserHandle, Vec<CredentialDescriptor>), FullError>, EntropyError> {
        if let Some(account) = self.by_name.get(name) {
            let is_full = account.credentials.len() >= CREDENTIAL_LIST_MAX;
            return Ok(if is_full { Err(FullError::Credentials) } else { Ok(account.known()) });
        }
        if self.by_name.len() >= self.max {
            return Ok(Err(FullError::Accounts));
        }
        let account = Account { handle: new_user_handle(entropy)?, credentials: Vec::new() };
        let known = account.known();
        self.by_name.insert(name.to_owned(), account);
        Ok(Ok(known))
    }

    /// The user handle and the credentials of a user who has any.
    pub(crate) fn registered(&self, name: &str) -> Option<(UserHandle, Vec<CredentialDescriptor>)> {
        self.by_name.get(name).filter(|account| !account.credentials.is_empty()).map(Account::known)
    }

    /// Whether some user has a credential of this ID.
    pub(crate) fn status(&self, id: &CredentialId) -> CredentialIdStatus {
        if self.ids.contains(id) { CredentialIdStatus::Registered } else { CredentialIdStatus::Unregistered }
    }

    /// Stores a credential, without the evidence of its attestation: nothing here reads that again.
    pub(crate) fn add(&mut self, name: &str, credential: CredentialRecord) -> Result<(), FullError> {
        let account = self.by_name.get_mut(name).ok_or(FullError::Accounts)?;
        if account.credentials.len() >= CREDENTIAL_LIST_MAX {
            return Err(FullError::Credentials);
        }
        self.ids.insert(credential.id().clone());
        account.credentials.push(credential.with_evidence(None));
        Ok(())
    }

    /// The credential of this ID, if it is the user's.
    pub(crate) fn credential(&self, name: &str, id: &CredentialId) -> Option<&CredentialRecord> {
        self.by_name.get(name)?.credentials.iter().find(|credential| credential.id() == id)
    }

    /// Stores what an authentication changes. Returns whether it was applied.
    pub(crate) fn update(&mut self, name: &str, update: &CredentialUpdate) -> bool {
        let account = self.by_name.get_mut(name);
        let credentials = account.into_iter().flat_map(|account| &mut account.credentials);
        let mut own = credentials.filter(|credential| *credential.id() == update.credential_id);
        own.next().is_some_and(|credential| credential.apply(update).is_ok())
    }
}

impl Account {
    fn known(&self) -> (UserHandle, Vec<CredentialDescriptor>) {
        (self.handle.clone(), self.credentials.iter().map(CredentialRecord::descriptor).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_memory_accepts_no_further_user_and_keeps_those_it_has() {
        let mut accounts = Accounts::with_room(2);
        let mut user =
            |name: &str| accounts.user(name, &mut getrandom::fill).unwrap().map(|(handle, _)| handle);
        let (ada, eve) = (user("ada").unwrap(), user("eve").unwrap());
        assert_ne!(ada, eve);
        assert_eq!(user("joe"), Err(FullError::Accounts));
        assert_eq!(user("ada"), Ok(ada));
        assert!(accounts.registered("ada").is_none());
    }
}
