//! Structures of [TPM 2.0 Part 2](https://trustedcomputinggroup.org/resource/tpm-library-specification/) in TPM
//! attestation.

use countersign_cose::{Curve, Hash, KeyMaterial};

/// `TPM_ALG_NULL`.
const NULL: u16 = 0x0010;
/// `TPM_ALG_SHA256`.
const SHA256: u16 = 0x000b;

/// `TPMT_PUBLIC`: the key as a TPM encodes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublicArea {
    /// 0x0001 for RSA, 0x0023 for an elliptic curve.
    pub object_type: u16,
    /// The hash function of its name: SHA-256 is 0x000b.
    pub name_algorithm: u16,
    /// `TPMA_OBJECT`: by default only the bit `sign`, as in the specification's vector.
    pub attributes: u32,
    /// The policy's digest.
    pub policy: Vec<u8>,
    /// The symmetric algorithm, 0x0010 for none.
    pub symmetric: Vec<u16>,
    /// The signature scheme with its details, 0x0010 for none.
    pub scheme: Vec<u16>,
    /// The parameters before the key: curve and key derivation, or the bits of the key and the exponent.
    pub parameters: Vec<u8>,
    /// The key: x and y, or the modulus.
    pub unique: Vec<Vec<u8>>,
    /// Bytes at the start.
    pub leading: Vec<u8>,
    /// Bytes at the end.
    pub trailing: Vec<u8>,
}

impl Default for PublicArea {
    fn default() -> Self {
        Self {
            object_type: 0x0023,
            name_algorithm: SHA256,
            attributes: 0x0004_0000,
            policy: Vec::new(),
            symmetric: vec![NULL],
            scheme: vec![NULL],
            parameters: Vec::new(),
            unique: Vec::new(),
            leading: Vec::new(),
            trailing: Vec::new(),
        }
    }
}

impl PublicArea {
    /// Encodes the public area.
    pub fn to_vec(&self) -> Vec<u8> {
        let numbers = |numbers: &[u16]| numbers.iter().flat_map(|it| it.to_be_bytes()).collect::<Vec<_>>();
        let unique: Vec<u8> = self.unique.iter().flat_map(|part| sized(part)).collect();
        [
            self.leading.clone(),
            numbers(&[self.object_type, self.name_algorithm]),
            self.attributes.to_be_bytes().to_vec(),
            sized(&self.policy),
            numbers(&self.symmetric),
            numbers(&self.scheme),
            self.parameters.clone(),
            unique,
            self.trailing.clone(),
        ]
        .concat()
    }

    pub(super) fn of(material: &KeyMaterial) -> Option<Self> {
        match material {
            KeyMaterial::Ec { curve, point } => {
                let curve = tpm_curve(*curve)?;
                let parameters = [curve.to_be_bytes(), NULL.to_be_bytes()].concat();
                Some(Self {
                    parameters,
                    unique: vec![point.x().to_vec(), point.y().to_vec()],
                    ..Self::default()
                })
            }
            KeyMaterial::Rsa { n, .. } => {
                let bits = u16::try_from(n.len().saturating_mul(8)).ok()?;
                // An exponent of 0 means 65537.
                let parameters = [&bits.to_be_bytes()[..], &0_u32.to_be_bytes()].concat();
                Some(Self { object_type: 0x0001, parameters, unique: vec![n.clone()], ..Self::default() })
            }
            _ => None,
        }
    }

    /// `TPMT_HA` of the public area.
    pub(super) fn name(&self) -> Vec<u8> {
        let hash = match self.name_algorithm {
            0x0004 => Hash::Sha1,
            0x000c => Hash::Sha384,
            0x000d => Hash::Sha512,
            _ => Hash::Sha256,
        };
        [&self.name_algorithm.to_be_bytes()[..], &hash.digest(&[&self.to_vec()])].concat()
    }
}

/// `TPMS_ATTEST`: the structure that a TPM signs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CertifyInfo {
    /// `TPM_GENERATED_VALUE`.
    pub magic: u32,
    /// `TPM_ST_ATTEST_CERTIFY`.
    pub attestation_type: u16,
    /// The name of the signer.
    pub qualified_signer: Vec<u8>,
    /// The hash that binds the ceremony; `None` for the right one.
    pub extra_data: Option<Vec<u8>>,
    /// `TPMS_CLOCK_INFO`: clock, reset count, restart count, safe.
    pub clock_info: [u8; 17],
    /// The firmware's version.
    pub firmware_version: u64,
    /// The name of the key; `None` for the right one.
    pub name: Option<Vec<u8>>,
    /// The qualified name of the key.
    pub qualified_name: Vec<u8>,
    /// Bytes at the end.
    pub trailing: Vec<u8>,
}

/// As in the specification's vector.
impl Default for CertifyInfo {
    fn default() -> Self {
        Self {
            magic: 0xff54_4347,
            attestation_type: 0x8017,
            qualified_signer: Vec::new(),
            extra_data: None,
            clock_info: [0, 0, 0, 0, 0, 0, 0, 0, 0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x22, 0x22, 0x33],
            firmware_version: 0,
            name: None,
            qualified_name: Vec::new(),
            trailing: Vec::new(),
        }
    }
}

impl CertifyInfo {
    /// Encodes the structure; an absent name or hash is empty.
    pub fn to_vec(&self) -> Vec<u8> {
        [
            self.magic.to_be_bytes().to_vec(),
            self.attestation_type.to_be_bytes().to_vec(),
            sized(&self.qualified_signer),
            sized(self.extra_data.as_deref().unwrap_or_default()),
            self.clock_info.to_vec(),
            self.firmware_version.to_be_bytes().to_vec(),
            sized(self.name.as_deref().unwrap_or_default()),
            sized(&self.qualified_name),
            self.trailing.clone(),
        ]
        .concat()
    }
}

/// A byte string with its length before it.
fn sized(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()[..], bytes].concat()
}

pub(super) fn tpm_curve(curve: Curve) -> Option<u16> {
    match curve {
        Curve::P256 => Some(3),
        Curve::P384 => Some(4),
        Curve::P521 => Some(5),
        _ => None,
    }
}
