//! A builder of certificates, good and bad ones.

use p256::ecdsa::signature::Signer;

use super::{bit_string, octet_string, sequence, tlv};
use crate::{
    anchors::TrustAnchor,
    certificate::{Certificate, error::CertificateError},
    oid::{self, Oid},
};

pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;

/// A private key, made from a number.
pub(crate) enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(p384::ecdsa::SigningKey),
    Ed25519(ed25519_dalek::SigningKey),
}

impl Key {
    pub(crate) fn p256(number: u8) -> Self {
        Self::P256(p256::ecdsa::SigningKey::from_slice(&[number; 32]).unwrap())
    }

    pub(crate) fn p384(number: u8) -> Self {
        Self::P384(p384::ecdsa::SigningKey::from_slice(&[number; 48]).unwrap())
    }

    pub(crate) fn ed25519(number: u8) -> Self {
        Self::Ed25519(ed25519_dalek::SigningKey::from_bytes(&[number; 32]))
    }

    /// The SEC1 point, or the Ed25519 public key.
    pub(crate) fn public_bytes(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
        }
    }

    pub(crate) fn spki(&self) -> Vec<u8> {
        const EC_PUBLIC_KEY: &[u8] = &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
        const P256: &[u8] = &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
        const P384: &[u8] = &[0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22];
        let algorithm = match self {
            Self::P256(_) => sequence(&[EC_PUBLIC_KEY, P256]),
            Self::P384(_) => sequence(&[EC_PUBLIC_KEY, P384]),
            Self::Ed25519(_) => self.signature_algorithm(),
        };
        sequence(&[&algorithm, &bit_string(&self.public_bytes())])
    }

    pub(crate) fn signature_algorithm(&self) -> Vec<u8> {
        sequence(&[match self {
            Self::P256(_) => &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
            Self::P384(_) => &[0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
            Self::Ed25519(_) => &[0x06, 0x03, 0x2b, 0x65, 0x70],
        }])
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                Signer::<p256::ecdsa::Signature>::sign(key, message).to_der().as_bytes().to_vec()
            }
            Self::P384(key) => {
                Signer::<p384::ecdsa::Signature>::sign(key, message).to_der().as_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
        }
    }
}

/// The DER of a `SubjectPublicKeyInfo` with an odd RSA modulus of this many bytes, and the exponent 65537.
pub(crate) fn rsa_spki(modulus_length: usize) -> Vec<u8> {
    const RSA: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let modulus = tlv(0x02, &[&[0][..], &vec![0xff; modulus_length]].concat());
    let exponent = [0x02, 0x03, 0x01, 0x00, 0x01];
    sequence(&[RSA, &bit_string(&sequence(&[&modulus, &exponent]))])
}

