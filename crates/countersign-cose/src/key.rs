//! Public keys: what they are made of, whatever encoding they came in.

use alloc::{boxed::Box, vec::Vec};

use crate::{Algorithm, Curve, ParameterSet, Scheme};

mod cose;
mod error;
#[cfg(feature = "jwk")]
mod jwk;
mod spki;

pub use error::{KeyError, KeyFault};

/// A public key, its encoding's rules checked.
///
/// Types, lengths and ranges have been checked, and that the curve is the algorithm's. That a point lies on its curve
/// is for the verifier to say: accept no key before [`Verifiers::prepare`](crate::Verifiers::prepare) succeeded on it.
///
/// Two keys are equal if all of this is: the algorithm, the material, the received bytes. To compare a credential's key
/// with a certificate's, compare their [`material`](Self::material).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: Option<Algorithm>,
    material: KeyMaterial,
    cose: Option<Box<[u8]>>,
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
    /// [`KeyFault::SchemeMismatch`] where the key is none for the algorithm. To hand a received key on, take
    /// [`as_cose`](Self::as_cose).
    pub fn to_cose(&self, algorithm: Algorithm) -> Result<Vec<u8>, KeyError> {
        if !self.material.fits(algorithm.scheme()) {
            return Err(KeyFault::SchemeMismatch(algorithm.scheme()).into());
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

/// The numbers of a public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyMaterial {
    /// A point on an elliptic curve. It is neither (0, 0) nor out of the field; whether it is on the curve has not been
    /// checked.
    Ec {
        /// The curve.
        curve: Curve,
        /// The first coordinate, big-endian, [`field_size`](Curve::field_size) bytes.
        x: Vec<u8>,
        /// The second coordinate, big-endian, [`field_size`](Curve::field_size) bytes.
        y: Vec<u8>,
    },
    /// An Ed25519 point. Whether it can be decoded has not been checked.
    Ed25519 {
        /// The compressed point ([RFC 8032 section 5.1.2](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.2)).
        x: [u8; 32],
    },
    /// An Ed448 point. Whether it can be decoded has not been checked.
    Ed448 {
        /// The compressed point ([RFC 8032 section 5.2.2](https://www.rfc-editor.org/rfc/rfc8032#section-5.2.2)).
        x: [u8; 57],
    },
    /// An RSA modulus of [`RSA_MODULUS_BITS_MIN`] to [`RSA_MODULUS_BITS_LONGEST`] bits, and its exponent, both odd.
    /// Beyond [`RSA_MODULUS_BITS_MAX`] it can't be prepared for verification without an option.
    Rsa {
        /// The modulus, big-endian, without leading zeros.
        n: Vec<u8>,
        /// The public exponent, big-endian, without leading zeros: 3 or more, at most [`RSA_EXPONENT_BITS_MAX`] bits.
        e: Vec<u8>,
    },
    /// An ML-DSA key. Every value of the right length is one.
    MlDsa {
        /// The parameter set.
        parameter_set: ParameterSet,
        /// The encoded key ([FIPS 204 algorithm 22](https://doi.org/10.6028/NIST.FIPS.204)),
        /// [`key_size`](ParameterSet::key_size) bytes.
        key: Vec<u8>,
    },
}

impl KeyMaterial {
    fn ec(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, KeyFault> {
        for (name, coordinate) in [("x", x), ("y", y)] {
            if coordinate.len() != curve.field_size() {
                return Err(KeyFault::Length { name, expected: curve.field_size(), got: coordinate.len() });
            }
            if coordinate >= curve.prime() {
                return Err(KeyFault::CoordinateRange { name, curve });
            }
        }
        // On none of the curves: an encoding of the point at infinity that some implementations write.
        if x.iter().chain(y).all(|byte| *byte == 0) {
            return Err(KeyFault::ZeroPoint);
        }
        Ok(Self::Ec { curve, x: x.to_vec(), y: y.to_vec() })
    }

    fn ed25519(x: &[u8]) -> Result<Self, KeyFault> {
        let fault = KeyFault::Length { name: "x", expected: 32, got: x.len() };
        x.try_into().map(|x| Self::Ed25519 { x }).map_err(|_| fault)
    }

    fn ed448(x: &[u8]) -> Result<Self, KeyFault> {
        let fault = KeyFault::Length { name: "x", expected: 57, got: x.len() };
        x.try_into().map(|x| Self::Ed448 { x }).map_err(|_| fault)
    }

    fn ml_dsa(parameter_set: ParameterSet, key: &[u8]) -> Result<Self, KeyFault> {
        let expected = parameter_set.key_size();
        if key.len() != expected {
            return Err(KeyFault::Length { name: "pub", expected, got: key.len() });
        }
        Ok(Self::MlDsa { parameter_set, key: key.to_vec() })
    }

    /// Refuses an RSA modulus of more bits than these.
    pub(crate) fn check_modulus(&self, longest: usize) -> Result<(), KeyFault> {
        match self {
            Self::Rsa { n, .. } if bit_length(n) > longest => {
                Err(KeyFault::ModulusSize { bits: bit_length(n) })
            }
            _ => Ok(()),
        }
    }

    /// Whether signatures of `scheme` are made with such a key.
    pub(crate) fn fits(&self, scheme: Scheme) -> bool {
        match (self, scheme) {
            (Self::Ec { curve, .. }, Scheme::Ecdsa { curve: expected, .. }) => *curve == expected,
            (Self::MlDsa { parameter_set, .. }, Scheme::MlDsa { parameter_set: expected }) => {
                *parameter_set == expected
            }
            (Self::Ed25519 { .. }, Scheme::Ed25519)
            | (Self::Ed448 { .. }, Scheme::Ed448)
            | (Self::Rsa { .. }, Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. }) => true,
            _ => false,
        }
    }

    fn rsa(n: &[u8], e: &[u8]) -> Result<Self, KeyFault> {
        for (name, number) in [("n", n), ("e", e)] {
            match number.first() {
                None => return Err(KeyFault::Empty { name }),
                Some(0) => return Err(KeyFault::LeadingZero { name }),
                Some(_) => {}
            }
        }
        let bits = bit_length(n);
        if !(RSA_MODULUS_BITS_MIN..=RSA_MODULUS_BITS_LONGEST).contains(&bits) {
            return Err(KeyFault::ModulusSize { bits });
        }
        if !is_odd(n) {
            return Err(KeyFault::ModulusEven);
        }
        if !is_odd(e) || e == [1] || bit_length(e) > RSA_EXPONENT_BITS_MAX {
            return Err(KeyFault::Exponent);
        }
        Ok(Self::Rsa { n: n.to_vec(), e: e.to_vec() })
    }
}

/// The most bytes that an encoded key may have.
///
/// An RSA key of [`RSA_MODULUS_BITS_LONGEST`] takes about 1050, the longest key in the COSE registry (ML-DSA-87) about
/// 2600; the rest is room for optional parameters.
pub const ENCODED_MAX: usize = 8192;

/// The fewest bits of an RSA modulus:
/// [RFC 8230 section 6.1](https://www.rfc-editor.org/rfc/rfc8230#section-6.1).
pub const RSA_MODULUS_BITS_MIN: usize = 2048;

/// The most bits of an RSA modulus to verify with. No authenticator makes longer keys, and the cost of a verification
/// grows with the square of the length.
pub const RSA_MODULUS_BITS_MAX: usize = 4096;

/// The most bits of an RSA modulus to verify with where
/// [`Verifiers::with_long_rsa_keys`](crate::Verifiers::with_long_rsa_keys) says so, and of one that is read at all: what
/// AWS-LC goes up to.
pub const RSA_MODULUS_BITS_LONGEST: usize = 8192;

/// The most bits of an RSA exponent. Every key in use has 65537 or 3; longer exponents only make verification slow.
/// The limit is the one of the backend in plain Rust.
pub const RSA_EXPONENT_BITS_MAX: usize = 33;

/// The number of bits of a big-endian number without leading zero bytes.
fn bit_length(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    number.len().saturating_mul(8).saturating_sub(usize::try_from(unused).unwrap_or(0))
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last % 2 == 1)
}
