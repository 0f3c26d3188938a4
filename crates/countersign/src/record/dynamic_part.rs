//! The part of a credential record that an authentication may change
//! ([section 4](https://www.w3.org/TR/webauthn-3/#credential-record)).

use countersign_types::Timestamp;
use serde::{Deserialize, Serialize};

/// The most bytes of a flag's reason: a page of text. Longer ones are cut when the flag is made.
pub(super) const REASON_MAX: usize = 4096;

/// The part of a [`CredentialRecord`](crate::CredentialRecord) that changes: `signCount`, `backupState`, `uvInitialized`
/// and the standing; and `backupEligible`, which is set once in a record that was imported without it.
///
/// A store replaces it as a whole, and only if the stored part equals the one that the change is based on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct DynamicPart {
    pub(crate) sign_count: u32,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) backup_eligible: Option<bool>,
    pub(crate) backup_state: bool,
    pub(crate) uv_initialized: bool,
    #[serde(rename = "flag", deserialize_with = "Standing::deserialize")]
    pub(crate) standing: Standing,
}

getters! {
    DynamicPart:

    /// The signature counter.
    pub fn sign_count(&self) -> u32 { self.sign_count }

    /// BE; `None` if it is not known yet.
    pub fn backup_eligible(&self) -> Option<bool> { self.backup_eligible }

    /// BS.
    pub fn backup_state(&self) -> bool { self.backup_state }

    /// Whether the user was ever verified.
    pub fn uv_initialized(&self) -> bool { self.uv_initialized }

    /// Whether the credential is active or flagged.
    pub fn standing(&self) -> &Standing { &self.standing }
}

/// Whether a credential is active or flagged.
///
/// Serialised, it is the flag, or `null`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// The credential may authenticate.
    #[default]
    Active,
    /// The credential may not authenticate: the authenticator is known to be compromised, its attestation is no longer
    /// trusted, or the like.
    Flagged(Flagged),
}

impl Serialize for Standing {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Active => serializer.serialize_none(),
            Self::Flagged(flag) => serializer.serialize_some(flag),
        }
    }
}

impl<'de> Deserialize<'de> for Standing {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Active, Self::Flagged))
    }
}

/// Why and when a credential was flagged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flagged {
    reason: String,
    at: Timestamp,
}

impl Flagged {
    /// Creates a flag with this reason and time. A reason of more than 4096 bytes is cut.
    pub fn new(reason: impl Into<String>, at: Timestamp) -> Self {
        let mut reason = reason.into();
        let ends = reason.char_indices().map(|(start, character)| start.saturating_add(character.len_utf8()));
        let end = ends.take_while(|end| *end <= REASON_MAX).last().unwrap_or(0);
        reason.truncate(end);
        Self { reason, at }
    }

    /// The reason, for people.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The time of the flag.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}
