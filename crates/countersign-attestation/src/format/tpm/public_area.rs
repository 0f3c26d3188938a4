//! `TPMT_PUBLIC`, the public area of the credential's key: TPM 2.0 Part 2, section 12.2.4.

use countersign_cose::{Curve, KeyMaterial, PublicKey, Scheme};

use super::{details::ObjectAttributes, error::TpmError, hash::TpmHash, reader::Reader};
use crate::error::key_mismatch::KeyMismatchError;

/// `TPM_ALG_NULL`.
const NULL: u16 = 0x0010;

/// A public area, completely read.
#[derive(Debug)]
pub(super) struct PublicArea<'a> {
    bytes: &'a [u8],
    name_hash: TpmHash,
    attributes: ObjectAttributes,
    scheme: Option<SigningScheme>,
    key: Key<'a>,
}

/// `scheme`, the only scheme of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SigningScheme {
    RsaSsa(TpmHash),
    RsaPss(TpmHash),
    Ecdsa(TpmHash),
}

/// The key in `parameters` and `unique`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key<'a> {
    Rsa { key_bits: u16, exponent: u32, modulus: &'a [u8] },
    Ecc { curve: u16, x: &'a [u8], y: &'a [u8] },
}

impl<'a> PublicArea<'a> {
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, TpmError> {
        let mut reader = Reader::new("pubArea", bytes)?;
        let object_type = reader.u16("type")?;
        if !matches!(object_type, 0x0001 | 0x0023) {
            return Err(value("type", object_type));
        }
        let name_hash = hash(&mut reader, "nameAlg")?;
        let attributes = ObjectAttributes::from_bits(reader.u32("objectAttributes")?);
        reader.sized("authPolicy")?;
        // Only keys that protect other objects have a symmetric algorithm.
        only_null(&mut reader, "symmetric")?;
        let scheme = SigningScheme::read(&mut reader)?;
        let key = if object_type == 0x0001 { Key::rsa(&mut reader) } else { Key::ecc(&mut reader) }?;
        reader.end()?;
        Ok(Self { bytes, name_hash, attributes, scheme, key })
    }

    pub(super) const fn attributes(&self) -> ObjectAttributes {
        self.attributes
    }

    /// The object's Name: TPM 2.0 Part 1, section 16.
    pub(super) fn name(&self) -> Vec<u8> {
        let mut name = self.name_hash.identifier().to_be_bytes().to_vec();
        name.extend(self.name_hash.digest(self.bytes));
        name
    }

    /// Checks that this is the public area of `credential`, and that the key can make its signatures.
    pub(super) fn check_is(&self, credential: &PublicKey) -> Result<(), KeyMismatchError> {
        self.key.check_is(credential.material())?;
        if !self.attributes.signs() {
            return Err(KeyMismatchError::Property("objectAttributes"));
        }
        let scheme = credential.algorithm().map(countersign_cose::Algorithm::scheme);
        match (self.scheme, scheme) {
            (Some(only), Some(scheme)) if !only.is(scheme) => Err(KeyMismatchError::Property("scheme")),
            _ => Ok(()),
        }
    }
}

impl SigningScheme {
    fn read(reader: &mut Reader<'_>) -> Result<Option<Self>, TpmError> {
        let scheme = match reader.u16("scheme")? {
            NULL => return Ok(None),
            0x0014 => Self::RsaSsa,
            0x0016 => Self::RsaPss,
            0x0018 => Self::Ecdsa,
            other => return Err(value("scheme", other)),
        };
        hash(reader, "scheme hashAlg").map(scheme).map(Some)
    }

    fn is(self, scheme: Scheme) -> bool {
        match (self, scheme) {
            (Self::RsaSsa(own), Scheme::RsaPkcs1 { hash })
            | (Self::RsaPss(own), Scheme::RsaPss { hash })
            | (Self::Ecdsa(own), Scheme::Ecdsa { hash, .. }) => own.is(hash),
            _ => false,
        }
    }
}

impl<'a> Key<'a> {
    /// The rest of `TPMS_RSA_PARMS`, and `TPM2B_PUBLIC_KEY_RSA`.
    fn rsa(reader: &mut Reader<'a>) -> Result<Self, TpmError> {
        let key_bits = reader.u16("keyBits")?;
        let exponent = reader.u32("exponent")?;
        let modulus = reader.sized("unique")?;
        Ok(Self::Rsa { key_bits, exponent, modulus })
    }

    /// The rest of `TPMS_ECC_PARMS`, and `TPMS_ECC_POINT`.
    fn ecc(reader: &mut Reader<'a>) -> Result<Self, TpmError> {
        let curve = reader.u16("curveID")?;
        // No key uses it yet, and TPMs require that it is null.
        only_null(reader, "kdf")?;
        let x = reader.sized("unique x")?;
        let y = reader.sized("unique y")?;
        Ok(Self::Ecc { curve, x, y })
    }

    fn check_is(self, credential: &KeyMaterial) -> Result<(), KeyMismatchError> {
        let pairs = match (self, credential) {
            (Self::Rsa { key_bits, exponent, modulus }, KeyMaterial::Rsa { n, e }) => [
                ("modulus", modulus == n),
                ("keyBits", usize::from(key_bits) == n.len().saturating_mul(8)),
                ("exponent", is_exponent(exponent, e)),
            ],
            (Self::Ecc { curve: identifier, x, y }, KeyMaterial::Ec { curve, point }) => [
                ("curve", curve_identifier(*curve) == Some(identifier)),
                ("x", is_coordinate(x, point.x())),
                ("y", is_coordinate(y, point.y())),
            ],
            _ => [("type", false); 3],
        };
        match pairs.into_iter().find(|(_, same)| !same) {
            Some((name, _)) => Err(KeyMismatchError::Property(name)),
            None => Ok(()),
        }
    }
}

/// Whether `exponent` is the big-endian number `e` without leading zeros. 0 means 65537.
fn is_exponent(exponent: u32, e: &[u8]) -> bool {
    let exponent = if exponent == 0 { 65_537 } else { exponent };
    let bytes = exponent.to_be_bytes();
    let leading_zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(leading_zeros..) == Some(e)
}

/// Whether `coordinate` is `full`. Some TPMs omit leading zeros.
fn is_coordinate(coordinate: &[u8], full: &[u8]) -> bool {
    let missing = full.len().checked_sub(coordinate.len());
    missing
        .and_then(|missing| full.split_at_checked(missing))
        .is_some_and(|(zeros, significant)| significant == coordinate && zeros.iter().all(|byte| *byte == 0))
}

/// `TPM_ECC_CURVE`: TPM 2.0 Part 2, section 6.4.
const fn curve_identifier(curve: Curve) -> Option<u16> {
    match curve {
        Curve::P256 => Some(0x0003),
        Curve::P384 => Some(0x0004),
        Curve::P521 => Some(0x0005),
        _ => None,
    }
}

fn hash(reader: &mut Reader<'_>, field: &'static str) -> Result<TpmHash, TpmError> {
    let identifier = reader.u16(field)?;
    TpmHash::from_identifier(identifier).ok_or(value(field, identifier))
}

fn only_null(reader: &mut Reader<'_>, field: &'static str) -> Result<(), TpmError> {
    match reader.u16(field)? {
        NULL => Ok(()),
        other => Err(value(field, other)),
    }
}

fn value(field: &'static str, got: u16) -> TpmError {
    TpmError::Value { field, got: got.into() }
}
