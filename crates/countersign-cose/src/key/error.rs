//! The errors of public keys.

use countersign_types::{AlgorithmIdentifier, Code, cbor::CborError};

use super::limits;
use crate::algorithm::{Algorithm, Curve, Scheme};

/// Why a key cannot be read, or cannot be prepared for verification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The key breaks the rules of its encoding or type. Code `public-key-malformed`.
    #[error("malformed public key")]
    Malformed(#[from] MalformedKeyError),
    /// The `COSE_Key` names an unsupported algorithm. Code `algorithm-unsupported`.
    #[error("cose algorithm {0} is not supported")]
    UnsupportedAlgorithm(AlgorithmIdentifier),
    /// The `SubjectPublicKeyInfo` or the JSON Web Key names an unsupported key type, curve or algorithm. Code
    /// `algorithm-unsupported`.
    #[error("the type of the public key, its curve or its algorithm is not supported")]
    UnsupportedKeyType,
    /// The algorithm is supported, but the table has no verifier of this scheme. Code `verifier-missing`.
    #[error("the table has no verifier for {0}")]
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

/// The rule that a malformed key breaks. `name` is the parameter's name in its RFC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MalformedKeyError {
    /// The encoded key has more than [`ENCODED_MAX`](super::ENCODED_MAX) bytes.
    #[error("key of {got} bytes, at most {} expected", limits::ENCODED_MAX)]
    TooLong {
        /// The number of bytes.
        got: usize,
    },
    /// The key is not exactly one strict CBOR item.
    #[error("cose key is not one strict cbor item")]
    Cbor(#[source] CborError),
    /// The CBOR item is not a map.
    #[error("cose key is not a map")]
    NotMap,
    /// A label is neither integer nor text, or a common parameter (`kid`, `key_ops`, `Base IV`) breaks its definition.
    #[error("cose key with a common parameter that breaks its definition")]
    NotCoseKey,
    /// `kty` is missing or not an integer.
    #[error("kty is missing or not an integer")]
    KeyTypeMissing,
    /// `alg` is missing or not an integer.
    #[error("alg is missing or not an integer")]
    AlgorithmMissing,
    /// `kty` is not the type of the algorithm's keys.
    #[error("kty {key_type} does not fit {algorithm}")]
    KeyTypeMismatch {
        /// What `alg` says.
        algorithm: Algorithm,
        /// What `kty` says.
        key_type: i64,
    },
    /// `crv` is missing or not an integer.
    #[error("crv is missing or not an integer")]
    CurveMissing,
    /// `crv` is not the algorithm's curve.
    #[error("crv {curve} does not fit {algorithm}")]
    CurveMismatch {
        /// What `alg` says.
        algorithm: Algorithm,
        /// What `crv` says.
        curve: i64,
    },
    /// A parameter is missing or not a byte string.
    #[error("{name} is missing or not a byte string")]
    Missing {
        /// The parameter.
        name: &'static str,
    },
    /// A parameter has a wrong length.
    #[error("{name} has {got} bytes, {expected} expected")]
    Length {
        /// The parameter.
        name: &'static str,
        /// The right length in bytes.
        expected: usize,
        /// Its length in bytes.
        got: usize,
    },
    /// The point is compressed, which WebAuthn does not allow.
    #[error("the point is compressed")]
    CompressedPoint,
    /// The key has a parameter of a private key.
    #[error("private key parameter {label}")]
    PrivateParameter {
        /// Its label.
        label: i64,
    },
    /// A coordinate is not less than the field's prime.
    #[error("{name} is not less than the prime of {curve}")]
    CoordinateRange {
        /// The parameter.
        name: &'static str,
        /// The curve.
        curve: Curve,
    },
    /// Both coordinates are zero.
    #[error("both coordinates are zero")]
    ZeroPoint,
    /// The point is not on its curve, or the bytes encode no point.
    #[error("the point is not on its curve")]
    NotOnCurve,
    /// The bytes are not the one canonical encoding of their Ed25519 or Ed448 point.
    #[error("the point is not canonically encoded")]
    NotCanonical,
    /// The Ed25519 or Ed448 point has a small order, so anyone can forge signatures for it.
    #[error("the point has a small order")]
    SmallOrder,
    /// An RSA number is empty.
    #[error("{name} is empty")]
    Empty {
        /// The parameter.
        name: &'static str,
    },
    /// An RSA number begins with a zero byte.
    #[error("{name} begins with a zero byte")]
    LeadingZero {
        /// The parameter.
        name: &'static str,
    },
    /// The RSA modulus has fewer than [`RSA_MODULUS_BITS_MIN`](limits::RSA_MODULUS_BITS_MIN) or more than
    /// [`RSA_MODULUS_BITS_MAX`](limits::RSA_MODULUS_BITS_MAX) bits; with long keys enabled, more than
    /// [`RSA_MODULUS_BITS_LONGEST`](limits::RSA_MODULUS_BITS_LONGEST).
    #[error(
        "rsa modulus of {bits} bits, {} to {} expected, or {} by option",
        limits::RSA_MODULUS_BITS_MIN,
        limits::RSA_MODULUS_BITS_MAX,
        limits::RSA_MODULUS_BITS_LONGEST
    )]
    ModulusSize {
        /// Its number of bits.
        bits: usize,
    },
    /// The RSA modulus is even.
    #[error("the rsa modulus is even")]
    ModulusEven,
    /// The RSA exponent is even, 1, or has more than [`RSA_EXPONENT_BITS_MAX`](limits::RSA_EXPONENT_BITS_MAX) bits.
    #[error("the rsa exponent is not an odd number from 3 of at most {} bits", limits::RSA_EXPONENT_BITS_MAX)]
    Exponent,
    /// The key is not exactly one `SubjectPublicKeyInfo` in strict DER, or lacks the parameters of its algorithm.
    #[error("not one SubjectPublicKeyInfo in strict der")]
    NotSpki,
    /// The key is not one JSON object, has a member twice, or a member has a wrong type. Feature `jwk`.
    #[error("not one json web key with members of their types")]
    NotJwk,
    /// The JSON Web Key has a member of a private key. Feature `jwk`.
    #[error("private key member {name}")]
    PrivateMember {
        /// The member.
        name: &'static str,
    },
    /// The key does not match the scheme.
    #[error("the key does not match {0}")]
    SchemeMismatch(Scheme),
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
