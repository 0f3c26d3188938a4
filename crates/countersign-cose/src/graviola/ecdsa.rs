//! ECDSA on P-256 and P-384 ([FIPS 186-5 section 6.4](https://doi.org/10.6028/NIST.FIPS.186-5)). graviola has no other
//! curve for signatures.

use alloc::{boxed::Box, sync::Arc, vec, vec::Vec};
use core::fmt;

use ::graviola::hashing::{Sha256, Sha384, Sha512};
use ::graviola::signing::ecdsa::{self, P256, P384};

use crate::algorithm::{Curve, Hash, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{material::KeyMaterial, public_key::PublicKey};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};

/// One verifier for each of the two curves with each hash.
pub(super) fn verifiers() -> Vec<Arc<dyn SignatureVerifier>> {
    vec![
        Arc::new(Ecdsa { hash: Hash::Sha256, verify: ecdsa::VerifyingKey::<P256>::verify_asn1::<Sha256> }),
        Arc::new(Ecdsa { hash: Hash::Sha384, verify: ecdsa::VerifyingKey::<P256>::verify_asn1::<Sha384> }),
        Arc::new(Ecdsa { hash: Hash::Sha512, verify: ecdsa::VerifyingKey::<P256>::verify_asn1::<Sha512> }),
        Arc::new(Ecdsa { hash: Hash::Sha256, verify: ecdsa::VerifyingKey::<P384>::verify_asn1::<Sha256> }),
        Arc::new(Ecdsa { hash: Hash::Sha384, verify: ecdsa::VerifyingKey::<P384>::verify_asn1::<Sha384> }),
        Arc::new(Ecdsa { hash: Hash::Sha512, verify: ecdsa::VerifyingKey::<P384>::verify_asn1::<Sha512> }),
    ]
}

/// Verifies a signature in DER over the parts of a message, with a hash.
type Verify<C> = fn(&ecdsa::VerifyingKey<C>, &[&[u8]], &[u8]) -> Result<(), ::graviola::Error>;

struct Ecdsa<C: NamedCurve> {
    hash: Hash,
    verify: Verify<C>,
}

impl<C: NamedCurve> SignatureVerifier for Ecdsa<C> {
    fn scheme(&self) -> Scheme {
        Scheme::Ecdsa { curve: C::NAME, hash: self.hash }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        match key.material() {
            KeyMaterial::Ec { curve, point } if *curve == C::NAME => {
                let key = ecdsa::VerifyingKey::from_x962_uncompressed(point.as_uncompressed())
                    .map_err(|_| MalformedKeyError::NotOnCurve)?;
                Ok(Box::new(Prepared { verify: self.verify, key }))
            }
            _ => Err(MalformedKeyError::SchemeMismatch(self.scheme()).into()),
        }
    }
}

impl<C: NamedCurve> fmt::Debug for Ecdsa<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ecdsa").field(&C::NAME).field(&self.hash).finish()
    }
}

struct Prepared<C: NamedCurve> {
    verify: Verify<C>,
    key: ecdsa::VerifyingKey<C>,
}

impl<C: NamedCurve> PreparedKey for Prepared<C> {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        (self.verify)(&self.key, message, signature).map_err(|_| SignatureError)
    }
}

impl<C: NamedCurve> fmt::Debug for Prepared<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Prepared").field(&C::NAME).finish_non_exhaustive()
    }
}

/// A curve of graviola, with its name here.
trait NamedCurve: ecdsa::Curve<PublicKey: Send + Sync> + 'static {
    const NAME: Curve;
}

impl NamedCurve for P256 {
    const NAME: Curve = Curve::P256;
}

impl NamedCurve for P384 {
    const NAME: Curve = Curve::P384;
}
