//! Public keys in all their encodings.

use alloc::vec::Vec;

use super::{cose, spki};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::{algorithm::Algorithm, key::material::KeyMaterial};

/// A public key that obeys the rules of its encoding.
///
/// Types, lengths and ranges have been checked, and the curve is the algorithm's. Only the verifier checks that a point
/// is on its curve: accept no key before [`Verifiers::prepare`](crate::Verifiers::prepare) succeeded for it.
///
/// Two keys are equal if their algorithms and materials are equal. To compare a credential's key with a certificate's,
/// compare their [`material`](Self::material).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    pub(super) algorithm: Option<Algorithm>,
    pub(super) material: KeyMaterial,
}

impl PublicKey {
    /// Reads a `COSE_Key` of an authenticator
    /// ([WebAuthn section 6.5.1.1](https://www.w3.org/TR/webauthn-3/#sctn-encoded-credPubKey-examples),
    /// [RFC 9052 section 7](https://www.rfc-editor.org/rfc/rfc9052#section-7)): one strict CBOR map and nothing after
    /// it, with `kty`, `alg` and all required parameters of its type.
    ///
    /// Parameters of a private key are rejected; other optional ones (`kid`, `key_ops`, `Base IV`) are accepted.
    ///
    /// ```
    /// use countersign_cose::{Algorithm, KeyError, PublicKey};
    /// # let mut bytes = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    /// # bytes.extend([1; 32]);
    /// # bytes.extend([0x22, 0x58, 0x20]);
    /// # bytes.extend([2; 32]);
    /// let key = PublicKey::from_cose(&bytes)?;
    /// assert_eq!(key.algorithm(), Some(Algorithm::Es256));
    /// # Ok::<(), KeyError>(())
    /// ```
    pub fn from_cose(bytes: &[u8]) -> Result<Self, KeyError> {
        let (algorithm, material) = cose::decode(bytes)?;
        Ok(Self { algorithm: Some(algorithm), material })
    }

    /// Reads a DER `SubjectPublicKeyInfo` of a certificate
    /// ([RFC 5280 section 4.1.2.7](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7)): elliptic-curve keys on a
    /// named curve with an uncompressed point, Ed25519, Ed448, RSA and ML-DSA keys. Nothing may follow it.
    ///
    /// Another type of key, or another curve, is [`KeyError::UnsupportedKeyType`].
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        Ok(Self { algorithm: None, material: spki::decode(der)? })
    }

    /// The algorithm in the `COSE_Key` or the JSON Web Key. `None` for a key from a `SubjectPublicKeyInfo`, which has
    /// none.
    pub fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The values of the key.
    pub fn material(&self) -> &KeyMaterial {
        &self.material
    }

    /// The key as a `COSE_Key` for `algorithm`, with the parameters in CTAP2's order, as an authenticator would send
    /// it.
    ///
    /// Fails with [`MalformedKeyError::SchemeMismatch`] if the key does not match the algorithm. To store or pass on a
    /// received key, keep its bytes, which may have optional parameters and another order.
    pub fn to_cose(&self, algorithm: Algorithm) -> Result<Vec<u8>, KeyError> {
        if !self.material.fits(algorithm.scheme()) {
            return Err(MalformedKeyError::SchemeMismatch(algorithm.scheme()).into());
        }
        Ok(cose::encode(&self.material, algorithm))
    }

    /// The key as a DER `SubjectPublicKeyInfo`, which [`from_spki`](Self::from_spki) reads and a browser's
    /// `getPublicKey()` returns.
    pub fn to_spki(&self) -> Vec<u8> {
        spki::encode(&self.material)
    }
}
