//! Parameters for credential generation
//! ([section 5.3](https://www.w3.org/TR/webauthn-3/#dictionary-credential-params)).

use super::dictionary::dictionary;
use crate::{enumerations::CredentialType, identifiers::AlgorithmIdentifier};

dictionary! {
    /// Credential parameters, Credential parameters, `PublicKeyCredentialParameters`: a kind of credential and its
    /// algorithm.
    CredentialParameters {
        /// The kind of credential; clients skip parameters of an unknown kind.
        #[serde(rename = "type")]
        credential_type: CredentialType,
        /// The signature algorithm, and with it the kind of key.
        alg: AlgorithmIdentifier,
    }
}

impl CredentialParameters {
    /// Creates the parameters of a public key credential with this algorithm.
    pub fn new(alg: AlgorithmIdentifier) -> Self {
        Self { credential_type: CredentialType::PublicKey, alg }
    }
}
