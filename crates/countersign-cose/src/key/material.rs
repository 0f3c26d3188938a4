//! The values of public keys, with the checks that all encodings share.

use alloc::vec::Vec;
use core::fmt;

use crate::algorithm::{Curve, ParameterSet, Scheme};
use crate::key::error::MalformedKeyError;
#[cfg(doc)]
use crate::key::limits::RSA_MODULUS_BITS_MAX;
use crate::key::limits::{RSA_EXPONENT_BITS_MAX, RSA_MODULUS_BITS_LONGEST, RSA_MODULUS_BITS_MIN};

/// The values of a public key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyMaterial {
    /// An elliptic-curve point. It is not (0, 0), and its coordinates are in the field. It may not be on the curve.
    Ec {
        /// The curve.
        curve: Curve,
        /// The point.
        point: EcPoint,
    },
    /// An Ed25519 point, which may not be decodable.
    Ed25519 {
        /// The compressed point ([RFC 8032 section 5.1.2](https://www.rfc-editor.org/rfc/rfc8032#section-5.1.2)).
        x: [u8; 32],
    },
    /// An Ed448 point, which may not be decodable.
    Ed448 {
        /// The compressed point ([RFC 8032 section 5.2.2](https://www.rfc-editor.org/rfc/rfc8032#section-5.2.2)).
        x: [u8; 57],
    },
    /// An RSA modulus of [`RSA_MODULUS_BITS_MIN`] to [`RSA_MODULUS_BITS_LONGEST`] bits, and its exponent, both odd.
    /// Beyond [`RSA_MODULUS_BITS_MAX`] it can be prepared for verification only after
    /// [`Verifiers::with_long_rsa_keys`](crate::Verifiers::with_long_rsa_keys).
    Rsa {
        /// The modulus, big-endian, without leading zeros.
        n: Vec<u8>,
        /// The public exponent, big-endian, without leading zeros: 3 or more, at most [`RSA_EXPONENT_BITS_MAX`] bits.
        e: Vec<u8>,
    },
    /// An ML-DSA key. Every value of the right length is valid.
    MlDsa {
        /// The parameter set.
        parameter_set: ParameterSet,
        /// The encoded key ([FIPS 204 algorithm 22](https://doi.org/10.6028/NIST.FIPS.204)),
        /// [`key_size`](ParameterSet::key_size) bytes.
        key: Vec<u8>,
    },
}

/// The coordinates of an elliptic-curve point. They are not on the heap, so that a key takes no allocation.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EcPoint {
    /// The uncompressed encoding; zero beyond it, so that the derived comparisons are those of the coordinates.
    bytes: [u8; 1 + 2 * FIELD_SIZE_MAX],
    field_size: usize,
}

/// The field size of P-521.
const FIELD_SIZE_MAX: usize = 66;

impl EcPoint {
    /// The first byte of an uncompressed encoding.
    pub(super) const UNCOMPRESSED: u8 = 0x04;

    /// Both coordinates have the field size of a curve.
    fn new(x: &[u8], y: &[u8]) -> Self {
        let mut bytes = [0; 1 + 2 * FIELD_SIZE_MAX];
        let encoding = [Self::UNCOMPRESSED].into_iter().chain(x.iter().chain(y).copied());
        bytes.iter_mut().zip(encoding).for_each(|(byte, value)| *byte = value);
        Self { bytes, field_size: x.len() }
    }

    /// The first coordinate, big-endian, [`field_size`](Curve::field_size) bytes.
    pub fn x(&self) -> &[u8] {
        self.as_uncompressed().get(1..=self.field_size).unwrap_or_default()
    }

    /// The second coordinate, big-endian, [`field_size`](Curve::field_size) bytes.
    pub fn y(&self) -> &[u8] {
        self.as_uncompressed().get(self.field_size.saturating_add(1)..).unwrap_or_default()
    }

