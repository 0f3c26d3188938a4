//! Keys, messages and signatures that differ a little from valid ones. All backends must have the same verdicts and the
//! same errors of keys.
//!
//! The changes are made from hashes of a counter, so that a failure happens again.

use alloc::vec::Vec;

use ciborium::Value;

use crate::algorithm::{Curve, Scheme};
use crate::hash::sha256;
use crate::testing::{Vector, encode, prepare, vectors, with};
use crate::{key::material::KeyMaterial, key::public_key::PublicKey};

/// What changes a valid signature: bytes that are used up one after the other.
struct Choices(Vec<u8>);

impl Choices {
    fn byte(&mut self) -> u8 {
        self.0.pop().unwrap_or(0)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::from(u16::from_be_bytes([self.byte(), self.byte()])) % limit
    }

    /// Changes one place of `bytes`, which may become longer, shorter, or remain as they were.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len().max(1));
        let Some(byte) = bytes.get_mut(at) else { return bytes.push(self.byte()) };
        match self.byte() % 8 {
            0 => *byte ^= 1 << (self.byte() % 8),
            1 => *byte = self.byte(),
            2 => *byte = byte.wrapping_add(1),
            3 => *byte = byte.wrapping_sub(1),
            4 => bytes.insert(at, self.byte()),
            5 => drop(bytes.remove(at)),
            6 => bytes.truncate(at),
            _ => bytes[at..].fill([0, 0xff][usize::from(self.byte() % 2)]),
        }
    }

    /// Changes one of the values of the key, if the result is a key.
    fn change_key(&mut self, key: &PublicKey) -> Option<PublicKey> {
        let algorithm = key.algorithm()?;
        let (label, mut value): (i64, Vec<u8>) = match key.material() {
            KeyMaterial::Ec { point, .. } if self.byte().is_multiple_of(2) => (-2, point.x().to_vec()),
            KeyMaterial::Ec { point, .. } => (-3, point.y().to_vec()),
            KeyMaterial::Ed25519 { x } => (-2, x.to_vec()),
            KeyMaterial::Rsa { e, .. } if self.byte().is_multiple_of(4) => (-2, e.clone()),
            KeyMaterial::Rsa { n, .. } => (-1, n.clone()),
            _ => return None,
        };
        self.change(&mut value);
        let cose = key.to_cose(algorithm).unwrap();
        let Ok(Value::Map(members)) = ciborium::from_reader(&*cose) else { return None };
        PublicKey::from_cose(&encode(&with(&members, label, value))).ok()
    }
}

/// Changes the vectors `count` times in all, each time in one to four places.
fn change(vectors: &[Vector], count: u32) {
    let prepared: Vec<_> = vectors.iter().map(Vector::prepared).collect();
    let (mut accepted, mut rejected) = (0, 0);
    for number in 0..count {
        let block = |part: u8| sha256(&[&number.to_be_bytes(), &[part]]);
        let mut choices = Choices([block(0), block(1)].concat());
        let which = choices.below(vectors.len());
        let Vector { scheme, key, message, signature } = &vectors[which];
        let (mut message, mut signature) = (message.clone(), signature.clone());
        let mut changed_key = None;
        for _ in 0..=choices.below(4) {
            match choices.byte() % 8 {
                0 => choices.change(&mut message),
                1 | 2 => {
                    let changed = choices.change_key(changed_key.as_ref().unwrap_or(key));
                    changed_key = changed.or(changed_key);
                }
                _ => choices.change(&mut signature),
            }
        }
        // `prepare` asserts that the backends agree, and so do the keys that it returns.
        let changed_key = changed_key.map(|key| prepare(&key, *scheme));
        let verdict = match &changed_key {
            None => prepared[which].verify(&[&message], &signature),
            Some(Ok(key)) => key.verify(&[&message], &signature),
            Some(Err(_)) => {
                rejected += 1;
                continue;
            }
        };
        accepted += u32::from(verdict.is_ok());
    }
    // Some changes restore what was there. If more were accepted, the changes would not be what they are meant to be.
    assert!(accepted < count / 20, "{accepted} of {count} signatures verify");
    assert!(rejected < count / 2, "{rejected} of {count} keys are rejected");
}

fn of(is_wanted: impl Fn(Scheme) -> bool) -> Vec<Vector> {
    vectors().into_iter().filter(|vector| is_wanted(vector.scheme)).collect()
}

#[test]
fn the_backends_agree_about_40_000_changes_on_p_256() {
    change(&of(|scheme| matches!(scheme, Scheme::Ecdsa { curve: Curve::P256, .. })), 40_000);
}

#[test]
fn the_backends_agree_about_5_000_changes_on_p_384() {
    change(&of(|scheme| matches!(scheme, Scheme::Ecdsa { curve: Curve::P384, .. })), 5_000);
}

#[test]
fn the_backends_agree_about_35_000_changes_on_ed25519() {
    change(&of(|scheme| scheme == Scheme::Ed25519), 35_000);
}

#[test]
fn the_backends_agree_about_20_000_changes_with_rsa() {
    change(&of(|scheme| matches!(scheme, Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. })), 20_000);
}
