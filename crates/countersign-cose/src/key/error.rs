//! The errors of public keys.

use core::fmt;

use countersign_types::{AlgorithmIdentifier, Code, cbor::CborError};

use super::limits;
use crate::algorithm::{Algorithm, Curve, Scheme};

/// Why a key cannot be read, or cannot be prepared for verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// The key breaks the rules of its encoding or type. Code `public-key-malformed`.
    Malformed(MalformedKeyError),
    /// The `COSE_Key` names an unsupported algorithm. Code `algorithm-unsupported`.
    UnsupportedAlgorithm(AlgorithmIdentifier),
    /// The `SubjectPublicKeyInfo` or the JSON Web Key names an unsupported key type, curve or algorithm. Code
    /// `algorithm-unsupported`.
    UnsupportedKeyType,
    /// The algorithm is supported, but the table has no verifier of this scheme. Code `verifier-missing`.
    VerifierMissing(Scheme),
}

impl KeyError {
    /// The stable code of the error.
    pub const fn code(&self) -> Code {
        match self {
            Self::Malformed(_) => Code::PublicKeyMalformed,
            Self::UnsupportedAlgorithm(_) | Self::UnsupportedKeyType => Code::AlgorithmUnsupported,
            Self::VerifierMissing(_) => Code::VerifierMissing,
        }
    }
}

impl From<MalformedKeyError> for KeyError {
    fn from(error: MalformedKeyError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(_) => f.write_str("malformed public key"),
            Self::UnsupportedAlgorithm(identifier) => {
                write!(f, "cose algorithm {identifier} is not supported")
            }
            Self::UnsupportedKeyType => {
                f.write_str("the type of the public key, its curve or its algorithm is not supported")
            }
            Self::VerifierMissing(scheme) => write!(f, "the table has no verifier for {scheme}"),
        }
    }
}

impl core::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}

/// The rule that a malformed key breaks. `name` is the parameter's name in its RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MalformedKeyError {
    /// The encoded key has more than [`ENCODED_MAX`](super::ENCODED_MAX) bytes.
    TooLong {
        /// The number of bytes.
        got: usize,
    },
    /// The key is not exactly one strict CBOR item.
    Cbor(CborError),
    /// The CBOR item is not a map.
    NotMap,
    /// A label is neither integer nor text, or a common parameter (`kid`, `key_ops`, `Base IV`) breaks its definition.
    NotCoseKey,
    /// `kty` is missing or not an integer.
    KeyTypeMissing,
    /// `alg` is missing or not an integer.
    AlgorithmMissing,
    /// `kty` is not the type of the algorithm's keys.
    KeyTypeMismatch {
        /// What `alg` says.
        algorithm: Algorithm,
        /// What `kty` says.
        key_type: i64,
    },
    /// `crv` is missing or not an integer.
    CurveMissing,
    /// `crv` is not the algorithm's curve.
    CurveMismatch {
        /// What `alg` says.
        algorithm: Algorithm,
        /// What `crv` says.
        curve: i64,
    },
    /// A parameter is missing or not a byte string.
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// A parameter has a wrong length.
    Length {
        /// The parameter.
        name: &'static str,
        /// The right length in bytes.
        expected: usize,
        /// Its length in bytes.
        got: usize,
    },
    /// The point is compressed, which WebAuthn does not allow.
    CompressedPoint,
    /// The key has a parameter of a private key.
    PrivateParameter {
        /// Its label.
        label: i64,
    },
    /// A coordinate is not less than the field's prime.
    CoordinateRange {
        /// The parameter.
        name: &'static str,
        /// The curve.
        curve: Curve,
    },
    /// Both coordinates are zero.
    ZeroPoint,
    /// The point is not on its curve, or the bytes encode no point.
    NotOnCurve,
    /// The bytes are not the one canonical encoding of their Ed25519 or Ed448 point.
    NotCanonical,
    /// The Ed25519 or Ed448 point has a small order, so anyone can forge signatures for it.
    SmallOrder,
    /// An RSA number is empty.
    Empty {
        /// The parameter.
        name: &'static str,
    },
    /// An RSA number begins with a zero byte.
    LeadingZero {
        /// The parameter.
        name: &'static str,
    },
    /// The RSA modulus has fewer than [`RSA_MODULUS_BITS_MIN`](limits::RSA_MODULUS_BITS_MIN) or more than
    /// [`RSA_MODULUS_BITS_MAX`](limits::RSA_MODULUS_BITS_MAX) bits; with long keys enabled, more than
    /// [`RSA_MODULUS_BITS_LONGEST`](limits::RSA_MODULUS_BITS_LONGEST).
    ModulusSize {
        /// Its number of bits.
        bits: usize,
    },
    /// The RSA modulus is even.
    ModulusEven,
    /// The RSA exponent is even, 1, or has more than [`RSA_EXPONENT_BITS_MAX`](limits::RSA_EXPONENT_BITS_MAX) bits.
    Exponent,
    /// The key is not exactly one `SubjectPublicKeyInfo` in strict DER, or lacks the parameters of its algorithm.
    NotSpki,
    /// The key is not one JSON object, has a member twice, or a member has a wrong type. Feature `jwk`.
    NotJwk,
    /// The JSON Web Key has a member of a private key. Feature `jwk`.
    PrivateMember {
        /// The member.
        name: &'static str,
    },
    /// The key does not match the scheme.
    SchemeMismatch(Scheme),
}

