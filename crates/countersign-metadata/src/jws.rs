//! JSON Web Signatures in compact serialisation ([RFC 7515, section
//! 7.1](https://www.rfc-editor.org/rfc/rfc7515#section-7.1)), as far as the metadata service uses them.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_attestation::Certificate;
use countersign_cose::{Algorithm, Hash, Scheme, ecdsa_signature_to_der};
use countersign_types::base64url;

use crate::{
    error::{MalformedBlobError, MetadataError},
    json::{JsonError, Reader, Text, Texts, members},
    limits::{HEADER_MAX, X5C_MAX},
};

/// A JWS whose signature has not been verified.
#[derive(Debug)]
pub(crate) struct Jws<'a> {
    pub(crate) algorithm: Algorithm,
    /// The certificates of `x5c`, the signer's first. `None` without `x5c`, or if `x5u` says that they are elsewhere.
    pub(crate) chain: Option<Vec<Certificate>>,
    /// The payload in base64url.
    pub(crate) payload: &'a [u8],
    /// The signed bytes: header and payload as received.
    pub(crate) signed: &'a [u8],
    /// The signature in the form that the algorithm has in COSE and in certificates.
    pub(crate) signature: Vec<u8>,
}

impl<'a> Jws<'a> {
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, MetadataError> {
        let [header, payload, signature] =
            parts(bytes).ok_or(MalformedBlobError::NotJws("not three parts"))?;
        if header.len() > HEADER_MAX {
            return Err(MalformedBlobError::NotJws("the header is too long").into());
        }
        let length = header.len().saturating_add(1).saturating_add(payload.len());
        let header = base64url::decode(header)
            .map_err(|_| MalformedBlobError::NotJws("the header is not base64url"))?;
        let header =
            String::from_utf8(header).map_err(|_| MalformedBlobError::NotJws("the header is not utf-8"))?;
        let header = Header::read(&header)?;
        let signature = base64url::decode(signature)
            .map_err(|_| MalformedBlobError::NotJws("the signature is not base64url"))?;
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
    /// The hash function of the signature.
    pub(crate) const fn hash(&self) -> Hash {
        match self.algorithm.scheme() {
            Scheme::Ecdsa { hash, .. } | Scheme::RsaPkcs1 { hash } | Scheme::RsaPss { hash } => hash,
            // No such algorithm signs a BLOB.
            _ => Hash::Sha256,
        }
    }
}

/// Splits a JWS at its two dots. It searches for single bytes, since nearly all of them are the payload.
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

members! {
    HeaderMembers<'a> {
        alg: Text<'a> = "alg", Reader::text;
        typ: Text<'a> = "typ", Reader::text;
        x5c: Texts<'a> = "x5c", Texts::read;
        x5u: Text<'a> = "x5u", Reader::text;
        crit: &'a str = "crit", Reader::skip;
    }
}

impl Header {
    fn read(text: &str) -> Result<Self, MetadataError> {
        let mut reader = Reader::new(text);
        let members = HeaderMembers::read(&mut reader).and_then(|members| reader.end().map(|()| members));
        let members = members.map_err(|error| match error {
            JsonError::Syntax(_) => MalformedBlobError::NotJws("the header is not json"),
            error => error.into(),
        })?;
        // A BLOB has no parameters that must be understood.
        if members.crit.is_some() {
            return Err(MalformedBlobError::NotJws("the header has critical parameters").into());
        }
        if members.typ.is_some_and(|typ| !typ.decode().eq_ignore_ascii_case("JWT")) {
            return Err(MalformedBlobError::NotJws("typ is not JWT").into());
        }
        let alg = members.alg.ok_or(MalformedBlobError::Missing("alg"))?.decode();
        let algorithm =
            algorithm(&alg).ok_or_else(|| MetadataError::Algorithm(alg.chars().take(32).collect()))?;
        let chain = match (members.x5u, members.x5c) {
            // `x5u` has priority, and this crate fetches nothing.
            (Some(_), _) | (None, None) => None,
            (None, Some(x5c)) => Some(certificates(x5c)?),
        };
        Ok(Self { algorithm, chain })
    }
}

/// The algorithm with this name, of those that may sign a BLOB: the ones with a public key among JSON Web Algorithms
/// ([RFC 7518, section 3.1](https://www.rfc-editor.org/rfc/rfc7518#section-3.1)).
fn algorithm(name: &str) -> Option<Algorithm> {
    use Algorithm::{Es256, Es384, Es512, Ps256, Ps384, Ps512, Rs256, Rs384, Rs512};
    [Es256, Es384, Es512, Rs256, Rs384, Rs512, Ps256, Ps384, Ps512].into_iter().find(|own| own.name() == name)
}

fn certificates(x5c: Texts<'_>) -> Result<Vec<Certificate>, MalformedBlobError> {
    let texts: Vec<_> = x5c.iter().collect();
    if texts.is_empty() || texts.len() > X5C_MAX {
        return Err(MalformedBlobError::NotJws("x5c has no certificate, or too many"));
    }
    let certificate = |(position, text): (usize, &Text<'_>)| {
        let der = STANDARD
            .decode(text.decode().as_bytes())
            .map_err(|_| MalformedBlobError::Certificate { position, error: None })?;
        Certificate::from_der(&der)
            .map_err(|error| MalformedBlobError::Certificate { position, error: Some(error) })
    };
    texts.iter().enumerate().map(certificate).collect()
}
