//! The traits of verification: a backend implements them for one signature scheme each.

use alloc::boxed::Box;
use core::fmt;

use crate::{algorithm::Scheme, key::error::KeyError, key::public_key::PublicKey};

/// The error for a signature that does not verify. It deliberately has no detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature does not verify")]
pub struct SignatureError;

/// Prepares keys for one signature scheme. A backend is a set of these verifiers.
pub trait SignatureVerifier: fmt::Debug + Send + Sync {
    /// The scheme whose signatures the prepared keys verify.
    fn scheme(&self) -> Scheme;

    /// Parses `key` for verification: the point must be on its curve, the modulus within its limits.
    ///
    /// Must fail with [`KeyError::Malformed`] if the key does not match the scheme.
    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError>;
}

/// A parsed key, to verify many signatures.
pub trait PreparedKey: fmt::Debug + Send + Sync {
    /// Verifies `signature` over the concatenation of `message`'s parts.
    ///
    /// The parts save the caller a copy: WebAuthn signs authenticator data followed by the hash of client data.
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError>;
}
