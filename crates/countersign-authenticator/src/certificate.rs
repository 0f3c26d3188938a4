//! Attestation certificates ([RFC 5280](https://www.rfc-editor.org/rfc/rfc5280)) and the authorities that issue them.

use countersign_cose::{Algorithm, Curve, Hash, ParameterSet, Scheme};
use sha1::Digest as _;

use crate::{
    Generator, PrivateKey,
    der::{self, element, explicit, integer, object_identifier, octet_string, sequence},
};

/// An object identifier's contents, as in DER.
pub type ObjectIdentifier = &'static [u8];

/// Object identifiers of names and extensions.
pub mod oid {
    use super::ObjectIdentifier;

    /// 2.5.4.3, commonName.
    pub const COMMON_NAME: ObjectIdentifier = &[0x55, 0x04, 0x03];
    /// 2.5.4.5, serialNumber, of a subject.
    pub const SERIAL_NUMBER: ObjectIdentifier = &[0x55, 0x04, 0x05];
    /// 2.5.4.6, countryName.
    pub const COUNTRY: ObjectIdentifier = &[0x55, 0x04, 0x06];
    /// 2.5.4.10, organizationName.
    pub const ORGANIZATION: ObjectIdentifier = &[0x55, 0x04, 0x0a];
    /// 2.5.4.11, organizationalUnitName.
    pub const ORGANIZATIONAL_UNIT: ObjectIdentifier = &[0x55, 0x04, 0x0b];
    /// 2.5.29.14, subjectKeyIdentifier.
    pub const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = &[0x55, 0x1d, 0x0e];
    /// 2.5.29.15, keyUsage.
    pub const KEY_USAGE: ObjectIdentifier = &[0x55, 0x1d, 0x0f];
    /// 2.5.29.17, subjectAltName.
    pub const SUBJECT_ALT_NAME: ObjectIdentifier = &[0x55, 0x1d, 0x11];
    /// 2.5.29.19, basicConstraints.
    pub const BASIC_CONSTRAINTS: ObjectIdentifier = &[0x55, 0x1d, 0x13];
    /// 2.5.29.30, nameConstraints.
    pub const NAME_CONSTRAINTS: ObjectIdentifier = &[0x55, 0x1d, 0x1e];
    /// 2.5.29.35, authorityKeyIdentifier.
    pub const AUTHORITY_KEY_IDENTIFIER: ObjectIdentifier = &[0x55, 0x1d, 0x23];
    /// 2.5.29.37, extKeyUsage.
    pub const EXTENDED_KEY_USAGE: ObjectIdentifier = &[0x55, 0x1d, 0x25];
    /// 1.3.6.1.4.1.45724.1.1.4, id-fido-gen-ce-aaguid.
    pub const FIDO_AAGUID: ObjectIdentifier =
        &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x04];
    /// 1.3.6.1.4.1.45724.1.1.5, id-fido-gen-ce-fw-version.
    pub const FIDO_FIRMWARE_VERSION: ObjectIdentifier =
        &[0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0xe5, 0x1c, 0x01, 0x01, 0x05];
    /// 1.3.6.1.4.1.11129.2.1.17, Android's key description.
    pub const ANDROID_KEY_DESCRIPTION: ObjectIdentifier =
        &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xd6, 0x79, 0x02, 0x01, 0x11];
    /// 1.2.840.113635.100.8.2, Apple's nonce.
    pub const APPLE_NONCE: ObjectIdentifier = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x63, 0x64, 0x08, 0x02];
    /// 2.23.133.2.1, the TPM's manufacturer.
    pub const TPM_MANUFACTURER: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x02, 0x01];
    /// 2.23.133.2.2, the TPM's model.
    pub const TPM_MODEL: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x02, 0x02];
    /// 2.23.133.2.3, the TPM's version.
    pub const TPM_VERSION: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x02, 0x03];
    /// 2.23.133.8.3, the purpose of a TPM's attestation key.
    pub const TPM_AIK_CERTIFICATE: ObjectIdentifier = &[0x67, 0x81, 0x05, 0x08, 0x03];
}

