//! The operations of a store, as traits, and their answers
//! ([section 4, credential record](https://www.w3.org/TR/webauthn-3/#credential-record)).

use core::fmt;

use countersign_types::{CredentialId, Timestamp, UserHandle};

use crate::record::{credential_record::CredentialRecord, update::CredentialUpdate};

/// A store of credential records.
///
/// Each operation happens at once or not at all, whatever others run at the same time, in this process or another; and
/// what it answered is there after a crash. An error means that nothing is known of what happened.
pub trait CredentialStore {
    /// The store failed: no connection, a full disk.
    type Error: fmt::Display + fmt::Debug;

    /// Adds a record, unless any account has one with its credential ID: then nothing changes.
    ///
    /// [Section 7.1, step 26](https://www.w3.org/TR/webauthn-3/#reg-ceremony-verify-cred-id-unregistered): an attacker
    /// who registers a victim's credential ID in an account of his own must not get in the victim's way, or the other
    /// way round.
    fn insert(&self, record: &CredentialRecord) -> Result<Inserted, Self::Error>;

    /// The record with this credential ID, whoever's it is.
    fn find(&self, id: &CredentialId) -> Result<Option<CredentialRecord>, Self::Error>;

    /// All records of this account and no others, in any order.
    fn list(&self, user: &UserHandle) -> Result<Vec<CredentialRecord>, Self::Error>;

    /// Replaces the dynamic part of a record, where what is stored is what the update was decided on: see
    /// [`CredentialUpdate`].
    fn update(&self, update: &CredentialUpdate) -> Result<Updated, Self::Error>;

    /// Removes a record of this account.
    fn remove(&self, user: &UserHandle, id: &CredentialId) -> Result<Removed, Self::Error>;
}

/// A store of open ceremonies: what a relying party remembers between `begin` and `finish`.
///
/// It promises what [`CredentialStore`] does.
pub trait CeremonyStore {
    /// The store failed: no connection, a full disk.
    type Error: fmt::Display + fmt::Debug;

    /// Remembers a state, until it is taken or `expires_at` is past. `id` is a random value that names it to the client.
    fn put(&self, id: &[u8], state: &[u8], expires_at: Timestamp) -> Result<(), Self::Error>;

    /// Takes a state out: whoever comes second gets nothing, even at the same time, and so does who comes after
    /// `expires_at`. To be called before `finish`, whatever comes of that.
    fn take(&self, id: &[u8], now: Timestamp) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// What came of [`CredentialStore::insert`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inserted {
    /// The record is stored.
    Stored,
    /// An account has a record with this ID already; that one is as it was.
    IdTaken,
}

/// What came of [`CredentialStore::update`].
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

/// What came of [`CredentialStore::remove`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// The record is gone.
    Gone,
    /// The account has no such record.
    Missing,
}
