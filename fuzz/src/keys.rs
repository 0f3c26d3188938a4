//! Keys and signatures: one key has one meaning in every encoding and for every backend, and a changed signature is
//! rejected.

use std::sync::LazyLock;

use countersign_cose::{KeyError, PreparedKey, PublicKey, Verifiers};

use crate::seeds::{Assertion, assertions};

/// A `COSE_Key` means the same as `SubjectPublicKeyInfo`.
pub fn cose_key(data: &[u8]) {
    let Ok(key) = PublicKey::from_cose(data) else { return };
    let spki = key.to_spki();
    let again = PublicKey::from_spki(&spki).unwrap();
    assert_eq!(again.material(), key.material());
    assert_eq!(again.to_spki(), spki);
    let algorithm = key.algorithm().unwrap();
    let _ = prepare(&key);
    let written = again.to_cose(algorithm).unwrap();
    assert_eq!(PublicKey::from_cose(&written).unwrap().material(), key.material());
}

/// A `SubjectPublicKeyInfo` that is read means the same when it is written again.
pub fn spki_key(data: &[u8]) {
    let Ok(key) = PublicKey::from_spki(data) else { return };
    let again = PublicKey::from_spki(&key.to_spki()).unwrap();
    assert_eq!(again.material(), key.material());
}

/// The backend in plain Rust, and the one over graviola if it works on this processor.
static BACKENDS: LazyLock<Vec<Verifiers>> =
    LazyLock::new(|| [Verifiers::rust_crypto()].into_iter().chain(Verifiers::graviola()).collect());

/// The key, prepared by each backend. All must prepare it, or fail with the same error.
fn prepare(key: &PublicKey) -> Result<Vec<Box<dyn PreparedKey>>, KeyError> {
    let scheme = key.algorithm().unwrap().scheme();
    let prepared: Vec<_> = BACKENDS.iter().map(|verifiers| verifiers.prepare(key, scheme)).collect();
    let first = prepared[0].as_ref().err().copied();
    assert!(prepared.iter().all(|it| it.as_ref().err().copied() == first), "{prepared:?}");
    prepared.into_iter().collect()
}

/// A signature is valid for the bytes of its own assertion only. The first byte of the input chooses one of the known
/// assertions; each three further bytes are a place (two bytes, big-endian) and a value to XOR in there. Places run over
/// the signature, authenticator data, the hash of client data and the key.
pub fn signature(data: &[u8]) {
    let Some((which, edits)) = data.split_first() else { return };
    let known = assertions();
    let original = &known[usize::from(*which) % known.len()];
    let mut edited = original.clone();
    for edit in edits.chunks_exact(3).take(64) {
        let place = usize::from(u16::from_be_bytes([edit[0], edit[1]]));
        edited.xor(place, edit[2]);
    }
    judge(*which, &edited, edited.means(original));
}

/// The known assertion that the first byte chooses, against what is expected of it: for the test of the oracle itself.
pub fn signature_expecting(data: &[u8], expected: bool) {
    let known = assertions();
    let which = data.first().copied().unwrap_or_default();
    judge(which, &known[usize::from(which) % known.len()], expected);
}

fn judge(which: u8, assertion: &Assertion, expected: bool) {
    assert_eq!(verifies(assertion), expected, "assertion {which}");
}

fn verifies(assertion: &Assertion) -> bool {
    let Ok(key) = PublicKey::from_cose(&assertion.public_key) else { return false };
    let Ok(prepared) = prepare(&key) else { return false };
    let message: [&[u8]; 2] = [&assertion.authenticator_data, &assertion.client_data_hash];
    let verdicts: Vec<_> =
        prepared.iter().map(|key| key.verify(&message, &assertion.signature).is_ok()).collect();
    assert!(verdicts.iter().all(|verdict| *verdict == verdicts[0]), "{verdicts:?}");
    verdicts[0]
}

impl Assertion {
    /// Whether nothing that is signed differs, nor the key: ES256 and ESP256 are two names of one thing.
    fn means(&self, other: &Self) -> bool {
        let key = |assertion: &Self| {
            let key = PublicKey::from_cose(&assertion.public_key).ok()?;
            Some((key.algorithm()?.scheme(), key.material().clone()))
        };
        self.signature == other.signature
            && self.authenticator_data == other.authenticator_data
            && self.client_data_hash == other.client_data_hash
            && (self.public_key == other.public_key || key(self).is_some_and(|it| Some(it) == key(other)))
    }

    fn xor(&mut self, place: usize, mask: u8) {
        let parts = [
            self.signature.as_mut_slice(),
            &mut self.authenticator_data,
            &mut self.client_data_hash,
            &mut self.public_key,
        ];
        let mut place = place % parts.iter().map(|part| part.len()).sum::<usize>();
        for part in parts {
            if let Some(byte) = part.get_mut(place) {
                *byte ^= mask;
                return;
            }
            place -= part.len();
        }
    }
}