    /// The uncompressed encoding ([SEC 1 section 2.3.3](https://www.secg.org/sec1-v2.pdf)): 0x04 and both coordinates.
    pub fn as_uncompressed(&self) -> &[u8] {
        self.bytes.get(..=self.field_size.saturating_mul(2)).unwrap_or_default()
    }
}

impl fmt::Debug for EcPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EcPoint").field(&self.as_uncompressed()).finish()
    }
}

impl KeyMaterial {
    pub(super) fn ec(curve: Curve, x: &[u8], y: &[u8]) -> Result<Self, MalformedKeyError> {
        for (name, coordinate) in [("x", x), ("y", y)] {
            check_length(name, coordinate, curve.field_size())?;
            if coordinate >= curve.prime() {
                return Err(MalformedKeyError::CoordinateRange { name, curve });
            }
        }
        // It is on none of the curves. Some implementations encode the point at infinity so.
        if x.iter().chain(y).all(|byte| *byte == 0) {
            return Err(MalformedKeyError::ZeroPoint);
        }
        Ok(Self::Ec { curve, point: EcPoint::new(x, y) })
    }

    pub(super) fn ed25519(x: &[u8]) -> Result<Self, MalformedKeyError> {
        let fault = MalformedKeyError::Length { name: "x", expected: 32, got: x.len() };
        x.try_into().map(|x| Self::Ed25519 { x }).map_err(|_| fault)
    }

    pub(super) fn ed448(x: &[u8]) -> Result<Self, MalformedKeyError> {
        let fault = MalformedKeyError::Length { name: "x", expected: 57, got: x.len() };
        x.try_into().map(|x| Self::Ed448 { x }).map_err(|_| fault)
    }

    pub(super) fn ml_dsa(parameter_set: ParameterSet, key: &[u8]) -> Result<Self, MalformedKeyError> {
        check_length("pub", key, parameter_set.key_size())?;
        Ok(Self::MlDsa { parameter_set, key: key.to_vec() })
    }

    /// Rejects an RSA modulus with more bits than `longest`.
    pub(crate) fn check_modulus(&self, longest: usize) -> Result<(), MalformedKeyError> {
        match self {
            Self::Rsa { n, .. } if bit_length(n) > longest => {
                Err(MalformedKeyError::ModulusSize { bits: bit_length(n) })
            }
            _ => Ok(()),
        }
    }

    /// Whether such a key makes signatures of `scheme`.
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

    pub(super) fn rsa(n: &[u8], e: &[u8]) -> Result<Self, MalformedKeyError> {
        for (name, number) in [("n", n), ("e", e)] {
            match number.first() {
                None => return Err(MalformedKeyError::Empty { name }),
                Some(0) => return Err(MalformedKeyError::LeadingZero { name }),
                Some(_) => {}
            }
        }
        let bits = bit_length(n);
        if !(RSA_MODULUS_BITS_MIN..=RSA_MODULUS_BITS_LONGEST).contains(&bits) {
            return Err(MalformedKeyError::ModulusSize { bits });
        }
        if !is_odd(n) {
            return Err(MalformedKeyError::ModulusEven);
        }
        if !is_odd(e) || e == [1] || bit_length(e) > RSA_EXPONENT_BITS_MAX {
            return Err(MalformedKeyError::Exponent);
        }
        Ok(Self::Rsa { n: n.to_vec(), e: e.to_vec() })
    }
}

fn check_length(name: &'static str, bytes: &[u8], expected: usize) -> Result<(), MalformedKeyError> {
    let got = bytes.len();
    if got == expected { Ok(()) } else { Err(MalformedKeyError::Length { name, expected, got }) }
}

/// The number of bits of a big-endian number without leading zero bytes.
fn bit_length(number: &[u8]) -> usize {
    let unused = number.first().map_or(0, |first| first.leading_zeros());
    number.len().saturating_mul(8).saturating_sub(usize::try_from(unused).unwrap_or(0))
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last % 2 == 1)
}