/// One attribute of a name: type, string type, value.
pub(crate) type Attribute = (Oid<'static>, u8, Vec<u8>);

pub(crate) fn text(attribute_type: Oid<'static>, value: &str) -> Attribute {
    (attribute_type, UTF8_STRING, value.into())
}

/// The DER of a name of these attributes.
pub(crate) fn name(attributes: &[Attribute]) -> Vec<u8> {
    let sets = attributes.iter().map(|(attribute_type, tag, value)| {
        let attribute_type = tlv(0x06, attribute_type.as_contents());
        tlv(0x31, &sequence(&[&attribute_type, &tlv(*tag, value)]))
    });
    tlv(0x30, &sets.collect::<Vec<_>>().concat())
}

/// The DER of a name that has nothing but a CN.
pub(crate) fn common_name(value: &str) -> Vec<u8> {
    name(&[text(oid::COMMON_NAME, value)])
}

/// A certificate to be: change one thing, then sign.
#[derive(Clone)]
pub(crate) struct Builder {
    /// The DER of `version`, empty for version 1.
    pub(crate) version: Vec<u8>,
    pub(crate) serial_number: Vec<u8>,
    pub(crate) subject: Vec<Attribute>,
    /// The DER of each time.
    pub(crate) validity: [Vec<u8>; 2],
    pub(crate) spki: Vec<u8>,
    pub(crate) extensions: Vec<(Oid<'static>, bool, Vec<u8>)>,
    /// The DER of the algorithm in `tbsCertificate`, if it is not the signer's.
    pub(crate) inner_algorithm: Option<Vec<u8>>,
    /// The DER of the algorithm outside of it, if it is not the signer's.
    pub(crate) outer_algorithm: Option<Vec<u8>>,
    /// DER that follows the extensions.
    pub(crate) surplus: Vec<u8>,
    /// How many bits of the signature are claimed to be unused.
    pub(crate) unused_bits: u8,
}

impl Builder {
    /// An attestation certificate that meets the requirements of `packed`.
    pub(crate) fn attestation(key: &Key) -> Self {
        let subject = vec![
            (oid::COUNTRY, PRINTABLE_STRING, b"SE".to_vec()),
            text(oid::ORGANIZATION, "Example"),
            text(oid::ORGANIZATIONAL_UNIT, "Authenticator Attestation"),
            text(oid::COMMON_NAME, "Model 1"),
        ];
        Self::new(subject, key, vec![(oid::BASIC_CONSTRAINTS, true, sequence(&[]))])
    }

    /// A CA's certificate with this CN.
    pub(crate) fn ca(common_name: &str, key: &Key) -> Self {
        let extensions = vec![
            (oid::BASIC_CONSTRAINTS, true, sequence(&[&[0x01, 0x01, 0xff]])),
            (oid::KEY_USAGE, true, vec![0x03, 0x02, 0x02, 0x04]),
        ];
        Self::new(vec![text(oid::COMMON_NAME, common_name)], key, extensions)
    }

    fn new(subject: Vec<Attribute>, key: &Key, extensions: Vec<(Oid<'static>, bool, Vec<u8>)>) -> Self {
        Self {
            version: vec![0xa0, 0x03, 0x02, 0x01, 0x02],
            serial_number: vec![1],
            subject,
            validity: [tlv(0x17, b"250101000000Z"), tlv(0x18, b"20550101000000Z")],
            spki: key.spki(),
            extensions,
            inner_algorithm: None,
            outer_algorithm: None,
            surplus: Vec::new(),
            unused_bits: 0,
        }
    }

    /// Sets an extension, in the place of one with the same identifier if there is one.
    pub(crate) fn with_extension(mut self, identifier: Oid<'static>, critical: bool, value: &[u8]) -> Self {
        self = self.without_extension(&identifier);
        self.extensions.push((identifier, critical, value.to_vec()));
        self
    }

    pub(crate) fn without_extension(mut self, identifier: &Oid<'_>) -> Self {
        self.extensions.retain(|(other, ..)| other != identifier);
        self
    }

    /// Basic constraints of a CA with a path length.
    pub(crate) fn with_path_length(self, limit: u8) -> Self {
        let value = sequence(&[&[0x01, 0x01, 0xff], &[0x02, 0x01, limit]]);
        self.with_extension(oid::BASIC_CONSTRAINTS, true, &value)
    }

    /// Sets an attribute of the subject, or removes it.
    pub(crate) fn with_subject(mut self, attribute_type: &Oid<'_>, value: Option<&str>) -> Self {
        match value {
            None => self.subject.retain(|(other, ..)| other != attribute_type),
            Some(value) => {
                let (.., old) = self.subject.iter_mut().find(|(other, ..)| other == attribute_type).unwrap();
                *old = value.into();
            }
        }
        self
    }

    /// Sets the validity period, in `UTCTime` without seconds and zone.
    pub(crate) fn valid(mut self, from: &str, to: &str) -> Self {
        self.validity = [from, to].map(|time| tlv(0x17, format!("{time}00Z").as_bytes()));
        self
    }

    /// The DER, signed in the name `issuer` (DER) with `key`.
    pub(crate) fn der(&self, issuer: &[u8], key: &Key) -> Vec<u8> {
        let algorithm = key.signature_algorithm();
        let extensions = self.extensions.iter().map(|(identifier, critical, value)| {
            let critical: &[u8] = if *critical { &[0x01, 0x01, 0xff] } else { &[] };
            sequence(&[&tlv(0x06, identifier.as_contents()), critical, &octet_string(value)])
        });
        let extensions = tlv(0x30, &extensions.collect::<Vec<_>>().concat());
        let tbs = sequence(&[
            &self.version,
            &tlv(0x02, &self.serial_number),
            self.inner_algorithm.as_ref().unwrap_or(&algorithm),
            issuer,
            &sequence(&[&self.validity[0], &self.validity[1]]),
            &name(&self.subject),
            &self.spki,
            &if self.extensions.is_empty() { Vec::new() } else { tlv(0xa3, &extensions) },
            &self.surplus,
        ]);
        let signature = tlv(0x03, &[&[self.unused_bits][..], &key.sign(&tbs)].concat());
        sequence(&[&tbs, self.outer_algorithm.as_ref().unwrap_or(&algorithm), &signature])
    }

    /// Signed by a CA with this CN.
    pub(crate) fn signed_by(&self, issuer: &str, key: &Key) -> Certificate {
        self.try_signed_by(issuer, key).unwrap()
    }

    pub(crate) fn try_signed_by(&self, issuer: &str, key: &Key) -> Result<Certificate, CertificateError> {
        Certificate::from_der(&self.der(&common_name(issuer), key))
    }

    /// Signed in its own name with `key`.
    pub(crate) fn self_signed(&self, key: &Key) -> Certificate {
        Certificate::from_der(&self.der(&name(&self.subject), key)).unwrap()
    }
}

/// The anchor `root`, and its key.
pub(crate) fn root() -> (TrustAnchor, Key) {
    let key = Key::p256(1);
    (TrustAnchor::from_certificate(Builder::ca("root", &key).self_signed(&key)), key)
}
