//! Parameters for credential generation
//! ([section 5.3](https://www.w3.org/TR/webauthn-3/#dictionary-credential-params)).

use super::dictionary::dictionary;
use crate::{enumerations::CredentialType, identifiers::AlgorithmIdentifier};

dictionary! {
    /// `PublicKeyCredentialParameters`: a kind of credential and its algorithm.
    CredentialParameters {
        /// The kind; clients pass over parameters of an unknown one.
        #[serde(rename = "type")]
        credential_type: CredentialType,
        /// The signature algorithm, and with it the kind of key.
        alg: AlgorithmIdentifier,
    }
}

impl CredentialParameters {
    /// A public key credential of this algorithm.
    pub fn new(alg: AlgorithmIdentifier) -> Self {
        Self { credential_type: CredentialType::PublicKey, alg }
    }
}
