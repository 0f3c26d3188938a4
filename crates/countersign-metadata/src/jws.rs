//! JSON Web Signatures in compact serialisation ([RFC 7515, section
//! 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)), as much of them as the metadata service has.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::Certificate;
use countersign_cose::{Algorithm, Hash, Scheme, ecdsa_signature_to_der};
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
            signature: match header.algorithm.scheme() {
                // A signature of another length becomes an empty one, which does not verify.
                Scheme::Ecdsa { curve, .. } => ecdsa_signature_to_der(&signature, curve).unwrap_or_default(),
                _ => signature,
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
