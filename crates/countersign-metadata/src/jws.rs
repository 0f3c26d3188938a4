//! JSON Web Signatures in compact serialisation ([RFC 7515, section
//! 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)), as much of them as the metadata service has.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::Certificate;
use countersign_cose::{Algorithm, Hash, Scheme};
use countersign_types::base64url;

use crate::{
    BlobFault, MetadataError,
    json::{Fault, Reader, Text, Texts, once},
};

/// The most certificates in `x5c`, as in an attestation statement.
const X5C_MAX: usize = 8;

/// The most bytes of an encoded header: that of as many certificates of the greatest length, twice base64.
const HEADER_MAX: usize = 256 * 1024;

/// A JWS whose signature nobody looked at.
#[derive(Debug)]
pub(crate) struct Jws<'a> {
    pub(crate) algorithm: Algorithm,
    /// The certificates of `x5c`, the signer's first; `None` without one, or if `x5u` says that they are elsewhere.
    pub(crate) chain: Option<Vec<Certificate>>,
    /// The payload in base64url.
    pub(crate) payload: &'a [u8],
    /// What is signed: header and payload as they came.
    pub(crate) signed: &'a [u8],
    /// The signature in the form that the algorithm has in COSE and in certificates.
    pub(crate) signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, MetadataError> {
        let [header, payload, signature] = parts(bytes).ok_or(BlobFault::NotJws("not three parts"))?;
        if header.len() > HEADER_MAX {
            return Err(BlobFault::NotJws("the header is too long").into());
        }
        let length = header.len().saturating_add(1).saturating_add(payload.len());
        let header =
            base64url::decode(header).map_err(|_| BlobFault::NotJws("the header is not base64url"))?;
        let header = String::from_utf8(header).map_err(|_| BlobFault::NotJws("the header is not utf-8"))?;
        let header = Header::read(&header)?;
        let signature =
            base64url::decode(signature).map_err(|_| BlobFault::NotJws("the signature is not base64url"))?;
        Ok(Self {
            algorithm: header.algorithm,
            chain: header.chain,
            payload,
            signed: bytes.get(..length).unwrap_or_default(),
            signature: match half_of_signature(header.algorithm) {
                Some(half) => der_of_pair(&signature, half),
                None => signature,
            },
        })
    }
}

impl Jws<'_> {
    /// The hash of the signature.
    pub(crate) const fn hash(&self) -> Hash {
        match self.algorithm.scheme() {
            Scheme::Ecdsa { hash, .. } | Scheme::RsaPkcs1 { hash } | Scheme::RsaPss { hash } => hash,
            // None of those that sign a BLOB.
            _ => Hash::Sha256,
        }
    }
}

/// What stands between the two dots, and around them. A search for single bytes, for nearly all of it is the payload.
fn parts(bytes: &[u8]) -> Option<[&[u8]; 3]> {
    let mut dots = memchr::memchr_iter(b'.', bytes);
    let (first, second) = (dots.next()?, dots.next()?);
    if dots.next().is_some() {
        return None;
    }
    let (rest, signature) = bytes.split_at_checked(second)?;
    let (header, payload) = rest.split_at_checked(first)?;
    Some([header, payload.strip_prefix(b".")?, signature.strip_prefix(b".")?])
}

struct Header {
    algorithm: Algorithm,
    chain: Option<Vec<Certificate>>,
}

#[derive(Default)]
struct Members<'a> {
    alg: Option<Text<'a>>,
    typ: Option<Text<'a>>,
    x5c: Option<Texts<'a>>,
    x5u: Option<Text<'a>>,
    crit: Option<()>,
}

