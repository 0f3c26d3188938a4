//! Public keys in all their encodings.

use alloc::{boxed::Box, vec::Vec};

use super::{cose, spki};
use crate::{
    algorithm::Algorithm,
    key::{
        error::{KeyError, MalformedKeyError},
        material::KeyMaterial,
    },
};

/// A public key, its encoding's rules checked.
///
/// Types, lengths and ranges have been checked, and that the curve is the algorithm's. That a point lies on its curve
/// is for the verifier to say: accept no key before [`Verifiers::prepare`](crate::Verifiers::prepare) succeeded on it.
///
/// Two keys are equal if all of this is: the algorithm, the material, the received bytes. To compare a credential's key
/// with a certificate's, compare their [`material`](Self::material).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub(super) algorithm: Option<Algorithm>,
    pub(super) material: KeyMaterial,
    pub(super) cose: Option<Box<[u8]>>,
}

impl PublicKey {
    /// Reads a `COSE_Key` as an authenticator sends it
    /// ([WebAuthn section 6.5.1.1](https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples),
    /// [RFC 9052 section 7](https://www.rfc-editor.org/rfc/rfc9052#section-7)): one strict CBOR map and nothing after
    /// it, with `kty`, `alg` and all required parameters of its type.
    ///
    /// Parameters of a private key are refused; other optional ones (`kid`, `key_ops`, `Base IV`) are accepted.
    ///
    /// ```
    /// use countersign_cose::{Algorithm, KeyError, PublicKey};
    /// # let mut bytes = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    /// # bytes.extend([1; 32]);
    /// # bytes.extend([0x22, 0x58, 0x20]);
    /// # bytes.extend([2; 32]);
    /// let key = PublicKey::from_cose(&bytes)?;
    /// assert_eq!(key.algorithm(), Some(Algorithm::Es256));
    /// assert_eq!(key.as_cose(), Some(&bytes[..]));
    /// # Ok::<(), KeyError>(())
    /// ```
    pub fn from_cose(bytes: &[u8]) -> Result<Self, KeyError> {
        let (algorithm, material) = cose::decode(bytes)?;
        Ok(Self { algorithm: Some(algorithm), material, cose: Some(bytes.into()) })
    }

    /// Reads a DER `SubjectPublicKeyInfo`, as certificates have it
    /// ([RFC 5280 section 4.1.2.7](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7)): elliptic-curve keys on a
    /// named curve with an uncompressed point, Ed25519, Ed448, RSA and ML-DSA keys. Nothing may follow it.
    ///
    /// Another type of key, or another curve, is [`KeyError::UnsupportedKeyType`].
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        Ok(Self { algorithm: None, material: spki::decode(der)?, cose: None })
    }

    /// The algorithm that the `COSE_Key` or the JSON Web Key names; `None` for a key from a `SubjectPublicKeyInfo`, which
    /// names none.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// What the key is made of.
    pub fn material(&self) -> &KeyMaterial {
        &self.material
    }

    /// The `COSE_Key` as it was received; `None` for a key that came otherwise.
    pub fn as_cose(&self) -> Option<&[u8]> {
        self.cose.as_deref()
    }

    /// The key as a `COSE_Key` for `algorithm`, in the order that CTAP2 has: what an authenticator would send.
    ///
    /// [`MalformedKeyError::SchemeMismatch`] where the key is none for the algorithm. To hand a received key on, take
    /// [`as_cose`](Self::as_cose).
    pub fn to_cose(&self, algorithm: Algorithm) -> Result<Vec<u8>, KeyError> {
        if !self.material.fits(algorithm.scheme()) {
            return Err(MalformedKeyError::SchemeMismatch(algorithm.scheme()).into());
        }
        Ok(cose::encode(&self.material, algorithm))
    }

    /// The key as a DER `SubjectPublicKeyInfo`, which [`from_spki`](Self::from_spki) reads.
    ///
    /// It is what a browser's `getPublicKey()` returns.
    pub fn to_spki(&self) -> Vec<u8> {
        spki::encode(&self.material)
    }
}
