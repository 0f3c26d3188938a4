//! Keys of credentials.

use countersign_authenticator::{PrivateKey, RsaKey};
use countersign_cose::Algorithm;

/// A fixed key of an algorithm.
#[derive(Clone)]
pub struct Key {
    pub algorithm: Algorithm,
    pub private: PrivateKey,
}

impl Key {
    pub fn new(algorithm: Algorithm) -> Self {
        let rsa = || PrivateKey::from_rsa(algorithm, RsaKey::test_key());
        let private = PrivateKey::from_bytes(algorithm, &[7; 32]).or_else(rsa).expect("a key");
        Self { algorithm, private }
    }

    /// The public key as a `COSE_Key`.
    pub fn cose(&self) -> Vec<u8> {
        self.private.cose_key().to_vec()
    }
}
