//! RSASSA-PKCS1-v1_5 and RSASSA-PSS ([RFC 8017 section 8](https://www.rfc-editor.org/rfc/rfc8017#section-8)).

use alloc::boxed::Box;

use rsa::BoxedUint;
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::algorithm::{Hash, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::limits::{RSA_MODULUS_BITS_LONGEST, RSA_MODULUS_BITS_MIN};
use crate::key::{material::KeyMaterial, public_key::PublicKey};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};

#[derive(Debug)]
pub(super) struct Pkcs1 {
    pub(super) hash: Hash,
}

impl SignatureVerifier for Pkcs1 {
    fn scheme(&self) -> Scheme {
        Scheme::RsaPkcs1 { hash: self.hash }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        Ok(Box::new(PreparedPkcs1 { hash: self.hash, key: parse(key, self.scheme())? }))
    }
}

#[derive(Debug)]
struct PreparedPkcs1 {
    hash: Hash,
    key: rsa::PublicKey,
}

impl PreparedKey for PreparedPkcs1 {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let digest = self.hash.digest_on_stack(message);
        match self.hash {
            Hash::Sha1 => self.key.pkcs1v15_verify_prehash::<Sha1>(&digest, signature),
            Hash::Sha256 => self.key.pkcs1v15_verify_prehash::<Sha256>(&digest, signature),
            Hash::Sha384 => self.key.pkcs1v15_verify_prehash::<Sha384>(&digest, signature),
            Hash::Sha512 => self.key.pkcs1v15_verify_prehash::<Sha512>(&digest, signature),
        }
        .map_err(|_| SignatureError)
    }
}

#[derive(Debug)]
pub(super) struct Pss {
    pub(super) hash: Hash,
}

impl SignatureVerifier for Pss {
    fn scheme(&self) -> Scheme {
        Scheme::RsaPss { hash: self.hash }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        Ok(Box::new(PreparedPss { hash: self.hash, key: parse(key, self.scheme())? }))
    }
}

#[derive(Debug)]
struct PreparedPss {
    hash: Hash,
    key: rsa::PublicKey,
}

impl PreparedKey for PreparedPss {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let digest = self.hash.digest_on_stack(message);
        // The salt has the length of the hash, and the mask uses the same hash.
        match self.hash {
            Hash::Sha1 => self.key.pss_verify_prehash::<Sha1>(&digest, signature),
            Hash::Sha256 => self.key.pss_verify_prehash::<Sha256>(&digest, signature),
            Hash::Sha384 => self.key.pss_verify_prehash::<Sha384>(&digest, signature),
            Hash::Sha512 => self.key.pss_verify_prehash::<Sha512>(&digest, signature),
        }
        .map_err(|_| SignatureError)
    }
}

fn parse(key: &PublicKey, scheme: Scheme) -> Result<rsa::PublicKey, KeyError> {
    let KeyMaterial::Rsa { n, e } = key.material() else {
        return Err(MalformedKeyError::SchemeMismatch(scheme).into());
    };
    let [n, e] = [n, e].map(|number| BoxedUint::from_be_slice_vartime(number));
    // These bounds, and the exponent's, were checked when the key was read; nothing else can fail.
    rsa::PublicKey::new_with_size_limits(n, e, RSA_MODULUS_BITS_MIN..=RSA_MODULUS_BITS_LONGEST)
        .map_err(|_| MalformedKeyError::Exponent.into())
}

#[cfg(test)]
mod tests;