impl fmt::Display for MalformedKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { got } => {
                write!(f, "key of {got} bytes, at most {} expected", limits::ENCODED_MAX)
            }
            Self::Cbor(_) => f.write_str("cose key is not one strict cbor item"),
            Self::NotMap => f.write_str("cose key is not a map"),
            Self::NotCoseKey => f.write_str("cose key with a common parameter that breaks its definition"),
            Self::KeyTypeMissing => f.write_str("kty is missing or not an integer"),
            Self::AlgorithmMissing => f.write_str("alg is missing or not an integer"),
            Self::KeyTypeMismatch { algorithm, key_type } => {
                write!(f, "kty {key_type} does not fit {algorithm}")
            }
            Self::CurveMissing => f.write_str("crv is missing or not an integer"),
            Self::CurveMismatch { algorithm, curve } => write!(f, "crv {curve} does not fit {algorithm}"),
            Self::Missing { name } => write!(f, "{name} is missing or not a byte string"),
            Self::Length { name, expected, got } => write!(f, "{name} has {got} bytes, {expected} expected"),
            Self::CompressedPoint => f.write_str("the point is compressed"),
            Self::PrivateParameter { label } => write!(f, "private key parameter {label}"),
            Self::CoordinateRange { name, curve } => {
                write!(f, "{name} is not less than the prime of {curve}")
            }
            Self::ZeroPoint => f.write_str("both coordinates are zero"),
            Self::NotOnCurve => f.write_str("the point is not on its curve"),
            Self::NotCanonical => f.write_str("the point is not canonically encoded"),
            Self::SmallOrder => f.write_str("the point has a small order"),
            Self::Empty { name } => write!(f, "{name} is empty"),
            Self::LeadingZero { name } => write!(f, "{name} begins with a zero byte"),
            Self::ModulusSize { bits } => write!(
                f,
                "rsa modulus of {bits} bits, {} to {} expected, or {} by option",
                limits::RSA_MODULUS_BITS_MIN,
                limits::RSA_MODULUS_BITS_MAX,
                limits::RSA_MODULUS_BITS_LONGEST
            ),
            Self::ModulusEven => f.write_str("the rsa modulus is even"),
            Self::Exponent => write!(
                f,
                "the rsa exponent is not an odd number from 3 of at most {} bits",
                limits::RSA_EXPONENT_BITS_MAX
            ),
            Self::NotSpki => f.write_str("not one SubjectPublicKeyInfo in strict der"),
            Self::NotJwk => f.write_str("not one json web key with members of their types"),
            Self::PrivateMember { name } => write!(f, "private key member {name}"),
            Self::SchemeMismatch(scheme) => write!(f, "the key does not match {scheme}"),
        }
    }
}

impl core::error::Error for MalformedKeyError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Cbor(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString as _};
    use core::error::Error;

    use super::*;

    fn chain(error: &dyn Error) -> String {
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            text = text + ": " + &cause.to_string();
            source = cause.source();
        }
        text
    }

    #[test]
    fn errors_say_what_was_expected_and_what_came() {
        let algorithm = Algorithm::Es256;
        for (error, expected) in [
            (
                MalformedKeyError::CurveMismatch { algorithm, curve: 2 }.into(),
                "malformed public key: crv 2 does not fit ES256",
            ),
            (
                MalformedKeyError::Length { name: "x", expected: 32, got: 33 }.into(),
                "malformed public key: x has 33 bytes, 32 expected",
            ),
            (
                MalformedKeyError::ModulusSize { bits: 1024 }.into(),
                "malformed public key: rsa modulus of 1024 bits, 2048 to 4096 expected, or 8192 by option",
            ),
            (
                MalformedKeyError::Cbor(CborError::TrailingData { at: 77 }).into(),
                "malformed public key: cose key is not one strict cbor item: \
                 not strict cbor: bytes follow the item, at byte 77",
            ),
            (
                KeyError::UnsupportedAlgorithm(AlgorithmIdentifier(-65_534)),
                "cose algorithm -65534 is not supported",
            ),
            (
                KeyError::VerifierMissing(algorithm.scheme()),
                "the table has no verifier for ECDSA P-256 SHA-256",
            ),
        ] {
            assert_eq!(chain(&error), expected);
        }
    }

    #[test]
    fn each_error_has_its_code() {
        assert_eq!(KeyError::from(MalformedKeyError::NotMap).code(), Code::PublicKeyMalformed);
        assert_eq!(KeyError::UnsupportedKeyType.code(), Code::AlgorithmUnsupported);
    }
}
