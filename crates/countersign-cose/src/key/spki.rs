//! `SubjectPublicKeyInfo`: [RFC 5280 section 4.1.2.7](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7), with the
//! keys of [RFC 5480 section 2](https://www.rfc-editor.org/rfc/rfc5480#section-2),
//! [RFC 8410 section 4](https://www.rfc-editor.org/rfc/rfc8410#section-4),
//! [RFC 3279 section 2.3.1](https://www.rfc-editor.org/rfc/rfc3279#section-2.3.1) and
//! [RFC 9881 section 4](https://www.rfc-editor.org/rfc/rfc9881#section-4).

use alloc::vec::Vec;

use der::asn1::{AnyRef, BitStringRef, ObjectIdentifier, UintRef};
use der::{Decode, Encode as _, Reader as _, SliceReader, Tag};

use crate::algorithm::{Curve, ParameterSet};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::{
    limits::ENCODED_MAX,
    material::{EcPoint, KeyMaterial},
};

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const ED448: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.113");
const RSA_ENCRYPTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

pub(super) fn decode(der: &[u8]) -> Result<KeyMaterial, KeyError> {
    if der.len() > ENCODED_MAX {
        return Err(MalformedKeyError::TooLong { got: der.len() }.into());
    }
    let (algorithm, parameters, key) = read(der).map_err(|_| MalformedKeyError::NotSpki)?;
    let key = key.as_bytes().ok_or(MalformedKeyError::NotSpki)?;
    match algorithm {
        EC_PUBLIC_KEY => {
            let curve = parameters.ok_or(MalformedKeyError::NotSpki)?;
            let curve = curve.decode_as::<ObjectIdentifier>().map_err(|_| MalformedKeyError::NotSpki)?;
            let curve = curve_of(curve).ok_or(KeyError::UnsupportedKeyType)?;
            Ok(point(curve, key)?)
        }
        ED25519 if parameters.is_none() => Ok(KeyMaterial::ed25519(key)?),
        ED448 if parameters.is_none() => Ok(KeyMaterial::ed448(key)?),
        RSA_ENCRYPTION if parameters == Some(AnyRef::NULL) => {
            let (n, e) = read_rsa(key).map_err(|_| MalformedKeyError::NotSpki)?;
            Ok(KeyMaterial::rsa(n.as_bytes(), e.as_bytes())?)
        }
        ED25519 | ED448 | RSA_ENCRYPTION => Err(MalformedKeyError::NotSpki.into()),
        _ => {
            let parameter_set = parameter_set_of(algorithm).ok_or(KeyError::UnsupportedKeyType)?;
            if parameters.is_some() {
                return Err(MalformedKeyError::NotSpki.into());
            }
            Ok(KeyMaterial::ml_dsa(parameter_set, key)?)
        }
    }
}

type Parts<'a> = (ObjectIdentifier, Option<AnyRef<'a>>, BitStringRef<'a>);

fn read(der: &[u8]) -> der::Result<Parts<'_>> {
    let mut reader = SliceReader::new(der)?;
    let parts = reader.sequence(|reader| -> der::Result<Parts<'_>> {
        let (algorithm, parameters) = pair(reader)?;
        Ok((algorithm, parameters, reader.decode()?))
    })?;
    reader.finish()?;
    Ok(parts)
}

/// `RSAPublicKey` of [RFC 8017 appendix A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1).
fn read_rsa(der: &[u8]) -> der::Result<(UintRef<'_>, UintRef<'_>)> {
    let mut reader = SliceReader::new(der)?;
    let numbers = pair(&mut reader)?;
    reader.finish()?;
    Ok(numbers)
}

/// A sequence of exactly two elements.
fn pair<'a, A, B>(reader: &mut SliceReader<'a>) -> der::Result<(A, B)>
where
    A: Decode<'a, Error = der::Error>,
    B: Decode<'a, Error = der::Error>,
{
    reader.sequence(|reader| Ok((reader.decode()?, reader.decode()?)))
}

