//! ECDSA ([FIPS 186-5 section 6.4](https://doi.org/10.6028/NIST.FIPS.186-5)) with the signature format of
//! [WebAuthn section 6.5.5](https://www.w3.org/TR/webauthn-3/#sctn-signature-attestation-types).

use alloc::{boxed::Box, sync::Arc};
use core::{fmt, marker::PhantomData};

use p256::ecdsa::signature::hazmat::PrehashVerifier as _;

use crate::algorithm::{Curve, Hash, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{material::KeyMaterial, public_key::PublicKey};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};

/// One verifier for each curve, with `hash`.
pub(super) fn verifiers(hash: Hash) -> [Arc<dyn SignatureVerifier>; 4] {
    [
        Arc::new(Ecdsa::<p256::ecdsa::VerifyingKey> { hash, key: PhantomData }),
        Arc::new(Ecdsa::<p384::ecdsa::VerifyingKey> { hash, key: PhantomData }),
        Arc::new(Ecdsa::<p521::ecdsa::VerifyingKey> { hash, key: PhantomData }),
        Arc::new(Ecdsa::<k256::ecdsa::VerifyingKey> { hash, key: PhantomData }),
    ]
}

#[derive(Debug)]
struct Ecdsa<K> {
    hash: Hash,
    key: PhantomData<K>,
}

impl<K: CurveKey> SignatureVerifier for Ecdsa<K> {
    fn scheme(&self) -> Scheme {
        Scheme::Ecdsa { curve: K::CURVE, hash: self.hash }
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        match key.material() {
            KeyMaterial::Ec { curve, point } if *curve == K::CURVE => {
                let key =
                    K::from_uncompressed(point.as_uncompressed()).ok_or(MalformedKeyError::NotOnCurve)?;
                Ok(Box::new(Prepared { hash: self.hash, key }))
            }
            _ => Err(MalformedKeyError::SchemeMismatch(self.scheme()).into()),
        }
    }
}

#[derive(Debug)]
struct Prepared<K> {
    hash: Hash,
    key: K,
}

impl<K: CurveKey> PreparedKey for Prepared<K> {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let verifies = self.key.verifies(&self.hash.digest_on_stack(message), signature);
        if verifies { Ok(()) } else { Err(SignatureError) }
    }
}

/// The common interface of the curves' crates, without their bounds.
trait CurveKey: Sized + fmt::Debug + Send + Sync + 'static {
    const CURVE: Curve;

    /// `None` unless the point is on the curve.
    fn from_uncompressed(point: &[u8]) -> Option<Self>;

    /// Verifies a signature in DER. Both values of `s` are accepted.
    fn verifies(&self, digest: &[u8], signature: &[u8]) -> bool;
}

macro_rules! curve_keys {
    ($($curve:ident, $library:ident $(, $normal:ident)?;)+) => {
        $(impl CurveKey for $library::ecdsa::VerifyingKey {
            const CURVE: Curve = Curve::$curve;

            fn from_uncompressed(point: &[u8]) -> Option<Self> {
                Self::from_sec1_bytes(point).ok()
            }

            fn verifies(&self, digest: &[u8], signature: &[u8]) -> bool {
                $library::ecdsa::Signature::from_der(signature)
                    .is_ok_and(|signature| self.verify_prehash(digest, &signature$(.$normal())?).is_ok())
            }
        })+
    };
}

curve_keys! {
    P256, p256;
    P384, p384;
    P521, p521;
    // The library rejects the higher of the two values of s, as Bitcoin does.
    Secp256k1, k256, normalize_s;
}

#[cfg(test)]
mod tests;
