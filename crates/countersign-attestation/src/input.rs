//! [Section 6.5.4](https://www.w3.org/TR/webauthn-3/#sctn-attestation-formats): the inputs of a verification procedure.

use countersign_cose::{PreparedKey, PublicKey, Verifiers};
use countersign_types::{Aaguid, AttestationObject, AuthenticatorData};

use crate::error::AttestationError;

/// The inputs of a format's verification procedure. The relying party fills them in, so the struct is exhaustive.
#[derive(Debug, Clone, Copy)]
pub struct VerificationInput<'a> {
    /// `fmt` of the attestation object, as received.
    pub format: &'a str,
    /// `attStmt` of the attestation object: its CBOR, which was checked to be one well-formed item.
    pub statement: &'a [u8],
    /// `authData` of the attestation object.
    pub authenticator_data: &'a AuthenticatorData<'a>,
    /// SHA-256 of the client data's bytes.
    pub client_data_hash: &'a [u8; 32],
    /// `credentialPublicKey` of the authenticator data.
    pub credential_key: &'a PublicKey,
    /// `credential_key` as `verifiers` prepare it for the algorithm that it names, if that is done already. A format that
    /// needs the prepared key prepares it otherwise.
    pub prepared_credential_key: Option<&'a dyn PreparedKey>,
    /// The verifiers of signatures.
    pub verifiers: &'a Verifiers,
}

impl<'a> VerificationInput<'a> {
    /// The inputs for the statement of an attestation object. No key is prepared yet.
    pub const fn new(
        object: &AttestationObject<'a>,
        authenticator_data: &'a AuthenticatorData<'a>,
        client_data_hash: &'a [u8; 32],
        credential_key: &'a PublicKey,
        verifiers: &'a Verifiers,
    ) -> Self {
        Self {
            format: object.format,
            statement: object.statement,
            authenticator_data,
            client_data_hash,
            credential_key,
            prepared_credential_key: None,
            verifiers,
        }
    }

    /// The message that most formats sign: authenticator data followed by the hash of client data.
    pub fn signed_data(&self) -> [&'a [u8]; 2] {
        [self.authenticator_data.as_bytes(), self.client_data_hash]
    }

    /// The AAGUID in the authenticator data.
    pub fn aaguid(&self) -> Result<Aaguid, AttestationError> {
        self.authenticator_data
            .attested_credential_data
            .as_ref()
            .map(|data| data.aaguid)
            .ok_or(AttestationError::AttestedCredentialDataMissing)
    }
}
