//! Certificate authorities that issue attestation certificates.

use super::{
    draft::{CertificateDraft, key_identifier},
    oid::{
        AUTHORITY_KEY_IDENTIFIER, BASIC_CONSTRAINTS, COMMON_NAME, COUNTRY, KEY_USAGE, ORGANIZATION,
        ORGANIZATIONAL_UNIT, SUBJECT_KEY_IDENTIFIER,
    },
    parts::{Attribute, Critical},
};
use crate::{
    der::{BIT_STRING, BOOLEAN, element, octet_string, sequence, unsigned},
    generator::Generator,
    private_key::PrivateKey,
};

/// The names that an authority shares with its certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    common_name: String,
    organization: String,
    country: String,
}

impl Names {
    fn attributes(&self, unit: &str) -> Vec<Attribute> {
        vec![
            Attribute::new(COMMON_NAME, &self.common_name),
            Attribute::new(ORGANIZATION, &self.organization),
            Attribute::new(ORGANIZATIONAL_UNIT, unit),
            Attribute::new(COUNTRY, &self.country),
        ]
    }
}

/// A certificate authority for tests: a self-signed root, valid from 2024 to 3024.
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

/// The kind of certificate that an authority issues.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Authority,
    Authenticator,
}

impl CertificateAuthority {
    /// An authority with an ES256 key made from a seed. Different seeds give different keys and the same name.
    pub fn from_seed(seed: impl AsRef<[u8]>) -> Self {
        let mut generator = Generator::new(seed, "Attestation CA");
        let key = PrivateKey::es256(&mut generator);
        let serial_number = generator.bytes(16);
        Self::new(key, serial_number, "Countersign test authority", "Countersign", "AA")
    }

    /// An authority with this key and serial number, and with the names of its certificates: CN, O and C.
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
        draft.remove_extension(AUTHORITY_KEY_IDENTIFIER);
        draft.sign(&self.key)
    }

    /// The authority's key.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }

    /// Drafts a certificate of [section 8.2.1](https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements)
    /// for a `SubjectPublicKeyInfo`. Sign it with this authority's key.
    pub fn attestation_certificate(&self, spki: &[u8], serial_number: &[u8]) -> CertificateDraft {
        self.draft(spki, serial_number, Role::Authenticator)
    }

    /// Makes an authority below this one, and drafts its certificate. Sign it with this authority's key.
    pub fn subordinate(&self, key: PrivateKey, serial_number: &[u8]) -> (Self, CertificateDraft) {
        let names =
            Names { common_name: format!("{}, intermediate", self.names.common_name), ..self.names.clone() };
        let subordinate = Self { key, serial_number: serial_number.into(), names };
        let mut draft = self.draft(&subordinate.key.spki(), serial_number, Role::Authority);
        draft.subject = subordinate.names.attributes(UNIT_AUTHORITY);
        (subordinate, draft)
    }

    /// Another authority with the same name.
    pub(crate) fn impostor(&self) -> Self {
        let key = PrivateKey::stranger(self.key.algorithm()).unwrap_or_else(|| self.key.clone());
        Self { key, ..self.clone() }
    }

    fn draft(&self, spki: &[u8], serial_number: &[u8], role: Role) -> CertificateDraft {
        let (unit, constraints, usage) = match role {
            Role::Authority => (UNIT_AUTHORITY, sequence(&[&element(BOOLEAN, &[0xff])]), [1, 0x06]),
            Role::Authenticator => ("Authenticator Attestation", sequence(&[]), [7, 0x80]),
        };
        let mut draft = CertificateDraft::new("", spki).with_serial_number(unsigned(serial_number));
        draft.issuer = self.names.attributes(UNIT_AUTHORITY);
        draft.subject = self.names.attributes(unit);
        draft.set_extension(BASIC_CONSTRAINTS, Critical::Yes, constraints);
        draft.set_extension(KEY_USAGE, Critical::Yes, element(BIT_STRING, &usage));
        let identifier = octet_string(&key_identifier(spki));
        draft.set_extension(SUBJECT_KEY_IDENTIFIER, Critical::No, identifier);
        let identifier = sequence(&[&element(0x80, &key_identifier(&self.key.spki()))]);
        draft.set_extension(AUTHORITY_KEY_IDENTIFIER, Critical::No, identifier);
        draft
    }
}

const UNIT_AUTHORITY: &str = "Authenticator Attestation CA";
