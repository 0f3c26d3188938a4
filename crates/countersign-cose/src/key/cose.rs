//! `COSE_Key`: [RFC 9052 section 7](https://www.rfc-editor.org/rfc/rfc9052#section-7), with the key types of
//! [RFC 9053 section 7](https://www.rfc-editor.org/rfc/rfc9053#section-7),
//! [RFC 8230 section 4](https://www.rfc-editor.org/rfc/rfc8230#section-4) and
//! [RFC 9964 section 4](https://www.rfc-editor.org/rfc/rfc9964#section-4).

use alloc::{vec, vec::Vec};
use core::ops::RangeInclusive;

use ciborium::Value;
use coset::iana::{EnumI64 as _, KeyType};
use coset::{AsCborValue as _, CoseKey, Label};
use countersign_types::{AlgorithmIdentifier, cbor};

use crate::algorithm::{Algorithm, Curve, ParameterSet, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{limits::ENCODED_MAX, material::KeyMaterial};

const KTY: i64 = 1;
const ALG: i64 = 3;
const CRV: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const N: i64 = -1;
const E: i64 = -2;
const PUB: i64 = -1;

/// `d`.
const CURVE_PRIVATE: RangeInclusive<i64> = -4..=-4;
/// `d`, `p`, `q`, `dP`, `dQ`, `qInv`, `other`, `r_i`, `d_i`, `t_i`.
const RSA_PRIVATE: RangeInclusive<i64> = -12..=-3;
/// `priv`.
const AKP_PRIVATE: RangeInclusive<i64> = -2..=-2;

const CURVE_ED25519: i64 = 6;
const CURVE_ED448: i64 = 7;

/// The bytes before `x` of a P-256 key for ES256, and of an Ed25519 key for EdDSA, as authenticators write them: in
/// CTAP2's canonical form, without optional parameters.
const ES256_HEAD: &[u8] = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20";
const EDDSA_HEAD: &[u8] = b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20";
/// The bytes between `x` and `y`.
const Y_HEAD: &[u8] = b"\x22\x58\x20";

pub(super) fn decode(bytes: &[u8]) -> Result<(Algorithm, KeyMaterial), KeyError> {
    match decode_usual(bytes) {
        Some(decoded) => decoded,
        None => decode_any(bytes),
    }
}

/// Decodes the usual encoding of the two most frequent keys. It takes an eighth of the time of [`decode_any`], and has
/// the same result.
fn decode_usual(bytes: &[u8]) -> Option<Result<(Algorithm, KeyMaterial), KeyError>> {
    let (algorithm, material) = if let Some(rest) = bytes.strip_prefix(ES256_HEAD) {
        let (x, rest) = rest.split_first_chunk::<32>()?;
        let y: &[u8; 32] = rest.strip_prefix(Y_HEAD)?.try_into().ok()?;
        (Algorithm::Es256, KeyMaterial::ec(Curve::P256, x, y))
    } else {
        let x: &[u8; 32] = bytes.strip_prefix(EDDSA_HEAD)?.try_into().ok()?;
        (Algorithm::EdDsa, KeyMaterial::ed25519(x))
    };
    Some(material.map(|material| (algorithm, material)).map_err(KeyError::from))
}

fn decode_any(bytes: &[u8]) -> Result<(Algorithm, KeyMaterial), KeyError> {
    if bytes.len() > ENCODED_MAX {
        return Err(MalformedKeyError::TooLong { got: bytes.len() }.into());
    }
    cbor::check(bytes, cbor::MAX_DEPTH).map_err(MalformedKeyError::Cbor)?;
    let value: Value = ciborium::from_reader(bytes).map_err(|_| MalformedKeyError::NotCoseKey)?;

    // `coset` reports a number that its registry does not list as a parse error, so both are read first.
    let members = value.as_map().ok_or(MalformedKeyError::NotMap)?;
    let key_type = integer(members, KTY).ok_or(MalformedKeyError::KeyTypeMissing)?;
    let identifier = AlgorithmIdentifier(integer(members, ALG).ok_or(MalformedKeyError::AlgorithmMissing)?);
    let algorithm =
        Algorithm::from_identifier(identifier).ok_or(KeyError::UnsupportedAlgorithm(identifier))?;
    if key_type != key_type_of(algorithm.scheme()) {
        return Err(MalformedKeyError::KeyTypeMismatch { algorithm, key_type }.into());
    }

    let key = CoseKey::from_cbor_value(value).map_err(|_| MalformedKeyError::NotCoseKey)?;
    let material = match algorithm.scheme() {
        Scheme::Ecdsa { curve, .. } => elliptic_curve_key(&key, algorithm, curve),
        Scheme::Ed25519 => octet_key_pair(&key, algorithm, CURVE_ED25519).and_then(KeyMaterial::ed25519),
        Scheme::Ed448 => octet_key_pair(&key, algorithm, CURVE_ED448).and_then(KeyMaterial::ed448),
        Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. } => rsa_key(&key),
        Scheme::MlDsa { parameter_set } => algorithm_key_pair(&key, parameter_set),
    }?;
    Ok((algorithm, material))
}

