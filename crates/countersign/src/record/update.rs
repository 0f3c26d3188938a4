//! What an authentication changes in the record
//! ([7.2, update the credential record](https://www.w3.org/TR/webauthn-3/#authn-ceremony-update-credential-record)).

use core::fmt;

use countersign_types::{Code, CredentialId};

use crate::record::dynamic_part::DynamicPart;

/// What an authentication changes, and what it found.
///
/// To be stored as compare-and-swap: `next` in place of `previous`, and only if `previous` is still what is stored.
/// If it is not, two authentications ran at once, or the credential was flagged meanwhile, and this one must be judged
/// again by the record as it is now, or fail with [`Code::RecordChanged`]. It is the whole of `previous` that counts: many
/// authenticators' counters stay 0, and by the counter alone a sign-in under way would take away the flag that was set
/// meanwhile.
///
/// Compare values, not texts: parse what is stored and compare it with `previous`, in the transaction that writes; or
/// let the database compare the stored text with the text as it was read. A record that is parsed and serialised again
/// need not have the text that it was read from: earlier versions had another form, and a database that stores JSON in a
/// form of its own (`jsonb`) changes the order of members.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CredentialUpdate {
    /// Whose record.
    pub credential_id: CredentialId,
    /// What the response was judged by.
    pub previous: DynamicPart,
    /// What it leads to. `uv_initialized` goes from false to true only where the caller said that a further
    /// authentication factor allows it; the specification asks for one.
    pub next: DynamicPart,
}

impl CredentialUpdate {
    /// A change that is no authentication's, such as a flag: from what is stored to what should be.
    pub fn new(credential_id: CredentialId, previous: DynamicPart, next: DynamicPart) -> Self {
        Self { credential_id, previous, next }
    }
}

/// Why an update was not applied. The record is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum UpdateRefused {
    /// The stored record is no longer the one that the authentication was judged by: judge it again.
    Changed,
    /// The update is another credential's: a mistake of the caller.
    OtherCredential,
}

impl UpdateRefused {
    /// `record-changed` if the record changed; `None` for a mistake of the caller.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Changed => Some(Code::RecordChanged),
            Self::OtherCredential => None,
        }
    }
}

impl fmt::Display for UpdateRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "the record changed since the authentication was judged by it",
            Self::OtherCredential => "the update is another credential's",
        })
    }
}

impl core::error::Error for UpdateRefused {}
