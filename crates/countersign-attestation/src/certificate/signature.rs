//! The signature algorithms of certificates: [RFC 3279](https://www.rfc-editor.org/rfc/rfc3279),
//! [RFC 4055](https://www.rfc-editor.org/rfc/rfc4055), [RFC 5758](https://www.rfc-editor.org/rfc/rfc5758),
//! [RFC 8410](https://www.rfc-editor.org/rfc/rfc8410).

use core::fmt;

use countersign_cose::{Hash, KeyMaterial, PublicKey, Scheme};

use crate::{
    der::{self, Element, NotDer, Reader},
    oid::Oid,
};

/// The signature algorithm of a certificate or a revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// ECDSA with this hash, on the curve of the issuer's key.
    Ecdsa(Hash),
    /// RSASSA-PKCS1-v1_5 with this hash.
    RsaPkcs1(Hash),
    /// RSASSA-PSS with this hash for data and mask, and a salt of the hash's length.
    RsaPss(Hash),
    /// Ed25519.
    Ed25519,
    /// An algorithm on MD2, MD4, MD5 or SHA-1, with which certificates can be forged.
    Weak(Oid<'static>),
    /// Another algorithm, or one of the above with unexpected parameters.
    Unknown(Oid<'static>),
}

/// The DER of NULL.
const NULL: &[u8] = &[der::NULL, 0];
/// 1.2.840.10045.4.1, ecdsa-with-SHA1.
const ECDSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];
/// 1.2.840.10045.4.3, the parent of ECDSA with SHA-2.
const ECDSA_SHA2: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03];
/// 1.2.840.113549.1.1, PKCS #1.
const PKCS1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01];
/// 1.2.840.10040.4.3, dsa-with-sha1.
const DSA_SHA1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x03];
/// 1.3.14.3.2.29, sha-1WithRSAEncryption of OIW.
const OIW_RSA_SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1d];
/// 1.3.14.3.2.26, SHA-1.
const SHA1: &[u8] = &[0x2b, 0x0e, 0x03, 0x02, 0x1a];
/// 1.3.101.112, Ed25519.
const ED25519: &[u8] = &[0x2b, 0x65, 0x70];
/// 2.16.840.1.101.3.4.2, the parent of SHA-2.
const SHA2: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02];
/// 1.2.840.113549.1.1.8, MGF1.
const MGF1: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x08];

impl SignatureAlgorithm {
    /// Reads an `AlgorithmIdentifier` from DER, without trailing data.
    pub(crate) fn from_der(der: &[u8]) -> Option<Self> {
        let (contents, parameters) = der::algorithm_identifier(der).ok()?;
        Some(Self::of(contents, parameters))
    }

    fn of(contents: &[u8], parameters: Option<Element<'_>>) -> Self {
        // The RFCs require them absent for ECDSA and NULL for RSA; certificates in use have either for both.
        let plain = parameters.is_none_or(|element| element.whole == NULL);
        let known = match contents.split_last() {
            Some((2, ECDSA_SHA2)) if plain => Some(Self::Ecdsa(Hash::Sha256)),
            Some((3, ECDSA_SHA2)) if plain => Some(Self::Ecdsa(Hash::Sha384)),
            Some((4, ECDSA_SHA2)) if plain => Some(Self::Ecdsa(Hash::Sha512)),
            Some((11, PKCS1)) if plain => Some(Self::RsaPkcs1(Hash::Sha256)),
            Some((12, PKCS1)) if plain => Some(Self::RsaPkcs1(Hash::Sha384)),
            Some((13, PKCS1)) if plain => Some(Self::RsaPkcs1(Hash::Sha512)),
            Some((10, PKCS1)) => parameters.and_then(|parameters| pss(contents, parameters)),
            Some((2..=5, PKCS1)) => Some(Self::Weak(owned(contents))),
            _ => None,
        };
        match (known, contents) {
            (Some(known), _) => known,
            (None, ED25519) if parameters.is_none() => Self::Ed25519,
            (None, ECDSA_SHA1 | DSA_SHA1 | OIW_RSA_SHA1) => Self::Weak(owned(contents)),
            (None, _) => Self::Unknown(owned(contents)),
        }
    }