/// Encodes a key with its parameters in the order of [CTAP2's canonical
/// form](https://fidoalliance.org/specs/fido-v2.2-ps-20250714/fido-client-to-authenticator-protocol-v2.2-ps-20250714.html#message-encoding).
pub(super) fn encode(material: &KeyMaterial, algorithm: Algorithm) -> Vec<u8> {
    let parameters = match material {
        KeyMaterial::Ec { curve, point } => vec![
            (CRV, curve.identifier().into()),
            (X, point.x().to_vec().into()),
            (Y, point.y().to_vec().into()),
        ],
        KeyMaterial::Ed25519 { x } => vec![(CRV, CURVE_ED25519.into()), (X, x.to_vec().into())],
        KeyMaterial::Ed448 { x } => vec![(CRV, CURVE_ED448.into()), (X, x.to_vec().into())],
        KeyMaterial::Rsa { n, e } => vec![(N, n.clone().into()), (E, e.clone().into())],
        KeyMaterial::MlDsa { key, .. } => vec![(PUB, key.clone().into())],
    };
    let head = [(KTY, key_type_of(algorithm.scheme()).into()), (ALG, algorithm.identifier().0.into())];
    let members: Vec<(Value, Value)> = head
        .into_iter()
        .chain(parameters)
        .map(|(label, value): (i64, Value)| (label.into(), value))
        .collect();
    let mut bytes = Vec::new();
    #[expect(clippy::expect_used, reason = "writing to a vector does not fail")]
    ciborium::into_writer(&Value::Map(members), &mut bytes).expect("a key has an encoding");
    bytes
}

fn key_type_of(scheme: Scheme) -> i64 {
    match scheme {
        Scheme::Ecdsa { .. } => KeyType::EC2.to_i64(),
        Scheme::Ed25519 | Scheme::Ed448 => KeyType::OKP.to_i64(),
        Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. } => KeyType::RSA.to_i64(),
        Scheme::MlDsa { .. } => KeyType::AKP.to_i64(),
    }
}

/// RFC 9053 section 7.1.1.
fn elliptic_curve_key(
    key: &CoseKey,
    algorithm: Algorithm,
    curve: Curve,
) -> Result<KeyMaterial, MalformedKeyError> {
    reject_private(key, CURVE_PRIVATE)?;
    expect_curve(key, algorithm, curve.identifier())?;
    if let Some(Value::Bool(_)) = parameter(key, Y) {
        return Err(MalformedKeyError::CompressedPoint);
    }
    KeyMaterial::ec(curve, byte_string(key, X, "x")?, byte_string(key, Y, "y")?)
}

/// RFC 9053 section 7.2.
fn octet_key_pair(key: &CoseKey, algorithm: Algorithm, curve: i64) -> Result<&[u8], MalformedKeyError> {
    reject_private(key, CURVE_PRIVATE)?;
    expect_curve(key, algorithm, curve)?;
    byte_string(key, X, "x")
}

/// RFC 9964 section 4.
fn algorithm_key_pair(key: &CoseKey, parameter_set: ParameterSet) -> Result<KeyMaterial, MalformedKeyError> {
    reject_private(key, AKP_PRIVATE)?;
    KeyMaterial::ml_dsa(parameter_set, byte_string(key, PUB, "pub")?)
}

/// RFC 8230 section 4.
fn rsa_key(key: &CoseKey) -> Result<KeyMaterial, MalformedKeyError> {
    reject_private(key, RSA_PRIVATE)?;
    KeyMaterial::rsa(byte_string(key, N, "n")?, byte_string(key, E, "e")?)
}

fn reject_private(key: &CoseKey, labels: RangeInclusive<i64>) -> Result<(), MalformedKeyError> {
    for (label, _) in &key.params {
        match label {
            Label::Int(label) if labels.contains(label) => {
                return Err(MalformedKeyError::PrivateParameter { label: *label });
            }
            _ => {}
        }
    }
    Ok(())
}

fn expect_curve(key: &CoseKey, algorithm: Algorithm, expected: i64) -> Result<(), MalformedKeyError> {
    let curve = parameter(key, CRV)
        .and_then(Value::as_integer)
        .and_then(|curve| i64::try_from(curve).ok())
        .ok_or(MalformedKeyError::CurveMissing)?;
    if curve == expected { Ok(()) } else { Err(MalformedKeyError::CurveMismatch { algorithm, curve }) }
}

fn byte_string<'a>(key: &'a CoseKey, label: i64, name: &'static str) -> Result<&'a [u8], MalformedKeyError> {
    parameter(key, label)
        .and_then(Value::as_bytes)
        .map(|bytes| &**bytes)
        .ok_or(MalformedKeyError::Missing { name })
}

fn parameter(key: &CoseKey, label: i64) -> Option<&Value> {
    key.params.iter().find(|(found, _)| *found == Label::Int(label)).map(|(_, value)| value)
}

fn integer(members: &[(Value, Value)], label: i64) -> Option<i64> {
    let (_, value) = members.iter().find(|(found, _)| found.as_integer() == Some(label.into()))?;
    i64::try_from(value.as_integer()?).ok()
}

#[cfg(test)]
mod tests;
