//! The store of credential records, and its answers
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use core::fmt;

use countersign_types::{CredentialId, UserHandle};

use crate::record::{credential_record::CredentialRecord, update::CredentialUpdate};

/// A store of credential records.
///
/// Each operation is atomic, whatever else runs at the same time, in this process or another, and its answer survives a
/// crash. After an error it is unknown whether the operation happened.
pub trait CredentialStore {
    /// The store failed: no connection, a full disk.
    type Error: fmt::Display + fmt::Debug + Send;

    /// Adds a record, unless any account already has its credential ID: then nothing changes.
    ///
    /// [Section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered): an attacker
    /// may try to register a victim's credential ID in another account.
    fn insert(&self, record: &CredentialRecord)
    -> impl Future<Output = Result<Inserted, Self::Error>> + Send;

    /// Returns the record with this credential ID, in any account.
    fn find(
        &self,
        id: &CredentialId,
    ) -> impl Future<Output = Result<Option<CredentialRecord>, Self::Error>> + Send;

    /// Returns all records of this account and no others, in any order.
    fn list(
        &self,
        user: &UserHandle,
    ) -> impl Future<Output = Result<Vec<CredentialRecord>, Self::Error>> + Send;

    /// Replaces the dynamic part of a record, if the stored one is the one that the update is based on: see
    /// [`CredentialUpdate`].
    fn update(&self, update: &CredentialUpdate) -> impl Future<Output = Result<Updated, Self::Error>> + Send;

    /// Removes a record of this account.
    fn remove(
        &self,
        user: &UserHandle,
        id: &CredentialId,
    ) -> impl Future<Output = Result<Removed, Self::Error>> + Send;
}

/// The result of [`CredentialStore::insert`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The record is stored.
    Stored,
    /// An account already has a record with this ID, which is unchanged.
    IdTaken,
}

/// The result of [`CredentialStore::update`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// The new dynamic part is stored.
    Stored,
    /// What is stored is not what the update was decided on; it is as it was. Judge the authentication again by the
    /// record as it is now, or fail with [`Code::RecordChanged`](countersign_types::Code::RecordChanged).
    Changed,
    /// There is no such record.
    Missing,
}

/// The result of [`CredentialStore::remove`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// The record is gone.
    Gone,
    /// The account has no such record.
    Missing,
}