    /// The scheme to verify with, given the issuer's key; `None` if the key does not fit the algorithm, or the algorithm is
    /// weak or unknown.
    pub fn scheme(&self, issuer_key: &PublicKey) -> Option<Scheme> {
        match (self, issuer_key.material()) {
            (Self::Ecdsa(hash), KeyMaterial::Ec { curve, .. }) => {
                Some(Scheme::Ecdsa { curve: *curve, hash: *hash })
            }
            (Self::RsaPkcs1(hash), KeyMaterial::Rsa { .. }) => Some(Scheme::RsaPkcs1 { hash: *hash }),
            (Self::RsaPss(hash), KeyMaterial::Rsa { .. }) => Some(Scheme::RsaPss { hash: *hash }),
            (Self::Ed25519, KeyMaterial::Ed25519 { .. }) => Some(Scheme::Ed25519),
            _ => None,
        }
    }
}

impl fmt::Display for SignatureAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ecdsa(hash) => write!(f, "ECDSA {hash}"),
            Self::RsaPkcs1(hash) => write!(f, "RSASSA-PKCS1-v1_5 {hash}"),
            Self::RsaPss(hash) => write!(f, "RSASSA-PSS {hash}"),
            Self::Ed25519 => f.write_str("Ed25519"),
            Self::Weak(identifier) | Self::Unknown(identifier) => identifier.fmt(f),
        }
    }
}

fn owned(contents: &[u8]) -> Oid<'static> {
    Oid::from_contents(contents).into_owned()
}

/// `RSASSA-PSS-params` ([RFC 4055, section 3.1](https://www.rfc-editor.org/rfc/rfc4055#section-3.1)). Omitted
/// members mean SHA-1.
fn pss(contents: &[u8], parameters: Element<'_>) -> Option<SignatureAlgorithm> {
    let mut members = Reader::new(der::only(parameters.whole, der::SEQUENCE).ok()?);
    let hash = members.optional(0xa0).ok()?.map_or(Ok(SHA1), hash_algorithm).ok()?;
    let mask_hash = members.optional(0xa1).ok()?.map_or(Ok(SHA1), mask_generation).ok()?;
    let salt_length = members.optional(0xa2).ok()?.map_or(Ok(20), integer).ok()?;
    let trailer = members.optional(0xa3).ok()?.map_or(Ok(1), integer).ok()?;
    members.end().ok()?;
    if hash == SHA1 || mask_hash == SHA1 {
        return Some(SignatureAlgorithm::Weak(owned(contents)));
    }
    let known = match hash.split_last() {
        Some((1, SHA2)) => Hash::Sha256,
        Some((2, SHA2)) => Hash::Sha384,
        Some((3, SHA2)) => Hash::Sha512,
        _ => return None,
    };
    let salt_fits = usize::try_from(salt_length) == Ok(known.output_size());
    (mask_hash == hash && salt_fits && trailer == 1).then_some(SignatureAlgorithm::RsaPss(known))
}

/// Reads the identifier in an `AlgorithmIdentifier` of a hash function, with parameters NULL or absent.
fn hash_algorithm(der: &[u8]) -> Result<&[u8], NotDer> {
    let mut members = Reader::new(der::only(der, der::SEQUENCE)?);
    let identifier = members.expect(der::OBJECT_IDENTIFIER)?;
    if members.optional(der::NULL)?.is_some_and(|null| !null.is_empty()) {
        return Err(NotDer);
    }
    members.end()?;
    Ok(identifier)
}

/// Reads the hash function in an `AlgorithmIdentifier` of MGF1.
fn mask_generation(der: &[u8]) -> Result<&[u8], NotDer> {
    let mut members = Reader::new(der::only(der, der::SEQUENCE)?);
    if members.expect(der::OBJECT_IDENTIFIER)? != MGF1 {
        return Err(NotDer);
    }
    let hash = members.element()?;
    members.end()?;
    hash_algorithm(hash.whole)
}

fn integer(der: &[u8]) -> Result<u32, NotDer> {
    der::small_unsigned(der::only(der, der::INTEGER)?)
}
