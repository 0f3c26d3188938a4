//! RSASSA-PKCS1-v1_5 and RSASSA-PSS ([RFC 8017 section 8](https://www.rfc-editor.org/rfc/rfc8017#section-8)) with the
//! hashes of SHA-2.
//!
//! graviola encodes messages in whole words of 64 bits, and rejects every signature by a key whose modulus does not fill
//! its last word. Its exponents have at most 32 bits. All other keys, of which no authenticator is known, are prepared by
//! the backend in plain Rust.

use alloc::{boxed::Box, sync::Arc};

use ::graviola::signing::rsa::VerifyingKey;

use crate::algorithm::{Hash, Scheme};
use crate::contiguous::contiguous;
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{material::KeyMaterial, public_key::PublicKey, spki::rsa_public_key};
use crate::rust_crypto::rsa::{Padding, Rsa as PlainRust};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};

/// One verifier for each hash and padding.
pub(super) fn verifiers() -> impl Iterator<Item = Arc<dyn SignatureVerifier>> {
    ALGORITHMS.iter().map(|&(padding, hash, verify)| -> Arc<dyn SignatureVerifier> {
        Arc::new(Rsa { plain_rust: PlainRust { padding, hash }, verify })
    })
}

/// Verifies a signature over a message.
type Verify = fn(&VerifyingKey, &[u8], &[u8]) -> Result<(), ::graviola::Error>;

/// The salt of PSS has the length of the hash, and the mask uses the same hash.
static ALGORITHMS: [(Padding, Hash, Verify); 6] = [
    (Padding::Pkcs1, Hash::Sha256, VerifyingKey::verify_pkcs1_sha256),
    (Padding::Pkcs1, Hash::Sha384, VerifyingKey::verify_pkcs1_sha384),
    (Padding::Pkcs1, Hash::Sha512, VerifyingKey::verify_pkcs1_sha512),
    (Padding::Pss, Hash::Sha256, VerifyingKey::verify_pss_sha256),
    (Padding::Pss, Hash::Sha384, VerifyingKey::verify_pss_sha384),
    (Padding::Pss, Hash::Sha512, VerifyingKey::verify_pss_sha512),
];

#[derive(Debug)]
struct Rsa {
    plain_rust: PlainRust,
    verify: Verify,
}

impl SignatureVerifier for Rsa {
    fn scheme(&self) -> Scheme {
        self.plain_rust.scheme()
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        match key.material() {
            KeyMaterial::Rsa { n, e } if fills_words(n) && e.len() <= EXPONENT_BYTES_MAX => {
                let encoded = rsa_public_key(n, e).map_err(|_| MalformedKeyError::Exponent)?;
                let key = VerifyingKey::from_pkcs1_der(&encoded).map_err(|_| MalformedKeyError::Exponent)?;
                Ok(Box::new(Prepared { verify: self.verify, key }))
            }
            _ => self.plain_rust.prepare(key),
        }
    }
}

/// Whether the big-endian number has a multiple of 64 bits, and no leading zeros.
fn fills_words(n: &[u8]) -> bool {
    n.len().is_multiple_of(size_of::<u64>()) && n.first().is_some_and(|first| *first >= 0x80)
}

/// graviola keeps exponents in 32 bits.
const EXPONENT_BYTES_MAX: usize = 4;

#[derive(Debug)]
struct Prepared {
    verify: Verify,
    key: VerifyingKey,
}

impl PreparedKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        contiguous(message, |message| (self.verify)(&self.key, signature, message))
            .map_err(|_| SignatureError)
    }
}
