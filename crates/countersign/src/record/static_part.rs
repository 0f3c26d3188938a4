//! The part of a credential record that never changes
//! ([section 4](https://www.w3.org/TR/webauthn-3/#credential-record)).

use countersign_types::enumerations::{CredentialType, Transport};
use countersign_types::{Aaguid, AlgorithmIdentifier, Base64Url, CredentialId, UserHandle};

/// The part of a [`CredentialRecord`](crate::CredentialRecord) that is written once, at registration: `type`, `id`,
/// `rpId`, `publicKey`, `transports` of the specification, and the account, the algorithm and the claimed AAGUID.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct StaticPart {
    #[serde(rename = "type")]
    pub(crate) credential_type: CredentialType,
    pub(crate) id: CredentialId,
    pub(crate) rp_id: String,
    pub(crate) user_handle: UserHandle,
    pub(crate) public_key: Base64Url,
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) algorithm: Option<AlgorithmIdentifier>,
    pub(crate) transports: Vec<Transport>,
    pub(crate) aaguid: Aaguid,
}

impl StaticPart {
    pub(super) fn new(
        id: CredentialId,
        rp_id: String,
        user_handle: UserHandle,
        public_key: impl Into<Base64Url>,
    ) -> Self {
        Self {
            credential_type: CredentialType::PublicKey,
            id,
            rp_id,
            user_handle,
            public_key: public_key.into(),
            algorithm: None,
            transports: Vec::new(),
            aaguid: Aaguid::ZERO,
        }
    }
}
