//! Ed25519 ([RFC 8032 section 5.1](https://www.rfc-editor.org/rfc/rfc8032#section-5.1)). graviola accepts points of small
//! order, so keys and signatures are checked with the other backend's code.

use alloc::boxed::Box;

use ::graviola::signing::eddsa::Ed25519VerifyingKey;

use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{material::KeyMaterial, public_key::PublicKey};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};
use crate::{algorithm::Scheme, contiguous::contiguous, rust_crypto::ed25519};

#[derive(Debug)]
pub(super) struct Ed25519;

impl SignatureVerifier for Ed25519 {
    fn scheme(&self) -> Scheme {
        Scheme::Ed25519
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let KeyMaterial::Ed25519 { x } = key.material() else {
            return Err(MalformedKeyError::SchemeMismatch(self.scheme()).into());
        };
        ed25519::strict_key(x)?;
        let key = Ed25519VerifyingKey::from_bytes(x).map_err(|_| MalformedKeyError::NotOnCurve)?;
        Ok(Box::new(Prepared(key)))
    }
}

#[derive(Debug)]
struct Prepared(Ed25519VerifyingKey);

impl PreparedKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        if !ed25519::is_strict(signature) {
            return Err(SignatureError);
        }
        contiguous(message, |message| self.0.verify(signature, message)).map_err(|_| SignatureError)
    }
}
