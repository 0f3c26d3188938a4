//! What an attestation was judged by
//! ([section 4, `attestationObject` and
//! `attestationClientDataJSON`](https://www.w3.org/TR/webauthn-3/#abstract-opdef-credential-record-attestationobject)).

use countersign_types::{Base64Url, Timestamp};
use serde::{Deserialize, Serialize};

/// The part of a [`CredentialRecord`](crate::CredentialRecord) by which its attestation can be judged again: the
/// attestation object and client data as received, and what came of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct AttestationEvidence {
    pub(crate) format: String,
    pub(crate) attestation_type: String,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) trusted: Option<Trusted>,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) judged_at: Option<Timestamp>,
    pub(crate) object: Base64Url,
    pub(crate) client_data: Base64Url,
}

impl AttestationEvidence {
    /// From a registration elsewhere: the attestation object and client data as received, and what it took the format and
    /// the attestation type for (`none`, `self`, `basic`, `attca`, `anonca`, `uncertain`). What it made of them, and when,
    /// is not known.
    pub fn new(
        format: impl Into<String>,
        attestation_type: impl Into<String>,
        object: impl Into<Vec<u8>>,
        client_data: impl Into<Vec<u8>>,
    ) -> Self {
        Self {
            format: format.into(),
            attestation_type: attestation_type.into(),
            trusted: None,
            judged_at: None,
            object: object.into().into(),
            client_data: client_data.into().into(),
        }
    }

    /// The same with what was made of it, and when.
    pub fn with_judgement(mut self, trusted: Trusted, at: Timestamp) -> Self {
        self.trusted = Some(trusted);
        self.judged_at = Some(at);
        self
    }

    /// The attestation statement format.
    pub fn format(&self) -> &str {
        &self.format
    }

    /// The attestation type as a word.
    pub fn attestation_type(&self) -> &str {
        &self.attestation_type
    }

    /// What was made of it; `None` where that was not noted.
    pub fn trusted(&self) -> Option<Trusted> {
        self.trusted
    }

    /// When it was judged; `None` where that was not noted.
    pub fn judged_at(&self) -> Option<Timestamp> {
        self.judged_at
    }

    /// The attestation object as received.
    pub fn object(&self) -> &[u8] {
        &self.object
    }

    /// The client data as received.
    pub fn client_data(&self) -> &[u8] {
        &self.client_data
    }
}

/// What was made of an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Trusted {
    /// It led to a trust anchor, and its model was accepted.
    Yes,
    /// It did not.
    No,
    /// Nobody asked.
    NotAssessed,
}
