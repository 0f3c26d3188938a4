//! The name by which a ceremony is remembered
//! ([section 13.4.3](https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges)).

/// The name of one ceremony, to remember it by: SHA-256 over its challenge, so no secret.
///
/// Two ceremonies with the same challenge have the same one, whatever else they differ in: no challenge is used twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CeremonyId([u8; 32]);

impl CeremonyId {
    pub(crate) fn of_challenge(challenge: &[u8]) -> Self {
        Self(countersign_cose::hash::sha256(&[b"countersign ceremony\0", challenge]))
    }

    /// Its 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}
