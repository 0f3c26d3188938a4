//! Keys, certificates and authorities that attest.

use crate::{
    certificate::{
        authority::CertificateAuthority,
        draft::CertificateDraft,
        oid,
        parts::{Attribute, Critical},
    },
    der::{BIT_STRING, element, explicit, sequence},
    generator::Generator,
    private_key::PrivateKey,
};

/// An attestation key, its certificate, and the authority that issues the certificate.
#[derive(Debug, Clone)]
pub struct Attester {
    pub(super) authority: CertificateAuthority,
    pub(super) intermediates: Vec<(CertificateAuthority, CertificateDraft)>,
    pub(super) key: PrivateKey,
    pub(super) serial_number: Vec<u8>,
    pub(super) certifies_aaguid: bool,
}

impl Attester {
    /// An attester with an authority of the same seed, an ES256 key, and the AAGUID in packed certificates.
    pub fn from_seed(seed: impl AsRef<[u8]>) -> Self {
        let mut generator = Generator::new(&seed, "Attestation key");
        let key = PrivateKey::es256(&mut generator);
        let serial_number = generator.bytes(16);
        Self::new(CertificateAuthority::from_seed(seed), key, serial_number).with_certified_aaguid()
    }

    /// An attester with an authority, an attestation key, and the serial number of the certificate.
    pub fn new(authority: CertificateAuthority, key: PrivateKey, serial_number: impl Into<Vec<u8>>) -> Self {
        let serial_number = serial_number.into();
        Self { authority, intermediates: Vec::new(), key, serial_number, certifies_aaguid: false }
    }

    /// Replaces the authority. Call this before adding an intermediate one.
    pub fn with_authority(mut self, authority: CertificateAuthority) -> Self {
        self.authority = authority;
        self
    }

    /// Replaces the attestation key. Formats that certify the credential's own key don't use it.
    pub fn with_key(mut self, key: PrivateKey) -> Self {
        self.key = key;
        self
    }

    /// Adds an authority between the root and the attestation certificate; its certificate is sent too. Each further
    /// one is below the previous one.
    pub fn with_intermediate(self) -> Self {
        let mut generator = self.intermediate_generator();
        let key = PrivateKey::es256(&mut generator);
        self.with_subordinate(key, generator)
    }

    /// Adds an intermediate authority with this key.
    pub fn with_intermediate_key(self, key: PrivateKey) -> Self {
        let generator = self.intermediate_generator();
        self.with_subordinate(key, generator)
    }

    fn with_subordinate(mut self, key: PrivateKey, mut generator: Generator) -> Self {
        let subordinate = self.issuer().subordinate(key, &generator.bytes(16));
        self.intermediates.push(subordinate);
        self
    }

    fn intermediate_generator(&self) -> Generator {
        let label = match self.intermediates.len() {
            0 => "Intermediate CA".to_owned(),
            above => format!("Intermediate CA below {above}"),
        };
        Generator::new(&self.serial_number, label)
    }

    /// Adds the certificates that Android devices got at the factory before remote provisioning: an intermediate whose
    /// subject has a serialNumber and, below it, a batch certificate that issues the certificates of keys, is not a
    /// CA's and has name constraints. Both expired in May 2025.
    pub fn with_factory_chain(self) -> Self {
        let mut attester = self.with_intermediate().with_intermediate();
        if let [.., (_, intermediate), (_, batch)] = attester.intermediates.as_mut_slice() {
            intermediate.subject.push(Attribute::new(oid::SERIAL_NUMBER, "87f4514475ba0a2b"));
            batch.issuer.clone_from(&intermediate.subject);
            make_batch(batch);
            for draft in [intermediate, batch] {
                draft.not_after = "20250524000000Z".into();
            }
        }
        attester
    }

    /// Adds the AAGUID to the certificate of packed statements.
    pub fn with_certified_aaguid(mut self) -> Self {
        self.certifies_aaguid = true;
        self
    }

    /// The root authority, whose certificate is the trust anchor.
    pub fn authority(&self) -> &CertificateAuthority {
        &self.authority
    }

    pub(super) fn issuer(&self) -> &CertificateAuthority {
        self.intermediates.last().map_or(&self.authority, |(authority, _)| authority)
    }
}

/// Turns an authority's certificate into a batch certificate: not a CA's by basic constraints and key usage, and with
/// name constraints.
fn make_batch(draft: &mut CertificateDraft) {
    let permitted = explicit(0, &sequence(&[&element(0x82, b"invalid")]));
    draft.set_extension(oid::BASIC_CONSTRAINTS, Critical::Yes, sequence(&[]));
    draft.set_extension(oid::KEY_USAGE, Critical::Yes, element(BIT_STRING, &[7, 0x80]));
    draft.set_extension(oid::NAME_CONSTRAINTS, Critical::No, sequence(&[&permitted]));
}