impl Header {
    fn read(text: &str) -> Result<Self, MetadataError> {
        let mut members = Members::default();
        let mut reader = Reader::new(text);
        reader
            .object(|reader, name| match name {
                "alg" => once(&mut members.alg, "alg", reader.text()?),
                "typ" => once(&mut members.typ, "typ", reader.text()?),
                "x5u" => once(&mut members.x5u, "x5u", reader.text()?),
                "x5c" => once(&mut members.x5c, "x5c", Texts::read(reader)?),
                "crit" => once(&mut members.crit, "crit", reader.skip().map(drop)?),
                _ => reader.skip().map(drop),
            })
            .and_then(|()| reader.end())
            .map_err(|fault| match fault {
                Fault::Syntax(_) => BlobFault::NotJws("the header is not json"),
                fault => fault.into(),
            })?;
        // What must be understood is not: there is no such parameter for a BLOB.
        if members.crit.is_some() {
            return Err(BlobFault::NotJws("the header has critical parameters").into());
        }
        if members.typ.is_some_and(|typ| !typ.decode().eq_ignore_ascii_case("JWT")) {
            return Err(BlobFault::NotJws("typ is not JWT").into());
        }
        let alg = members.alg.ok_or(BlobFault::Missing("alg"))?.decode();
        let algorithm =
            algorithm(&alg).ok_or_else(|| MetadataError::Algorithm(alg.chars().take(32).collect()))?;
        let chain = match (members.x5u, members.x5c) {
            // The address comes first; nothing is fetched here.
            (Some(_), _) | (None, None) => None,
            (None, Some(x5c)) => Some(certificates(x5c)?),
        };
        Ok(Self { algorithm, chain })
    }
}

/// The signature algorithms that a BLOB may have: of JSON Web Algorithms ([RFC 7518, section
/// 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)) those with a public key.
fn algorithm(name: &str) -> Option<Algorithm> {
    use Algorithm::{Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    [Es256, Es384, Es512, Rs256, Rs384, Rs512, Ps256, Ps384, Ps512].into_iter().find(|own| own.name() == name)
}

fn certificates(x5c: Texts<'_>) -> Result<Vec<Certificate>, BlobFault> {
    let texts: Vec<_> = x5c.iter().collect();
    if texts.is_empty() || texts.len() > X5C_MAX {
        return Err(BlobFault::NotJws("x5c has no certificate, or too many"));
    }
    let certificate = |(position, text): (usize, &Text<'_>)| {
        let der = STANDARD
            .decode(text.decode().as_bytes())
            .map_err(|_| BlobFault::Certificate { position, error: None })?;
        Certificate::from_der(&der).map_err(|error| BlobFault::Certificate { position, error: Some(error) })
    };
    texts.iter().enumerate().map(certificate).collect()
}

/// The length of each of the two numbers of an ECDSA signature.
const fn half_of_signature(algorithm: Algorithm) -> Option<usize> {
    match algorithm {
        Algorithm::Es256 => Some(32),
        Algorithm::Es384 => Some(48),
        Algorithm::Es512 => Some(66),
        _ => None,
    }
}

/// The DER of the two numbers of an ECDSA signature ([RFC 7518, section
/// 3.4](https://www.rfc-editor.org/rfc/rfc7518#section-3.4)). A signature of another length becomes an empty one, which
/// does not verify.
fn der_of_pair(pair: &[u8], half: usize) -> Vec<u8> {
    const SEQUENCE: u8 = 0x30;
    match pair.split_at_checked(half) {
        Some((r, s)) if s.len() == half => element(SEQUENCE, &[integer(r), integer(s)].concat()),
        _ => Vec::new(),
    }
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    const INTEGER: u8 = 0x02;
    // One zero stays: before a set sign bit, or for the number 0.
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let magnitude = bytes.get(zeros..).unwrap_or_default();
    let positive = magnitude.first().is_some_and(|byte| *byte < 0x80);
    element(INTEGER, &[if positive { &[][..] } else { &[0] }, magnitude].concat())
}

/// An element of at most 255 bytes: an integer here has 67 at the most, a pair of them 138.
fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    let length = u8::try_from(contents.len()).unwrap_or(u8::MAX);
    let head: &[u8] = if length < 0x80 { &[tag, length] } else { &[tag, 0x81, length] };
    [head, contents].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_of_numbers_becomes_der() {
        assert_eq!(der_of_pair(&[0, 1, 0x80, 0], 2), [0x30, 8, 2, 1, 1, 2, 3, 0, 0x80, 0]);
        assert_eq!(der_of_pair(&[0, 0, 0, 0], 2), [0x30, 6, 2, 1, 0, 2, 1, 0]);
        assert_eq!(der_of_pair(&[1, 2, 3], 2), [0; 0]);
        assert_eq!(der_of_pair(&[1, 2, 3, 4, 5], 2), [0; 0]);
        assert_eq!(der_of_pair(&[0xff; 132], 66)[..6], [0x30, 0x81, 138, 2, 67, 0]);
    }
}