fn point(curve: Curve, encoded: &[u8]) -> Result<KeyMaterial, MalformedKeyError> {
    match encoded.split_first() {
        Some((&EcPoint::UNCOMPRESSED, coordinates)) => {
            let middle = curve.field_size().min(coordinates.len());
            let (x, y) = coordinates.split_at(middle);
            KeyMaterial::ec(curve, x, y)
        }
        Some((0x02 | 0x03, _)) => Err(MalformedKeyError::CompressedPoint),
        _ => Err(MalformedKeyError::NotSpki),
    }
}

pub(super) fn encode(material: &KeyMaterial) -> Vec<u8> {
    #[expect(
        clippy::expect_used,
        reason = "it fails only on lengths of 4 GiB, and an encoded key is far shorter"
    )]
    write(material).expect("a key has an encoding")
}

fn write(material: &KeyMaterial) -> der::Result<Vec<u8>> {
    let (algorithm, key) = match material {
        KeyMaterial::Ec { curve, point } => {
            ([EC_PUBLIC_KEY.to_der()?, oid_of(*curve).to_der()?].concat(), point.as_uncompressed().to_vec())
        }
        KeyMaterial::Ed25519 { x } => (ED25519.to_der()?, x.to_vec()),
        KeyMaterial::Ed448 { x } => (ED448.to_der()?, x.to_vec()),
        KeyMaterial::Rsa { n, e } => {
            ([RSA_ENCRYPTION.to_der()?, AnyRef::NULL.to_der()?].concat(), rsa_public_key(n, e)?)
        }
        KeyMaterial::MlDsa { parameter_set, key } => {
            (oid_of_parameter_set(*parameter_set).to_der()?, key.clone())
        }
    };
    sequence(&[sequence(&[algorithm])?, BitStringRef::from_bytes(&key)?.to_der()?])
}

/// Writes the `RSAPublicKey` that `read_rsa` reads.
pub(crate) fn rsa_public_key(n: &[u8], e: &[u8]) -> der::Result<Vec<u8>> {
    sequence(&[UintRef::new(n)?.to_der()?, UintRef::new(e)?.to_der()?])
}

fn sequence(elements: &[Vec<u8>]) -> der::Result<Vec<u8>> {
    AnyRef::new(Tag::Sequence, &elements.concat())?.to_der()
}

/// [RFC 5480 section 2.1.1.1](https://www.rfc-editor.org/rfc/rfc5480#section-2.1.1.1);
/// [SEC 2 appendix A.2.1](https://www.secg.org/sec2-v2.pdf) for secp256k1.
const fn oid_of(curve: Curve) -> ObjectIdentifier {
    match curve {
        Curve::P256 => ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7"),
        Curve::P384 => ObjectIdentifier::new_unwrap("1.3.132.0.34"),
        Curve::P521 => ObjectIdentifier::new_unwrap("1.3.132.0.35"),
        Curve::Secp256k1 => ObjectIdentifier::new_unwrap("1.3.132.0.10"),
    }
}

fn curve_of(oid: ObjectIdentifier) -> Option<Curve> {
    Curve::ALL.iter().copied().find(|curve| oid_of(*curve) == oid)
}

/// [RFC 9881 section 2](https://www.rfc-editor.org/rfc/rfc9881#section-2).
const fn oid_of_parameter_set(parameter_set: ParameterSet) -> ObjectIdentifier {
    match parameter_set {
        ParameterSet::MlDsa44 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.17"),
        ParameterSet::MlDsa65 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.18"),
        ParameterSet::MlDsa87 => ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.3.19"),
    }
}

fn parameter_set_of(oid: ObjectIdentifier) -> Option<ParameterSet> {
    ParameterSet::ALL.iter().copied().find(|parameter_set| oid_of_parameter_set(*parameter_set) == oid)
}

#[cfg(test)]
mod tests;
