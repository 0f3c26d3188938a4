//! The source of every random value: HKDF-SHA-256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)), as the
//! specification derives its own [test vectors](https://www.w3.org/TR/webauthn-3/#sctn-test-vectors).

use core::convert::Infallible;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rsa::rand_core::{TryCryptoRng, TryRng};
use sha2::Sha256;

/// A source of bytes that depend only on a seed and a label.
///
/// Draw number n is HKDF-SHA-256 with the seed as input key material, n as salt (big-endian, in the fewest bytes, but
/// at least one), and the label as info. There is no entropy of the operating system in it: these are values for tests.
///
/// ```
/// use countersign_authenticator::Generator;
/// let mut generator = Generator::new(b"WebAuthn test vectors", "none.ES256");
/// let challenge = generator.bytes(32);
/// assert_eq!(challenge[..4], [0x00, 0xc3, 0x0f, 0xb7]);
/// ```
#[derive(Debug, Clone)]
pub struct Generator {
    seed: Vec<u8>,
    label: String,
    draws: u64,
}

impl Generator {
    /// A generator from a seed of any length. Generators with different labels are independent of each other.
    pub fn new(seed: impl AsRef<[u8]>, label: impl Into<String>) -> Self {
        Self { seed: seed.as_ref().to_vec(), label: label.into(), draws: 0 }
    }

    /// The next draw, of this many bytes. HKDF gives at most 8160, and the rest is zero.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let salt = self.draws.to_be_bytes();
        let start = salt.iter().position(|byte| *byte != 0).unwrap_or(salt.len().saturating_sub(1));
        self.draws = self.draws.wrapping_add(1);
        let hkdf = Hkdf::<Sha256>::new(salt.get(start..), &self.seed);
        let mut output = vec![0; length];
        let filled = output.get_mut(..length.min(HKDF_MAX)).unwrap_or_default();
        // The only failure is a longer output.
        hkdf.expand(self.label.as_bytes(), filled).unwrap_or_default();
        output
    }

    /// The next draw, as an array.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&self.bytes(N));
        array
    }
}

impl TryRng for Generator {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(self.array()))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(self.array()))
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), Infallible> {
        for chunk in buffer.chunks_mut(HKDF_MAX) {
            let bytes = self.bytes(chunk.len());
            chunk.copy_from_slice(&bytes);
        }
        Ok(())
    }
}

impl TryCryptoRng for Generator {}

/// The most bytes of one HKDF: 255 blocks.
const HKDF_MAX: usize = 255 * 32;

/// HMAC-SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
#[expect(clippy::expect_used, reason = "HMAC accepts keys of every length")]
pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use countersign_types::hex::Hex;

    use super::*;

    fn hex(bytes: &[u8]) -> String {
        Hex(bytes).to_string()
    }

    #[test]
    fn draws_equal_the_vectors_of_the_specification() {
        let mut generator = Generator::new("WebAuthn test vectors", "none.ES256");
        let challenge = "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130";
        assert_eq!(hex(&generator.bytes(32)), challenge);
        let key = "6e68e7a58484a3264f66b77f5d6dc5bc36a47085b615c9727ab334e8c369c2ee";
        assert_eq!(hex(&generator.bytes(32)), key);
        assert_eq!(hex(&generator.bytes(1)), "f9");
    }

    #[test]
    fn another_seed_or_label_gives_other_bytes() {
        let first = |seed: &str, label: &str| Generator::new(seed, label).bytes(16);
        assert_eq!(first("a", "b"), first("a", "b"));
        assert_ne!(first("a", "b"), first("a", "c"));
        assert_ne!(first("a", "b"), first("b", "b"));
        let mut longer = Generator::new("a", "b");
        assert_ne!(longer.bytes(16), longer.bytes(16));
    }
}
