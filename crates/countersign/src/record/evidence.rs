//! The evidence that an attestation was assessed by
//! ([section 4, `attestationObject` and
//! `attestationClientDataJSON`](https://www.w3.org/TR/webauthn-3/#abstract-opdef-credential-record-attestationobject)).

use countersign_types::{Base64Url, Timestamp};
use serde::{Deserialize, Serialize};

/// The part of a [`CredentialRecord`](crate::CredentialRecord) by which its attestation can be assessed again: the
/// attestation object and client data as received, and the result.
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
    /// Creates evidence from a registration elsewhere: the attestation object and client data as received, and the format
    /// and attestation type (`none`, `self`, `basic`, `attca`, `anonca`, `uncertain`) that it found. Whether and when it
    /// was trusted is unknown.
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

    /// Sets the result of the assessment, and its time.
    pub fn with_judgement(mut self, trusted: Trusted, at: Timestamp) -> Self {
        self.trusted = Some(trusted);
        self.judged_at = Some(at);
        self
    }
}

getters! {
    AttestationEvidence:

    /// The attestation statement format.
    pub fn format(&self) -> &str { &self.format }

    /// The attestation type as a word.
    pub fn attestation_type(&self) -> &str { &self.attestation_type }

    /// The result of the assessment; `None` if it was not kept.
    pub fn trusted(&self) -> Option<Trusted> { self.trusted }

    /// The time of the assessment; `None` if it was not kept.
    pub fn judged_at(&self) -> Option<Timestamp> { self.judged_at }

    /// The attestation object as received.
    pub fn object(&self) -> &[u8] { &self.object }

    /// The client data as received.
    pub fn client_data(&self) -> &[u8] { &self.client_data }
}

/// The result of assessing an attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Trusted {
    /// The attestation led to a trust anchor, and its model was accepted.
    Yes,
    /// The attestation was not trusted.
    No,
    /// The attestation was not assessed.
    NotAssessed,
}