/// One attribute of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attribute {
    /// Its type.
    pub identifier: ObjectIdentifier,
    /// The tag of the string type.
    pub tag: u8,
    /// The text.
    pub value: Vec<u8>,
}

impl Attribute {
    /// A UTF-8 text; a country as the `PrintableString` that it has to be.
    pub fn new(identifier: ObjectIdentifier, value: &str) -> Self {
        let tag = if identifier == oid::COUNTRY { der::PRINTABLE_STRING } else { der::UTF8_STRING };
        Self { identifier, tag, value: value.into() }
    }

    fn der(&self) -> Vec<u8> {
        sequence(&[&object_identifier(self.identifier), &element(self.tag, &self.value)])
    }
}

/// One extension of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extension {
    /// Its identifier.
    pub identifier: Vec<u8>,
    /// Whether who does not know it must refuse the certificate.
    pub critical: bool,
    /// The contents of its OCTET STRING.
    pub value: Vec<u8>,
}

/// A certificate that has yet to be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertificateDraft {
    /// 1 to 3.
    pub version: u8,
    /// The serial number, in the two's complement of DER.
    pub serial_number: Vec<u8>,
    /// Who signs.
    pub issuer: Vec<Attribute>,
    /// Whose key it is.
    pub subject: Vec<Attribute>,
    /// From when on it is valid, as `YYYYMMDDHHMMSSZ`.
    pub not_before: String,
    /// Until when, likewise.
    pub not_after: String,
    /// The key, a DER `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// The extensions, in their order.
    pub extensions: Vec<Extension>,
    /// The algorithm of the signature, where it is not the one of the issuer's key: another of RSA.
    pub signature_algorithm: Option<Algorithm>,
    /// The count of unused bits that the signature's BIT STRING claims; 0 is right.
    pub unused_bits: u8,
    /// Bytes after the certificate.
    pub trailing: Vec<u8>,
}

impl CertificateDraft {
    /// Sets an extension, in its place if it is there already.
    pub fn set_extension(&mut self, identifier: ObjectIdentifier, critical: Critical, value: Vec<u8>) {
        let critical = critical == Critical::Yes;
        match self.extensions.iter_mut().find(|extension| extension.identifier == identifier) {
            Some(extension) => (extension.critical, extension.value) = (critical, value),
            None => self.extensions.push(Extension { identifier: identifier.into(), critical, value }),
        }
    }

    /// Makes it a certificate for this key: a DER `SubjectPublicKeyInfo`.
    pub fn certify(&mut self, spki: &[u8]) {
        self.public_key = spki.into();
        if let Some(extension) = self.extension_mut(oid::SUBJECT_KEY_IDENTIFIER) {
            extension.value = octet_string(&key_identifier(spki));
        }
    }

    /// Removes an extension.
    pub fn remove_extension(&mut self, identifier: ObjectIdentifier) {
        self.extensions.retain(|extension| extension.identifier != identifier);
    }

    /// The value of an extension, to be changed.
    pub fn extension_mut(&mut self, identifier: ObjectIdentifier) -> Option<&mut Extension> {
        self.extensions.iter_mut().find(|extension| extension.identifier == identifier)
    }

    /// Sets an attribute of the subject, or removes it.
    pub fn set_subject(&mut self, identifier: ObjectIdentifier, value: Option<&str>) {
        self.subject.retain(|attribute| attribute.identifier != identifier);
        self.subject.extend(value.map(|value| Attribute::new(identifier, value)));
    }

