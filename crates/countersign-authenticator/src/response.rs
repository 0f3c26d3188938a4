//! The parts of a response: authenticator data, attestation object and envelope.

use countersign_cose::hash::sha256;
use countersign_types::base64url;
use serde_json::Value;

use crate::{cbor::Cbor, members::Members};

/// The JSON of a response: `RegistrationResponseJSON` or `AuthenticationResponseJSON`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Envelope {
    /// The members outside `response`.
    pub members: Members,
    /// The members of `response`; written after `rawId`.
    pub response: Option<Members>,
}

impl Envelope {
    /// The envelope of a response by the credential with this ID.
    pub fn new(
        credential_id: &[u8],
        response: Members,
        attachment: &str,
        extension_results: impl Into<Value>,
    ) -> Self {
        let id = base64url::encode(credential_id);
        let mut members = Members::default();
        members.push("id", &*id);
        members.push("rawId", id);
        members.push("authenticatorAttachment", attachment);
        members.push("clientExtensionResults", extension_results);
        members.push("type", "public-key");
        Self { members, response: Some(response) }
    }

    /// The JSON text, without white space.
    pub fn to_text(&self) -> String {
        let mut parts = Vec::new();
        let mut response =
            self.response.as_ref().map(|response| format!("\"response\":{}", response.to_text()));
        for (name, value) in &self.members.0 {
            if name == "authenticatorAttachment" || name == "clientExtensionResults" {
                parts.extend(response.take());
            }
            parts.push(format!("{}:{value}", Value::from(name.as_str())));
        }
        parts.extend(response);
        format!("{{{}}}", parts.join(","))
    }

    /// Sets a member of `response`.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Some(response) = &mut self.response {
            response.set(name, value);
        }
    }

    /// Changes a member of `response` if it is a text.
    pub(crate) fn change_text(&mut self, name: &str, change: impl FnOnce(&str) -> String) {
        let member = self.response.as_ref().and_then(|response| response.get(name));
        if let Some(text) = member.and_then(Value::as_str).map(change) {
            self.set(name, text);
        }
    }

    /// Removes a member of `response`.
    pub fn remove(&mut self, name: &str) {
        if let Some(response) = &mut self.response {
            response.remove(name);
        }
    }
}

/// Authenticator data ([section 6.1](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data)) before it is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticatorDataDraft {
    /// SHA-256 of the RP ID.
    pub rp_id_hash: [u8; 32],
    /// The flags, see [`flags`].
    pub flags: u8,
    /// The signature counter.
    pub sign_count: u32,
    /// Attested credential data, at registration.
    pub attested: Option<AttestedCredentialDraft>,
    /// Extension outputs: a map.
    pub extensions: Option<Cbor>,
}

/// Attested credential data ([section 6.5.1](https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data)) before it
/// is encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttestedCredentialDraft {
    /// The AAGUID of the authenticator model.
    pub aaguid: [u8; 16],
    /// The length that is written for the credential ID.
    pub length: u16,
    /// The credential ID.
    pub credential_id: Vec<u8>,
    /// The `COSE_Key`.
    pub public_key: Vec<u8>,
}

impl AuthenticatorDataDraft {
    /// Authenticator data for an RP ID, without attested credential data and extension outputs.
    pub fn new(rp_id: &str, flags: u8, sign_count: u32) -> Self {
        let rp_id_hash = sha256(&[rp_id.as_bytes()]);
        Self { rp_id_hash, flags, sign_count, attested: None, extensions: None }
    }

    /// Adds attested credential data. The flag AT is left as it is.
    pub fn with_attested(mut self, attested: AttestedCredentialDraft) -> Self {
        self.attested = Some(attested);
        self
    }

    /// Adds extension outputs and the flag ED.
    pub fn with_extensions(mut self, extensions: Cbor) -> Self {
        self.flags |= flags::EXTENSION_DATA;
        self.extensions = Some(extensions);
        self
    }

    /// Encodes authenticator data.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = self.rp_id_hash.to_vec();
        bytes.push(self.flags);
        bytes.extend(self.sign_count.to_be_bytes());
        if let Some(attested) = &self.attested {
            bytes.extend(attested.aaguid);
            bytes.extend(attested.length.to_be_bytes());
            bytes.extend(&attested.credential_id);
            bytes.extend(&attested.public_key);
        }
        if let Some(extensions) = &self.extensions {
            bytes.extend(extensions.to_vec());
        }
        bytes
    }
}

/// The map of an attestation object ([section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-generating-an-attestation-object)).
pub fn attestation_object(format: &str, statement: Cbor, authenticator_data: Vec<u8>) -> Cbor {
    Cbor::map([("fmt", format.into()), ("attStmt", statement), ("authData", authenticator_data.into())])
}

impl AttestedCredentialDraft {
    /// Attested credential data for a `COSE_Key`.
    pub fn new(aaguid: [u8; 16], credential_id: &[u8], public_key: Vec<u8>) -> Self {
        let length = u16::try_from(credential_id.len()).unwrap_or(u16::MAX);
        Self { aaguid, length, credential_id: credential_id.into(), public_key }
    }
}

/// The bits of authenticator data's flags.
pub mod flags {
    /// UP: the user was present.
    pub const USER_PRESENT: u8 = 0x01;
    /// UV: the user was verified.
    pub const USER_VERIFIED: u8 = 0x04;
    /// BE: the credential may be backed up.
    pub const BACKUP_ELIGIBLE: u8 = 0x08;
    /// BS: the credential is backed up.
    pub const BACKUP_STATE: u8 = 0x10;
    /// AT: attested credential data follows.
    pub const ATTESTED_CREDENTIAL_DATA: u8 = 0x40;
    /// ED: extension outputs follow.
    pub const EXTENSION_DATA: u8 = 0x80;
}
