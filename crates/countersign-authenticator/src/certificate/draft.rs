//! Certificates that have yet to be signed ([RFC 5280 section 4](https://www.rfc-editor.org/rfc/rfc5280#section-4)).

use countersign_cose::Algorithm;
use sha1::Digest as _;

use super::{
    oid::{BASIC_CONSTRAINTS, COMMON_NAME, KEY_USAGE, SUBJECT_ALT_NAME, SUBJECT_KEY_IDENTIFIER},
    parts::{Attribute, Critical, Extension, Time, extensions, name, signature_algorithm},
};
use crate::{
    der::{
        BIT_STRING, BOOLEAN, INTEGER, element, explicit, integer, octet_string, public_key_bits, sequence,
    },
    private_key::PrivateKey,
};

/// A certificate that has yet to be signed.
///
/// ```
/// use countersign_authenticator::{Algorithm, CertificateDraft, Generator, PrivateKey};
/// let mut generator = Generator::new("a seed", "keys");
/// let mut key = || PrivateKey::generate(Algorithm::Es256, &mut generator).unwrap();
/// let (root, leaf) = (key(), key());
/// let root_certificate = CertificateDraft::ca("root", &root.spki()).sign(&root);
/// let certificate = CertificateDraft::new("leaf", &leaf.spki()).with_issuer("root").sign(&root);
/// # let _ = (root_certificate, certificate);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateDraft {
    /// The version; 1 is written by leaving it out.
    pub version: u8,
    /// The serial number, in the two's complement of DER.
    pub serial_number: Vec<u8>,
    /// The name of the issuer.
    pub issuer: Vec<Attribute>,
    /// The name of the key's owner.
    pub subject: Vec<Attribute>,
    /// The first time at which it is valid.
    pub not_before: Time,
    /// The last time at which it is valid.
    pub not_after: Time,
    /// The key, a DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
    /// DER after the extensions, within the signed part.
    pub surplus: Vec<u8>,
    /// The algorithm to sign with, if it is not the one of the issuer's key: another one of RSA.
    pub signature_algorithm: Option<Algorithm>,
    /// The `AlgorithmIdentifier` within the signed part, if it is not the signature's.
    pub inner_algorithm: Option<Vec<u8>>,
    /// The `AlgorithmIdentifier` after the signed part, if it is not the signature's.
    pub outer_algorithm: Option<Vec<u8>>,
    /// The count of unused bits that the signature's BIT STRING claims; 0 is right.
    pub unused_bits: u8,
    /// Bytes after the certificate.
    pub trailing: Vec<u8>,
}

impl CertificateDraft {
    /// A self-issued certificate without extensions, valid from 2024 to 3024, with serial number 1. The key is a DER
    /// `SubjectPublicKeyInfo`.
    pub fn new(common_name: &str, spki: &[u8]) -> Self {
        let name = vec![Attribute::new(COMMON_NAME, common_name)];
        Self {
            version: 3,
            serial_number: vec![1],
            issuer: name.clone(),
            subject: name,
            not_before: Time::new("20240101000000Z"),
            not_after: Time::new("30240101000000Z"),
            public_key: spki.into(),
            extensions: Vec::new(),
            surplus: Vec::new(),
            signature_algorithm: None,
            inner_algorithm: None,
            outer_algorithm: None,
            unused_bits: 0,
            trailing: Vec::new(),
        }
    }

    /// A self-issued certificate of an authority that may sign certificates and revocation lists.
    pub fn ca(common_name: &str, spki: &[u8]) -> Self {
        let constraints = sequence(&[&element(BOOLEAN, &[0xff])]);
        Self::new(common_name, spki)
            .with_extension(BASIC_CONSTRAINTS, Critical::Yes, constraints)
            .with_key_usage(&[1, 0x06])
    }

    /// Replaces the issuer's name by a common name.
    pub fn with_issuer(mut self, common_name: &str) -> Self {
        self.issuer = vec![Attribute::new(COMMON_NAME, common_name)];
        self
    }

    /// Replaces the serial number.
    pub fn with_serial_number(mut self, serial_number: impl Into<Vec<u8>>) -> Self {
        self.serial_number = serial_number.into();
        self
    }