    /// The DER, signed.
    pub fn sign(&self, key: &PrivateKey) -> Vec<u8> {
        let other = self.signature_algorithm.and_then(|algorithm| key.for_algorithm(algorithm));
        let key = other.as_ref().unwrap_or(key);
        let algorithm = signature_algorithm(key.algorithm());
        let version = match self.version {
            0 | 1 => Vec::new(),
            version => explicit(0, &integer(&[version.saturating_sub(1)])),
        };
        let extensions = self.extensions.iter().map(|extension| {
            let critical = if extension.critical { element(der::BOOLEAN, &[0xff]) } else { Vec::new() };
            sequence(&[&object_identifier(&extension.identifier), &critical, &octet_string(&extension.value)])
        });
        let extensions: Vec<u8> = extensions.flatten().collect();
        let extensions = match self.extensions.as_slice() {
            [] => Vec::new(),
            _ => explicit(3, &element(der::SEQUENCE, &extensions)),
        };
        let content = sequence(&[
            &version,
            &element(der::INTEGER, &self.serial_number),
            &algorithm,
            &name(&self.issuer),
            &sequence(&[&time(&self.not_before), &time(&self.not_after)]),
            &name(&self.subject),
            &self.public_key,
            &extensions,
        ]);
        let signature = element(der::BIT_STRING, &[&[self.unused_bits][..], &key.sign(&content)].concat());
        [sequence(&[&content, &algorithm, &signature]), self.trailing.clone()].concat()
    }
}

/// Whether an extension is critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there are two values")]
pub enum Critical {
    /// Who does not know it must refuse the certificate.
    Yes,
    /// Who does not know it may pass over it.
    No,
}

/// A name whose attributes stand in one relative name each.
fn name(attributes: &[Attribute]) -> Vec<u8> {
    let sets: Vec<u8> = attributes.iter().flat_map(|attribute| der::set_of(vec![attribute.der()])).collect();
    element(der::SEQUENCE, &sets)
}

/// A `GeneralNames` of one directory name, whose attributes stand in one relative name.
pub(crate) fn directory_name(attributes: &[Attribute]) -> Vec<u8> {
    let name = sequence(&[&der::set_of(attributes.iter().map(Attribute::der).collect())]);
    sequence(&[&explicit(4, &name)])
}

/// `UTCTime` through 2049, as RFC 5280 wants it.
fn time(text: &str) -> Vec<u8> {
    match text.strip_prefix("20") {
        Some(short) if short < "50" => element(der::UTC_TIME, short.as_bytes()),
        _ => match text.strip_prefix("19") {
            Some(short) if short >= "50" => element(der::UTC_TIME, short.as_bytes()),
            _ => element(der::GENERALIZED_TIME, text.as_bytes()),
        },
    }
}

/// The `AlgorithmIdentifier` of signatures: keys for RSASSA-PSS sign certificates with PKCS#1.
fn signature_algorithm(algorithm: Algorithm) -> Vec<u8> {
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

/// SHA-1 of the key's bits: method 1 of RFC 5280 section 4.2.1.2.
fn key_identifier(spki: &[u8]) -> Vec<u8> {
    let bits = der::public_key_bits(spki).unwrap_or_default();
    sha1::Sha1::digest(bits).to_vec()
}

/// The names that an authority and what it certifies have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    common_name: String,
    organization: String,
    country: String,
}

impl Names {
    fn attributes(&self, unit: &str) -> Vec<Attribute> {
        vec![
            Attribute::new(oid::COMMON_NAME, &self.common_name),
            Attribute::new(oid::ORGANIZATION, &self.organization),
            Attribute::new(oid::ORGANIZATIONAL_UNIT, unit),
            Attribute::new(oid::COUNTRY, &self.country),
        ]
    }
}

/// A test certificate authority: a self-signed root, valid from 2024 to 3024.
///
/// ```
/// use countersign_authenticator::CertificateAuthority;
/// let authority = CertificateAuthority::from_seed("a seed");
/// let der = authority.certificate();
/// assert_eq!(der, CertificateAuthority::from_seed("a seed").certificate());
/// ```
#[derive(Debug, Clone)]
pub struct CertificateAuthority {
    key: PrivateKey,
    serial_number: Vec<u8>,
    names: Names,
}

