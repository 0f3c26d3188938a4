//! RSASSA-PKCS1-v1_5 and RSASSA-PSS ([RFC 8017 section 8](https://www.rfc-editor.org/rfc/rfc8017#section-8)).

use alloc::boxed::Box;

use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use crate::algorithm::{Hash, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::limits::{RSA_MODULUS_BITS_LONGEST, RSA_MODULUS_BITS_MIN};
use crate::key::{material::KeyMaterial, public_key::PublicKey};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};

/// One hash in one of the two ways to pad it.
#[derive(Debug)]
pub(crate) struct Rsa {
    pub(crate) padding: Padding,
    pub(crate) hash: Hash,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Padding {
    Pkcs1,
    /// The salt has the length of the hash, and the mask uses the same hash.
    Pss,
}

impl SignatureVerifier for Rsa {
    fn scheme(&self) -> Scheme {
        match self.padding {
            Padding::Pkcs1 => Scheme::RsaPkcs1 { hash: self.hash },
            Padding::Pss => Scheme::RsaPss { hash: self.hash },
        }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let key = parse(key, self.scheme())?;
        Ok(Box::new(Prepared { padding: self.padding, hash: self.hash, key }))
    }
}

#[derive(Debug)]
struct Prepared {
    padding: Padding,
    hash: Hash,
    key: rsa::PublicKey,
}

impl PreparedKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let (key, digest) = (&self.key, self.hash.digest_on_stack(message));
        let verified = match (self.padding, self.hash) {
            (Padding::Pkcs1, Hash::Sha1) => key.pkcs1v15_verify_prehash::<Sha1>(&digest, signature),
            (Padding::Pkcs1, Hash::Sha256) => key.pkcs1v15_verify_prehash::<Sha256>(&digest, signature),
            (Padding::Pkcs1, Hash::Sha384) => key.pkcs1v15_verify_prehash::<Sha384>(&digest, signature),
            (Padding::Pkcs1, Hash::Sha512) => key.pkcs1v15_verify_prehash::<Sha512>(&digest, signature),
            (Padding::Pss, Hash::Sha1) => key.pss_verify_prehash::<Sha1>(&digest, signature),
            (Padding::Pss, Hash::Sha256) => key.pss_verify_prehash::<Sha256>(&digest, signature),
            (Padding::Pss, Hash::Sha384) => key.pss_verify_prehash::<Sha384>(&digest, signature),
            (Padding::Pss, Hash::Sha512) => key.pss_verify_prehash::<Sha512>(&digest, signature),
        };
        verified.map_err(|_| SignatureError)
    }
}

fn parse(key: &PublicKey, scheme: Scheme) -> Result<rsa::PublicKey, KeyError> {
    let KeyMaterial::Rsa { n, e } = key.material() else {
        return Err(MalformedKeyError::SchemeMismatch(scheme).into());
    };
    let [n, e] = [n, e].map(|number| rsa::BoxedUint::from_be_slice_vartime(number));
    // These bounds, and the exponent's, were checked when the key was read; nothing else can fail.
    rsa::PublicKey::new_with_size_limits(n, e, RSA_MODULUS_BITS_MIN..=RSA_MODULUS_BITS_LONGEST)
        .map_err(|_| MalformedKeyError::Exponent.into())
}

#[cfg(test)]
mod tests;
