//! The change of a record by an authentication
//! ([7.2, update the credential record](https://www.w3.org/TR/webauthn-3/#authn-ceremony-update-credential-record)).

use countersign_types::{Code, CredentialId};

use crate::record::dynamic_part::DynamicPart;

/// The change of a record by an authentication.
///
/// Store it as compare-and-swap: `next` in place of `previous`, and only if `previous` is still what is stored. If it is
/// not, two authentications ran at once, or the credential was flagged meanwhile: get the update for the record as it is
/// now from [`Authenticated::update_for`](crate::Authenticated::update_for), or fail with [`Code::RecordChanged`]. Compare
/// the whole of `previous`: many authenticators' counters stay 0, and a comparison of the counter only would let a sign-in
/// under way remove a flag that was set meanwhile.
///
/// Compare values, not texts: parse what is stored and compare it with `previous`, in the transaction that writes; or
/// let the database compare the stored text with the text as it was read. A record that is parsed and serialised again
/// need not have the text that it was read from: earlier versions had another form, and a database that stores JSON in a
/// form of its own (`jsonb`) changes the order of members.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "an authentication counts only once its update is stored"]
#[non_exhaustive]
pub struct CredentialUpdate {
    /// The credential whose record changes.
    pub credential_id: CredentialId,
    /// The dynamic part that the response was verified against.
    pub previous: DynamicPart,
    /// The dynamic part to store. `uv_initialized` goes from false to true only if a further authentication factor was
    /// checked, as the specification requires.
    pub next: DynamicPart,
}

impl CredentialUpdate {
    /// Creates a change without an authentication, such as a flag: from what is stored to what should be.
    pub fn new(credential_id: CredentialId, previous: DynamicPart, next: DynamicPart) -> Self {
        Self { credential_id, previous, next }
    }
}

/// An update was not applied. The record is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// The stored record is no longer the one that the authentication was verified against.
    #[error("the record changed since the authentication was verified against it")]
    Changed,
    /// The update belongs to another credential: a mistake of the caller.
    #[error("the update is another credential's")]
    OtherCredential,
}

impl UpdateError {
    /// The code: `record-changed` if the record changed; `None` for a mistake of the caller.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Changed => Some(Code::RecordChanged),
            Self::OtherCredential => None,
        }
    }
}
