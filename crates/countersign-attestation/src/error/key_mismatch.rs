//! Differences between the attested key and the credential's.

use core::fmt;

use countersign_types::AlgorithmIdentifier;

/// How the attested key differs from the credential's. Code `attestation-key-mismatch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyMismatchError {
    /// `alg` is not the algorithm of the credential key.
    Algorithm {
        /// The statement's `alg`.
        statement: AlgorithmIdentifier,
        /// The credential key's algorithm, if it names one.
        credential: Option<AlgorithmIdentifier>,
    },
    /// The attestation certificate's key, which must be the credential's, is another.
    Key,
    /// A property of the key that a TPM certified does not match the credential's key; holds its name.
    Property(&'static str),
}

impl fmt::Display for KeyMismatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Algorithm { statement, credential: Some(credential) } => {
                write!(f, "the statement's algorithm is {statement}, the credential key's {credential}")
            }
            Self::Algorithm { statement, credential: None } => {
                write!(f, "the statement's algorithm is {statement}, the credential key names none")
            }
            Self::Key => f.write_str("the attestation certificate's key is not the credential's"),
            Self::Property(name) => write!(f, "the certified key's {name} does not match the credential key"),
        }
    }
}

impl core::error::Error for KeyMismatchError {}
