//! What a TPM makes, good and bad: change one thing, then have it certified.

use super::hash::TpmHash;

/// `TPM_ALG_NULL`.
pub(super) const NULL: u16 = 0x0010;

/// Attributes as Windows gives them to credentials' keys: `fixedTPM`, `fixedParent`, `sensitiveDataOrigin`,
/// `userWithAuth`, `noDA`, `decrypt`, `sign`.
pub(super) const ATTRIBUTES: u32 = 0x0006_0472;

/// A byte string with its length before it.
pub(super) fn sized(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
}

/// A `TPMT_PUBLIC` to be.
#[derive(Debug, Clone)]
pub(super) struct PublicArea {
    pub(super) object_type: u16,
    pub(super) name_hash: u16,
    pub(super) attributes: u32,
    pub(super) policy: Vec<u8>,
    pub(super) symmetric: Vec<u16>,
    pub(super) scheme: Vec<u16>,
    /// What follows the scheme.
    pub(super) key: Vec<u8>,
}

impl PublicArea {
    fn new(object_type: u16, key: Vec<u8>) -> Self {
        Self {
            object_type,
            name_hash: 0x000b,
            attributes: ATTRIBUTES,
            policy: Vec::new(),
            symmetric: vec![NULL],
            scheme: vec![NULL],
            key,
        }
    }

    pub(super) fn ecc(curve: u16, kdf: u16, x: &[u8], y: &[u8]) -> Self {
        let [curve, kdf] = [curve, kdf].map(u16::to_be_bytes);
        Self::new(0x0023, [&curve[..], &kdf, &sized(x), &sized(y)].concat())
    }

    pub(super) fn rsa(key_bits: u16, exponent: u32, modulus: &[u8]) -> Self {
        let key = [&key_bits.to_be_bytes()[..], &exponent.to_be_bytes(), &sized(modulus)].concat();
        Self::new(0x0001, key)
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let identifiers =
            |values: &[u16]| values.iter().flat_map(|value| value.to_be_bytes()).collect::<Vec<_>>();
        [
            identifiers(&[self.object_type, self.name_hash]),
            self.attributes.to_be_bytes().to_vec(),
            sized(&self.policy),
            identifiers(&self.symmetric),
            identifiers(&self.scheme),
            self.key.clone(),
        ]
        .concat()
    }
}

/// The name of an object with this public area, by the hash function that it names; SHA-256 if that is unknown.
pub(super) fn name_of(public_area: &[u8]) -> Vec<u8> {
    let identifier = public_area.get(2..4).map_or([0, 0x0b], |bytes| bytes.try_into().unwrap());
    let hash = TpmHash::from_identifier(u16::from_be_bytes(identifier)).unwrap_or(TpmHash::Sha256);
    [&identifier[..], &hash.digest(public_area)].concat()
}

/// A `TPMS_ATTEST` to be.
#[derive(Debug, Clone)]
pub(super) struct CertifyInfo {
    pub(super) magic: u32,
    pub(super) attestation_type: u16,
    pub(super) qualified_signer: Vec<u8>,
    pub(super) extra_data: Vec<u8>,
    pub(super) clock_info: [u8; 17],
    pub(super) firmware_version: u64,
    pub(super) name: Vec<u8>,
    pub(super) qualified_name: Vec<u8>,
}

impl CertifyInfo {
    pub(super) fn new(extra_data: Vec<u8>, name: Vec<u8>) -> Self {
        Self {
            magic: 0xff54_4347,
            attestation_type: 0x8017,
            qualified_signer: vec![0x5a; 34],
            extra_data,
            clock_info: [7; 17],
            firmware_version: 0x0007_0002_0000_0003,
            name,
            qualified_name: vec![0xa5; 34],
        }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        [
            &self.magic.to_be_bytes()[..],
            &self.attestation_type.to_be_bytes(),
            &sized(&self.qualified_signer),
            &sized(&self.extra_data),
            &self.clock_info,
            &self.firmware_version.to_be_bytes(),
            &sized(&self.name),
            &sized(&self.qualified_name),
        ]
        .concat()
    }
}
