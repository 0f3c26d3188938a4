//! The hash functions of a TPM, `TPM_ALG_ID` in TPM 2.0 Part 2, section 6.3.

use countersign_cose::Hash;

/// A hash function that names an object, or that a signing scheme uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TpmHash {
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

impl TpmHash {
    pub(super) const fn from_identifier(identifier: u16) -> Option<Self> {
        match identifier {
            0x0004 => Some(Self::Sha1),
            0x000b => Some(Self::Sha256),
            0x000c => Some(Self::Sha384),
            0x000d => Some(Self::Sha512),
            _ => None,
        }
    }

    pub(super) const fn identifier(self) -> u16 {
        match self {
            Self::Sha1 => 0x0004,
            Self::Sha256 => 0x000b,
            Self::Sha384 => 0x000c,
            Self::Sha512 => 0x000d,
        }
    }

    /// Whether this is the hash function `hash`.
    pub(super) fn is(self, hash: Hash) -> bool {
        self.hash() == hash
    }

    pub(super) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        self.hash().digest(&[bytes])
    }

    const fn hash(self) -> Hash {
        match self {
            Self::Sha1 => Hash::Sha1,
            Self::Sha256 => Hash::Sha256,
            Self::Sha384 => Hash::Sha384,
            Self::Sha512 => Hash::Sha512,
        }
    }
}
