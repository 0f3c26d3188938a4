//! A builder of certificates, good and bad ones, over the authenticator's.

use core::ops::{Deref, DerefMut};

use countersign_authenticator::{
    Algorithm, Attribute, CertificateDraft, PrivateKey, RsaKey,
    certificate::{Critical, Extension, Time, signature_algorithm},
    der::{UTC_TIME, bit_string, element, integer, sequence},
};

use crate::{
    anchors::TrustAnchor,
    certificate::{Certificate, error::CertificateError},
    oid::{self, Oid},
};

/// A private key, made from a number.
pub(crate) struct Key(PrivateKey);

impl Key {
    fn new(algorithm: Algorithm, bytes: &[u8]) -> Self {
        Self(PrivateKey::from_bytes(algorithm, bytes).unwrap())
    }

    pub(crate) fn p256(number: u8) -> Self {
        Self::new(Algorithm::Es256, &[number; 32])
    }

    pub(crate) fn p384(number: u8) -> Self {
        Self::new(Algorithm::Es384, &[number; 48])
    }

    pub(crate) fn ed25519(number: u8) -> Self {
        Self::new(Algorithm::EdDsa, &[number; 32])
    }

    /// The RSA key for tests, to sign with SHA-1.
    pub(crate) fn rs1() -> Self {
        Self(PrivateKey::from_rsa(Algorithm::Rs1, RsaKey::test_key()).unwrap())
    }

    pub(crate) fn signature_algorithm(&self) -> Vec<u8> {
        signature_algorithm(self.algorithm())
    }
}

impl Deref for Key {
    type Target = PrivateKey;

    fn deref(&self) -> &PrivateKey {
        &self.0
    }
}

/// The DER of a `SubjectPublicKeyInfo` with an odd RSA modulus of this many bytes, and the exponent 65537.
pub(crate) fn rsa_spki(modulus_length: usize) -> Vec<u8> {
    const RSA: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    let key = sequence(&[&integer(&vec![0xff; modulus_length]), &integer(&[1, 0, 1])]);
    sequence(&[RSA, &bit_string(&key)])
}

pub(crate) fn text(attribute_type: &Oid<'_>, value: &str) -> Attribute {
    Attribute::new(attribute_type.as_contents(), value)
}

/// A name that is only a CN.
pub(crate) fn common_name(value: &str) -> Vec<Attribute> {
    vec![text(&oid::COMMON_NAME, value)]
}

/// A time in `UTCTime`, given without seconds and zone.
pub(crate) fn utc_time(text: &str) -> Time {
    Time::with_tag(UTC_TIME, format!("{text}00Z").as_bytes())
}

pub(crate) fn extension(identifier: &Oid<'_>, critical: bool, value: &[u8]) -> Extension {
    let critical = if critical { Critical::Yes } else { Critical::No };
    Extension::new(identifier.as_contents(), critical, value)
}

/// A certificate that has yet to be signed: change one thing, then sign.
#[derive(Clone)]
pub(crate) struct Builder(CertificateDraft);

impl Deref for Builder {
    type Target = CertificateDraft;

    fn deref(&self) -> &CertificateDraft {
        &self.0
    }
}

impl DerefMut for Builder {
    fn deref_mut(&mut self) -> &mut CertificateDraft {
        &mut self.0
    }
}

impl Builder {
    /// An attestation certificate that meets the requirements of `packed`.
    pub(crate) fn attestation(key: &Key) -> Self {
        let mut draft = CertificateDraft::new("", &key.spki());
        draft.subject = vec![
            text(&oid::COUNTRY, "SE"),
            text(&oid::ORGANIZATION, "Example"),
            text(&oid::ORGANIZATIONAL_UNIT, "Authenticator Attestation"),
            text(&oid::COMMON_NAME, "Model 1"),
        ];
        Self(draft).with_extension(oid::BASIC_CONSTRAINTS, true, &sequence(&[]))
    }

    /// A CA's certificate with this CN, which may sign certificates only.
    pub(crate) fn ca(common_name: &str, key: &Key) -> Self {
        Self(CertificateDraft::ca(common_name, &key.spki()).with_key_usage(&[2, 0x04]))
    }

    /// Sets an extension, in place of one with the same identifier.
    #[expect(clippy::needless_pass_by_value, reason = "so that a test names a constant in place")]
    pub(crate) fn with_extension(mut self, identifier: Oid<'static>, critical: bool, value: &[u8]) -> Self {
        self = self.without_extension(&identifier);
        self.extensions.push(extension(&identifier, critical, value));
        self
    }

    pub(crate) fn without_extension(mut self, identifier: &Oid<'_>) -> Self {
        self.remove_extension(identifier.as_contents());
        self
    }

    /// Basic constraints of a CA with a path length.
    pub(crate) fn with_path_length(self, limit: u8) -> Self {
        let value = sequence(&[&element(0x01, &[0xff]), &element(0x02, &[limit])]);
        self.with_extension(oid::BASIC_CONSTRAINTS, true, &value)
    }

    /// Sets an attribute of the subject, or removes it.
    pub(crate) fn with_subject(mut self, attribute_type: &Oid<'_>, value: Option<&str>) -> Self {
        self.set_subject(attribute_type.as_contents(), value);
        self
    }

    /// Sets the validity period, in `UTCTime` without seconds and zone.
    pub(crate) fn valid(self, from: &str, to: &str) -> Self {
        Self(self.0.with_validity(utc_time(from), utc_time(to)))
    }

    /// The DER, signed in the name `issuer` with `key`.
    pub(crate) fn der(&self, issuer: &[Attribute], key: &Key) -> Vec<u8> {
        let mut draft = self.0.clone();
        draft.issuer = issuer.to_vec();
        draft.sign(key)
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
        Certificate::from_der(&self.der(&self.subject, key)).unwrap()
    }
}

/// The anchor `root`, and its key.
pub(crate) fn root() -> (TrustAnchor, Key) {
    let key = Key::p256(1);
    (TrustAnchor::from_certificate(Builder::ca("root", &key).self_signed(&key)), key)
}
