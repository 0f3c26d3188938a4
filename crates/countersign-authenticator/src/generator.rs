//! Where every random value comes from: HKDF-SHA-256 ([RFC 5869](https://www.rfc-editor.org/rfc/rfc5869)), as the
//! specification derives its own [test vectors](https://www.w3.org/TR/webauthn-3/#sctn-test-vectors).

use core::convert::Infallible;

use countersign_cose::hash::sha256;
use rsa::rand_core::{TryCryptoRng, TryRng};

/// A source of bytes that gives the same ones for the same seed and label.
///
/// Draw number n is HKDF-SHA-256 with the seed as input key material, n as salt (big-endian, in the fewest bytes, but
/// at least one), and the label as info. No entropy of the operating system is in it: these are values for tests.
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
    /// From a seed of any length; generators with different labels are independent of each other.
    pub fn new(seed: impl AsRef<[u8]>, label: impl Into<String>) -> Self {
        Self { seed: seed.as_ref().to_vec(), label: label.into(), draws: 0 }
    }

    /// The next draw, of this many bytes; HKDF gives at most 8160, and the rest stays zero.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let salt = self.draws.to_be_bytes();
        let start = salt.iter().position(|byte| *byte != 0).unwrap_or(salt.len().saturating_sub(1));
        self.draws = self.draws.wrapping_add(1);
        hkdf(&self.seed, salt.get(start..).unwrap_or_default(), self.label.as_bytes(), length)
    }

    /// The next draw, as an array.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        let mut array = [0; N];
        array.copy_from_slice(&self.bytes(N));
        array
    }

    /// A generator of the same seed, for another purpose.
    pub fn labelled(&self, label: &str) -> Self {
        Self::new(&self.seed, format!("{}/{label}", self.label))
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

fn hkdf(key_material: &[u8], salt: &[u8], info: &[u8], length: usize) -> Vec<u8> {
    let key = hmac(salt, &[key_material]);
    let mut output = Vec::with_capacity(length);
    let mut block: Vec<u8> = Vec::new();
    for number in 1..=u8::MAX {
        if output.len() >= length {
            break;
        }
        block = hmac(&key, &[&block, info, &[number]]).to_vec();
        output.extend_from_slice(&block);
    }
    output.resize(length, 0);
    output
}

/// HMAC-SHA-256 ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)).
pub(crate) fn hmac(key: &[u8], message: &[&[u8]]) -> [u8; 32] {
    let mut block = [0; 64];
    let hashed = sha256(&[key]);
    let key = if key.len() > block.len() { &hashed } else { key };
    for (byte, of_key) in block.iter_mut().zip(key) {
        *byte = *of_key;
    }
    let padded = block.map(|byte| byte ^ 0x36);
    let inner = [&[&padded[..]], message].concat();
    sha256(&[&block.map(|byte| byte ^ 0x5c), &sha256(&inner)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
            .collect()
    }

    #[test]
    fn draws_are_those_of_the_specification_s_vectors() {
        let mut generator = Generator::new("WebAuthn test vectors", "none.ES256");
        let challenge = "00c30fb78531c464d2b6771dab8d7b603c01162f2fa486bea70f283ae556e130";
        assert_eq!(hex(&generator.bytes(32)), challenge);
        let key = "6e68e7a58484a3264f66b77f5d6dc5bc36a47085b615c9727ab334e8c369c2ee";
        assert_eq!(hex(&generator.bytes(32)), key);
        assert_eq!(hex(&generator.bytes(1)), "f9");
    }

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        // Test cases 2 and 6 (a key longer than a block).
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex(&hmac(b"Jefe", &[b"what do ya want for nothing?"])), expected);
        let expected = "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54";
        let message = b"Test Using Larger Than Block-Size Key - Hash Key First";
        assert_eq!(hex(&hmac(&[0xaa; 131], &[message])), expected);
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
