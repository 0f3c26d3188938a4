//! A builder of certificate revocation lists, good and bad ones.

use super::{
    bit_string,
    certificates::{Key, common_name},
    octet_string, sequence, tlv,
};
use crate::{
    oid::Oid,
    revocation::list::{CertificateRevocationList, error::RevocationListError},
};

/// Identifier, criticality, value.
pub(crate) type Extension = (Oid<'static>, bool, Vec<u8>);

/// A list to be: change one thing, then sign.
#[derive(Clone)]
pub(crate) struct ListBuilder {
    /// The DER of `version`, empty for version 1.
    pub(crate) version: Vec<u8>,
    /// The DER of the issuer's name.
    pub(crate) issuer: Vec<u8>,
    /// The DER of this and the next update.
    pub(crate) updates: Vec<Vec<u8>>,
    /// The contents of each serial number, and the entry's extensions.
    pub(crate) entries: Vec<(Vec<u8>, Vec<Extension>)>,
    pub(crate) extensions: Vec<Extension>,
    /// The DER of the algorithm in `tbsCertList`, if it is not the signer's.
    pub(crate) inner_algorithm: Option<Vec<u8>>,
    /// DER that follows the extensions.
    pub(crate) surplus: Vec<u8>,
}

impl ListBuilder {
    /// A list by a CA with this CN, current at `NOW`, that names nobody.
    pub(crate) fn new(issuer: &str) -> Self {
        Self {
            version: vec![0x02, 0x01, 0x01],
            issuer: common_name(issuer),
            updates: vec![tlv(0x17, b"251225000000Z"), tlv(0x17, b"260201000000Z")],
            entries: Vec::new(),
            extensions: Vec::new(),
            inner_algorithm: None,
            surplus: Vec::new(),
        }
    }

    /// Names a serial number.
    pub(crate) fn naming(self, serial_number: &[u8]) -> Self {
        self.naming_with(serial_number, Vec::new())
    }

    pub(crate) fn naming_with(mut self, serial_number: &[u8], extensions: Vec<Extension>) -> Self {
        self.entries.push((serial_number.to_vec(), extensions));
        self
    }

    pub(crate) fn with_extension(mut self, identifier: Oid<'static>, critical: bool, value: &[u8]) -> Self {
        self.extensions.push((identifier, critical, value.to_vec()));
        self
    }

    /// Sets this and the next update, in `UTCTime` without seconds and zone.
    pub(crate) fn valid(mut self, updates: &[&str]) -> Self {
        self.updates = updates.iter().map(|time| tlv(0x17, format!("{time}00Z").as_bytes())).collect();
        self
    }

    pub(crate) fn der(&self, key: &Key) -> Vec<u8> {
        let algorithm = key.signature_algorithm();
        let entries = self.entries.iter().map(|(serial_number, extensions)| {
            let date = tlv(0x17, b"251224000000Z");
            sequence(&[&tlv(0x02, serial_number), &date, &encode(extensions)])
        });
        let entries = entries.collect::<Vec<_>>().concat();
        let extensions = encode(&self.extensions);
        let tbs = sequence(&[
            &self.version,
            self.inner_algorithm.as_ref().unwrap_or(&algorithm),
            &self.issuer,
            &self.updates.concat(),
            &if entries.is_empty() { Vec::new() } else { tlv(0x30, &entries) },
            &if extensions.is_empty() { Vec::new() } else { tlv(0xa0, &extensions) },
            &self.surplus,
        ]);
        sequence(&[&tbs, &algorithm, &bit_string(&key.sign(&tbs))])
    }

    pub(crate) fn signed_by(&self, key: &Key) -> CertificateRevocationList {
        self.try_signed_by(key).unwrap()
    }

    pub(crate) fn try_signed_by(&self, key: &Key) -> Result<CertificateRevocationList, RevocationListError> {
        CertificateRevocationList::from_der(&self.der(key))
    }
}

fn encode(extensions: &[Extension]) -> Vec<u8> {
    if extensions.is_empty() {
        return Vec::new();
    }
    let extensions = extensions.iter().map(|(identifier, critical, value)| {
        let critical: &[u8] = if *critical { &[0x01, 0x01, 0xff] } else { &[] };
        sequence(&[&tlv(0x06, identifier.as_contents()), critical, &octet_string(value)])
    });
    tlv(0x30, &extensions.collect::<Vec<_>>().concat())
}
