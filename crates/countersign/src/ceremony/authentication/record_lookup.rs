//! The record that an authentication is checked against.

use crate::ceremony::authentication::prepared::PreparedCredential;
use crate::record::credential_record::CredentialRecord;

/// The result of a look-up in the store: the credential's record, if there is one, and its prepared key, if that is kept.
///
/// A `&CredentialRecord` and an `Option` of it convert into it, and [`CredentialRecord::with_key`] adds a key. The default
/// is a look-up that found nothing:
///
/// ```
/// # use std::{collections::HashMap, sync::Arc};
/// # use countersign::{
/// #     Authenticated, AuthenticationResponse, AuthenticationState, CredentialId, CredentialRecord, Error, RelyingParty,
/// #     Timestamp, ceremony::PreparedCredential,
/// # };
/// fn sign_in(
///     rp: &RelyingParty,
///     records: &HashMap<CredentialId, (CredentialRecord, Arc<PreparedCredential>)>,
///     state: AuthenticationState,
///     response: &AuthenticationResponse,
///     now: Timestamp,
/// ) -> Result<Authenticated, Error> {
///     let found = records.get(response.credential_id());
///     let record = found.map(|(record, key)| record.with_key(key)).unwrap_or_default();
///     rp.finish_authentication(state, response, record, now)
/// }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct RecordLookup<'r> {
    pub(super) record: Option<&'r CredentialRecord>,
    /// Prepared from the record's public key, never from another.
    pub(super) key: Option<&'r PreparedCredential>,
}

impl CredentialRecord {
    /// Combines the record with its public key as [`RelyingParty::prepare`](crate::RelyingParty::prepare) parsed it. A key
    /// that was prepared from another record's public key is not used.
    pub fn with_key<'r>(&'r self, key: &'r PreparedCredential) -> RecordLookup<'r> {
        RecordLookup { record: Some(self), key: Some(key).filter(|key| key.is_of(self)) }
    }
}

impl<'r> From<&'r CredentialRecord> for RecordLookup<'r> {
    fn from(record: &'r CredentialRecord) -> Self {
        Self { record: Some(record), key: None }
    }
}

impl<'r> From<Option<&'r CredentialRecord>> for RecordLookup<'r> {
    fn from(record: Option<&'r CredentialRecord>) -> Self {
        Self { record, key: None }
    }
}
