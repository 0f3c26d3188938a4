//! Certificate revocation lists ([RFC 5280 section 5](https://www.rfc-editor.org/rfc/rfc5280#section-5)).

use super::{
    oid::COMMON_NAME,
    parts::{Attribute, Critical, Extension, Time, extensions, name, signature_algorithm},
};
use crate::{
    der::{INTEGER, SEQUENCE, bit_string, element, explicit, integer, sequence},
    private_key::PrivateKey,
};

/// A certificate revocation list that has yet to be signed.
///
/// ```
/// use countersign_authenticator::{Algorithm, Generator, PrivateKey, RevocationListDraft};
/// let key = PrivateKey::generate(Algorithm::Es256, &mut Generator::new("a seed", "a key")).unwrap();
/// let der = RevocationListDraft::new("root").with_revoked(&[7]).sign(&key);
/// # let _ = der;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevocationListDraft {
    /// The version; 1 is written by leaving it out.
    pub version: u8,
    /// The name of the issuer.
    pub issuer: Vec<Attribute>,
    /// The times of this update and of the next; without the second, the list has none.
    pub updates: Vec<Time>,
    /// The revoked certificates.
    pub entries: Vec<RevokedCertificate>,
    /// The extensions, in order.
    pub extensions: Vec<Extension>,
    /// DER after the extensions, within the signed part.
    pub surplus: Vec<u8>,
    /// The `AlgorithmIdentifier` within the signed part, if it is not the signature's.
    pub inner_algorithm: Option<Vec<u8>>,
}

/// One entry of a certificate revocation list.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokedCertificate {
    /// The serial number, in the two's complement of DER.
    pub serial_number: Vec<u8>,
    /// The entry's extensions, in order.
    pub extensions: Vec<Extension>,
}

impl RevocationListDraft {
    /// An empty list of the issuer with this common name, current from 2025-12-25 to 2026-02-01.
    pub fn new(issuer: &str) -> Self {
        Self {
            version: 2,
            issuer: vec![Attribute::new(COMMON_NAME, issuer)],
            updates: vec![Time::new("20251225000000Z"), Time::new("20260201000000Z")],
            entries: Vec::new(),
            extensions: Vec::new(),
            surplus: Vec::new(),
            inner_algorithm: None,
        }
    }

    /// Replaces the times of this update and of the next.
    pub fn with_updates<T: Into<Time>>(mut self, updates: impl IntoIterator<Item = T>) -> Self {
        self.updates = updates.into_iter().map(Into::into).collect();
        self
    }

    /// Adds the certificate with this serial number.
    pub fn with_revoked(self, serial_number: &[u8]) -> Self {
        self.with_revoked_entry(serial_number, [])
    }

    /// Adds the certificate with this serial number, in an entry with extensions.
    pub fn with_revoked_entry(
        mut self,
        serial_number: &[u8],
        extensions: impl IntoIterator<Item = Extension>,
    ) -> Self {
        let extensions = extensions.into_iter().collect();
        self.entries.push(RevokedCertificate { serial_number: serial_number.into(), extensions });
        self
    }

    /// Adds an extension of the list.
    pub fn with_extension(
        mut self,
        identifier: &[u8],
        critical: Critical,
        value: impl Into<Vec<u8>>,
    ) -> Self {
        self.extensions.push(Extension::new(identifier, critical, value));
        self
    }

    /// Signs the list and encodes it as DER.
    pub fn sign(&self, key: &PrivateKey) -> Vec<u8> {
        let algorithm = signature_algorithm(key.algorithm());
        let version = match self.version {
            0 | 1 => Vec::new(),
            version => integer(&[version.saturating_sub(1)]),
        };
        let date = Time::new("20251224000000Z").der();
        let entry = |entry: &RevokedCertificate| {
            let number = element(INTEGER, &entry.serial_number);
            sequence(&[&number, &date, &extensions(&entry.extensions)])
        };
        let entries: Vec<u8> = self.entries.iter().flat_map(entry).collect();
        let content = sequence(&[
            &version,
            self.inner_algorithm.as_ref().unwrap_or(&algorithm),
            &name(&self.issuer),
            &self.updates.iter().flat_map(Time::der).collect::<Vec<_>>(),
            &if entries.is_empty() { Vec::new() } else { element(SEQUENCE, &entries) },
            &match self.extensions.as_slice() {
                [] => Vec::new(),
                some => explicit(0, &extensions(some)),
            },
            &self.surplus,
        ]);
        sequence(&[&content, &algorithm, &bit_string(&key.sign(&content))])
    }
}