/// Who is certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Authority,
    Authenticator,
}

impl CertificateAuthority {
    /// With an ES256 key of its own. Different seeds have different keys and the same name.
    pub fn from_seed(seed: impl AsRef<[u8]>) -> Self {
        let mut generator = Generator::new(seed, "Attestation CA");
        let key = PrivateKey::es256(&mut generator);
        let serial_number = generator.bytes(16);
        Self::new(key, serial_number, "Countersign test authority", "Countersign", "AA")
    }

    /// With this key and serial number, and the names of its certificates: CN, O and C.
    pub fn new(
        key: PrivateKey,
        serial_number: impl Into<Vec<u8>>,
        common_name: &str,
        organization: &str,
        country: &str,
    ) -> Self {
        let names = Names {
            common_name: common_name.to_owned(),
            organization: organization.to_owned(),
            country: country.to_owned(),
        };
        Self { key, serial_number: serial_number.into(), names }
    }

    /// The DER of the root certificate: a trust anchor.
    pub fn certificate(&self) -> Vec<u8> {
        let mut draft = self.draft(&self.key.spki(), &self.serial_number, Role::Authority);
        draft.remove_extension(oid::AUTHORITY_KEY_IDENTIFIER);
        draft.sign(&self.key)
    }

    /// Its key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// A certificate of [section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)
    /// for a `SubjectPublicKeyInfo`, to be signed with its key.
    pub fn attestation_certificate(&self, spki: &[u8], serial_number: &[u8]) -> CertificateDraft {
        self.draft(spki, serial_number, Role::Authenticator)
    }

    /// An authority below this one, and its certificate to be signed with this one's key.
    pub fn subordinate(&self, key: PrivateKey, serial_number: &[u8]) -> (Self, CertificateDraft) {
        let names =
            Names { common_name: format!("{}, intermediate", self.names.common_name), ..self.names.clone() };
        let subordinate = Self { key, serial_number: serial_number.into(), names };
        let mut draft = self.draft(&subordinate.key.spki(), serial_number, Role::Authority);
        draft.subject = subordinate.names.attributes(UNIT_AUTHORITY);
        (subordinate, draft)
    }

    /// Another authority of the same name.
    pub(crate) fn impostor(&self) -> Self {
        let key = PrivateKey::stranger(self.key.algorithm()).unwrap_or_else(|| self.key.clone());
        Self { key, ..self.clone() }
    }

    fn draft(&self, spki: &[u8], serial_number: &[u8], role: Role) -> CertificateDraft {
        let (unit, constraints, usage) = match role {
            Role::Authority => (UNIT_AUTHORITY, sequence(&[&element(der::BOOLEAN, &[0xff])]), [1, 0x06]),
            Role::Authenticator => ("Authenticator Attestation", sequence(&[]), [7, 0x80]),
        };
        let mut draft = CertificateDraft {
            version: 3,
            serial_number: der::unsigned(serial_number),
            issuer: self.names.attributes(UNIT_AUTHORITY),
            subject: self.names.attributes(unit),
            not_before: "20240101000000Z".to_owned(),
            not_after: "30240101000000Z".to_owned(),
            public_key: spki.into(),
            extensions: Vec::new(),
            signature_algorithm: None,
            unused_bits: 0,
            trailing: Vec::new(),
        };
        draft.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, constraints);
        draft.set_extension(oid::KEY_USAGE, Critical::Yes, element(der::BIT_STRING, &usage));
        let identifier = octet_string(&key_identifier(spki));
        draft.set_extension(oid::SUBJECT_KEY_IDENTIFIER, Critical::No, identifier);
        let identifier = sequence(&[&element(0x80, &key_identifier(&self.key.spki()))]);
        draft.set_extension(oid::AUTHORITY_KEY_IDENTIFIER, Critical::No, identifier);
        draft
    }
}

const UNIT_AUTHORITY: &str = "Authenticator Attestation CA";