    /// Replaces the validity period, given as `YYYYMMDDHHMMSSZ`.
    pub fn with_validity(mut self, not_before: impl Into<Time>, not_after: impl Into<Time>) -> Self {
        (self.not_before, self.not_after) = (not_before.into(), not_after.into());
        self
    }

    /// Sets a critical key usage: the contents of its BIT STRING, such as `[7, 0x80]` for digital signatures.
    pub fn with_key_usage(self, contents: &[u8]) -> Self {
        self.with_extension(KEY_USAGE, Critical::Yes, element(BIT_STRING, contents))
    }

    /// Sets a subject alternative name with one DNS name.
    pub fn with_dns_name(self, name: &str) -> Self {
        let names = sequence(&[&element(0x82, name.as_bytes())]);
        self.with_extension(SUBJECT_ALT_NAME, Critical::No, names)
    }

    /// Sets an extension, in place of one with the same identifier.
    pub fn with_extension(
        mut self,
        identifier: &[u8],
        critical: Critical,
        value: impl Into<Vec<u8>>,
    ) -> Self {
        self.set_extension(identifier, critical, value);
        self
    }

    /// Sets an extension, in place of one with the same identifier.
    pub fn set_extension(&mut self, identifier: &[u8], critical: Critical, value: impl Into<Vec<u8>>) {
        let extension = Extension::new(identifier, critical, value);
        match self.extension_mut(identifier) {
            Some(old) => *old = extension,
            None => self.extensions.push(extension),
        }
    }

    /// Replaces the key by this one, a DER `SubjectPublicKeyInfo`, and the subject key identifier if there is one.
    pub fn certify(&mut self, spki: &[u8]) {
        self.public_key = spki.into();
        if let Some(extension) = self.extension_mut(SUBJECT_KEY_IDENTIFIER) {
            extension.value = octet_string(&key_identifier(spki));
        }
    }

    /// Removes an extension.
    pub fn remove_extension(&mut self, identifier: &[u8]) {
        self.extensions.retain(|extension| extension.identifier != identifier);
    }

    /// Finds an extension, to be changed.
    pub fn extension_mut(&mut self, identifier: &[u8]) -> Option<&mut Extension> {
        self.extensions.iter_mut().find(|extension| extension.identifier == identifier)
    }

    /// Sets an attribute of the subject, or removes it.
    pub fn set_subject(&mut self, identifier: &[u8], value: Option<&str>) {
        self.subject.retain(|attribute| attribute.identifier != identifier);
        self.subject.extend(value.map(|value| Attribute::new(identifier, value)));
    }

    /// Signs the certificate and encodes it as DER.
    pub fn sign(&self, key: &PrivateKey) -> Vec<u8> {
        let other = self.signature_algorithm.and_then(|algorithm| key.for_algorithm(algorithm));
        let key = other.as_ref().unwrap_or(key);
        let algorithm = signature_algorithm(key.algorithm());
        let version = match self.version {
            0 | 1 => Vec::new(),
            version => explicit(0, &integer(&[version.saturating_sub(1)])),
        };
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            some => explicit(3, &extensions(some)),
        };
        let content = sequence(&[
            &version,
            &element(INTEGER, &self.serial_number),
            self.inner_algorithm.as_ref().unwrap_or(&algorithm),
            &name(&self.issuer),
            &sequence(&[&self.not_before.der(), &self.not_after.der()]),
            &name(&self.subject),
            &self.public_key,
            &extensions,
            &self.surplus,
        ]);
        let signature = element(BIT_STRING, &[&[self.unused_bits][..], &key.sign(&content)].concat());
        let algorithm = self.outer_algorithm.as_ref().unwrap_or(&algorithm);
        [sequence(&[&content, algorithm, &signature]), self.trailing.clone()].concat()
    }
}

/// SHA-1 of the key's bits: method 1 of RFC 5280 section 4.2.1.2.
pub(super) fn key_identifier(spki: &[u8]) -> Vec<u8> {
    let bits = public_key_bits(spki).unwrap_or_default();
    sha1::Sha1::digest(bits).to_vec()
}
