//! Names, times and extensions: the parts that certificates and revocation lists share.

use countersign_cose::{Algorithm, Curve, Hash, ParameterSet, Scheme};

use super::oid::COUNTRY;
use crate::der::{
    BOOLEAN, GENERALIZED_TIME, PRINTABLE_STRING, SEQUENCE, UTC_TIME, UTF8_STRING, element, explicit,
    object_identifier, octet_string, sequence, set_of,
};

/// One attribute of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attribute {
    /// The attribute's type.
    pub identifier: Vec<u8>,
    /// The tag of the string type.
    pub tag: u8,
    /// The text.
    pub value: Vec<u8>,
}

impl Attribute {
    /// An attribute with a `UTF8String`, or with the `PrintableString` that a country requires.
    pub fn new(identifier: &[u8], value: &str) -> Self {
        let tag = if identifier == COUNTRY { PRINTABLE_STRING } else { UTF8_STRING };
        Self::with_tag(identifier, tag, value.as_bytes())
    }

    /// An attribute with any string type.
    pub fn with_tag(identifier: &[u8], tag: u8, value: &[u8]) -> Self {
        Self { identifier: identifier.into(), tag, value: value.into() }
    }

    /// Encodes the attribute: a sequence of its type and its text.
    pub fn to_der(&self) -> Vec<u8> {
        sequence(&[&object_identifier(&self.identifier), &element(self.tag, &self.value)])
    }
}

/// Encodes a name that has each attribute in a relative name of its own.
pub fn name(attributes: &[Attribute]) -> Vec<u8> {
    let sets: Vec<u8> = attributes.iter().flat_map(|attribute| set_of(vec![attribute.to_der()])).collect();
    element(SEQUENCE, &sets)
}

/// Encodes a `GeneralNames` with one directory name, whose attributes are in one relative name.
pub(crate) fn directory_name(attributes: &[Attribute]) -> Vec<u8> {
    let name = sequence(&[&set_of(attributes.iter().map(Attribute::to_der).collect())]);
    sequence(&[&explicit(4, &name)])
}

/// A point in time as certificates have it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Time {
    /// The tag of the time type.
    pub tag: u8,
    /// The text.
    pub text: Vec<u8>,
}

impl Time {
    /// A time from `YYYYMMDDHHMMSSZ`: a `UTCTime` from 1950 through 2049, as RFC 5280 requires, else a
    /// `GeneralizedTime`.
    pub fn new(text: &str) -> Self {
        let short = text.get(2..).unwrap_or_default();
        if ("1950".."2050").contains(&text) {
            Self::with_tag(UTC_TIME, short.as_bytes())
        } else {
            Self::with_tag(GENERALIZED_TIME, text.as_bytes())
        }
    }

    /// A time of any type, whose text is not checked.
    pub fn with_tag(tag: u8, text: &[u8]) -> Self {
        Self { tag, text: text.into() }
    }

    pub(super) fn der(&self) -> Vec<u8> {
        element(self.tag, &self.text)
    }
}

impl From<&str> for Time {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// One extension of a certificate or of a revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extension {
    /// The extension's identifier.
    pub identifier: Vec<u8>,
    /// Whether a verifier that does not support the extension must reject.
    pub critical: Critical,
    /// The contents of its OCTET STRING.
    pub value: Vec<u8>,
}

impl Extension {
    /// An extension with the contents of its OCTET STRING.
    pub fn new(identifier: &[u8], critical: Critical, value: impl Into<Vec<u8>>) -> Self {
        Self { identifier: identifier.into(), critical, value: value.into() }
    }

    fn der(&self) -> Vec<u8> {
        let critical = match self.critical {
            Critical::Yes => element(BOOLEAN, &[0xff]),
            Critical::No => Vec::new(),
        };
        sequence(&[&object_identifier(&self.identifier), &critical, &octet_string(&self.value)])
    }
}

/// Encodes extensions; empty if there are none.
pub(super) fn extensions(extensions: &[Extension]) -> Vec<u8> {
    let contents: Vec<u8> = extensions.iter().flat_map(Extension::der).collect();
    if contents.is_empty() { contents } else { element(SEQUENCE, &contents) }
}

/// Whether an extension is critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two values")]
pub enum Critical {
    /// A verifier that does not support the extension must reject.
    Yes,
    /// A verifier that does not support the extension may ignore it.
    No,
}

/// Encodes the `AlgorithmIdentifier` of signatures. Keys for RSASSA-PSS sign certificates with PKCS#1.
pub fn signature_algorithm(algorithm: Algorithm) -> Vec<u8> {
    const NULL: [u8; 2] = [0x05, 0x00];
    let rsa = |last: u8| {
        let identifier = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, last];
        sequence(&[&object_identifier(&identifier), &NULL])
    };
    let identifier: &[u8] = match algorithm.scheme() {
        Scheme::Ecdsa { curve: Curve::P384, .. } => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
        Scheme::Ecdsa { curve: Curve::P521, .. } => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04],
        Scheme::Ed25519 => &[0x2b, 0x65, 0x70],
        Scheme::Ed448 => &[0x2b, 0x65, 0x71],
        Scheme::RsaPkcs1 { hash: Hash::Sha1 } => return rsa(0x05),
        Scheme::RsaPkcs1 { hash: Hash::Sha384 } => return rsa(0x0c),
        Scheme::RsaPkcs1 { hash: Hash::Sha512 } => return rsa(0x0d),
        Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. } => return rsa(0x0b),
        Scheme::MlDsa { parameter_set: ParameterSet::MlDsa44 } => {
            &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x11]
        }
        Scheme::MlDsa { parameter_set: ParameterSet::MlDsa65 } => {
            &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x12]
        }
        Scheme::MlDsa { .. } => &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x03, 0x13],
        _ => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
    };
    sequence(&[&object_identifier(identifier)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_before_1950_and_after_2049_are_generalized_times() {
        for (text, tag) in [
            ("19491231235959Z", GENERALIZED_TIME),
            ("19500101000000Z", UTC_TIME),
            ("20491231235959Z", UTC_TIME),
            ("20500101000000Z", GENERALIZED_TIME),
            ("30240101000000Z", GENERALIZED_TIME),
        ] {
            let time = Time::new(text);
            assert_eq!(time.tag, tag, "{text}");
            assert_eq!(time.text.len(), if tag == UTC_TIME { 13 } else { 15 });
        }
    }
}
