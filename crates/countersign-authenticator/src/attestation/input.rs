//! The subject of an attestation statement: a new credential and its ceremony.

use crate::private_key::PrivateKey;

/// The credential that a statement attests, and its ceremony.
pub(crate) struct AttestationInput<'a> {
    pub(crate) credential_key: &'a PrivateKey,
    pub(crate) credential_id: &'a [u8],
    pub(crate) rp_id_hash: [u8; 32],
    pub(crate) aaguid: [u8; 16],
    pub(crate) authenticator_data: &'a [u8],
    pub(crate) client_data_hash: [u8; 32],
}

impl AttestationInput<'_> {
    /// Authenticator data and the hash of client data: what most formats sign.
    pub(super) fn message(&self) -> Vec<u8> {
        [self.authenticator_data, &self.client_data_hash].concat()
    }
}
