//! Credential descriptors
//! ([section 5.8.3](https://www.w3.org/TR/webauthn-3/#dictionary-credential-descriptor)).

use alloc::vec::Vec;

use super::dictionary::dictionary;
use crate::enumerations::{CredentialType, Transport};
use crate::identifiers::CredentialId;

dictionary! {
    /// A credential descriptor, `PublicKeyCredentialDescriptorJSON`: a credential, and how its authenticator may be
    /// reached.
    CredentialDescriptor {
        /// The kind of credential; clients skip descriptors of an unknown kind.
        #[serde(rename = "type")]
        credential_type: CredentialType,
        /// The credential ID.
        id: CredentialId,
        /// How the authenticator may be reached, as reported at registration; empty if unknown.
        transports: Vec<Transport> = default,
    }
}

impl CredentialDescriptor {
    /// Creates the descriptor of a public key credential.
    pub fn new(id: CredentialId, transports: impl Into<Vec<Transport>>) -> Self {
        Self { credential_type: CredentialType::PublicKey, id, transports: transports.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transports_may_be_absent() {
        let text = r#"{"type":"public-key","id":"AQI"}"#;
        let descriptor: CredentialDescriptor = serde_json::from_str(text).unwrap();
        assert_eq!(descriptor, CredentialDescriptor::new(CredentialId::new([1, 2]).unwrap(), []));
        assert_eq!(serde_json::to_string(&descriptor).unwrap(), text);
        let null = r#"{"type":"public-key","id":"AQI","transports":null}"#;
        assert_eq!(serde_json::from_str::<CredentialDescriptor>(null).unwrap(), descriptor);
    }

    #[test]
    fn kind_and_id_are_required() {
        serde_json::from_str::<CredentialDescriptor>(r#"{"id":"AQI"}"#).unwrap_err();
        serde_json::from_str::<CredentialDescriptor>(r#"{"type":"public-key"}"#).unwrap_err();
    }
}
