//! Ed448 ([RFC 8032 section 5.2](https://www.rfc-editor.org/rfc/rfc8032#section-5.2)), strictly: one encoding of each
//! key and of each signature, no points of small order.
//!
//! The library reduces a coordinate instead of rejecting it, and ignores the seven bits next to the sign. Both are
//! checked here.

use alloc::boxed::Box;

use ed448_goldilocks::{Signature, VerifyingKey};

use crate::key::error::{KeyError, MalformedKeyError};
use crate::verifier::{PreparedKey, SignatureError, SignatureVerifier};
use crate::{algorithm::Scheme, key::material::KeyMaterial, key::public_key::PublicKey};

#[derive(Debug)]
pub(super) struct Ed448;

impl SignatureVerifier for Ed448 {
    fn scheme(&self) -> Scheme {
        Scheme::Ed448
    }

    fn prepare(&self, key: &PublicKey) -> Result<Box<dyn PreparedKey>, KeyError> {
        let KeyMaterial::Ed448 { x } = key.material() else {
            return Err(MalformedKeyError::SchemeMismatch(self.scheme()).into());
        };
        if !is_canonical(x) {
            return Err(MalformedKeyError::NotCanonical.into());
        }
        if has_small_order(x) {
            return Err(MalformedKeyError::SmallOrder.into());
        }
        // The library accepts only points of the prime-order subgroup.
        let key = VerifyingKey::from_bytes(x).map_err(|_| MalformedKeyError::NotOnCurve)?;
        Ok(Box::new(Prepared(key)))
    }
}

#[derive(Debug)]
struct Prepared(VerifyingKey);

impl PreparedKey for Prepared {
    fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<(), SignatureError> {
        let signature = Signature::from_slice(signature).map_err(|_| SignatureError)?;
        let r = signature.r_bytes();
        if !is_canonical(r) || has_small_order(r) {
            return Err(SignatureError);
        }
        // The library checks that S < L. It needs a contiguous message.
        self.0.verify_raw(&signature, &message.concat()).map_err(|_| SignatureError)
    }
}

/// Whether y < p, and nothing but the sign of x is in the last byte.
///
/// The sign of x = 0 is not checked: those points have small order.
fn is_canonical(point: &[u8; 57]) -> bool {
    let [y @ .., last] = point;
    matches!(last, 0 | 0x80) && y.iter().rev().lt(&PRIME)
}

/// Whether the order of the point divides 4: (0, 1), (0, -1), (1, 0) and (-1, 0). `point` is canonical.
fn has_small_order(point: &[u8; 57]) -> bool {
    let [first, rest @ .., _] = point;
    let is_minus_1 = || PRIME.iter().rev().skip(1).eq(rest) && *first == 0xfe;
    (*first <= 1 && rest.iter().all(|byte| *byte == 0)) || is_minus_1()
}

/// 2^448 - 2^224 - 1, big-endian.
const PRIME: [u8; 56] = {
    let mut prime = [0xff; 56];
    prime[27] = 0xfe;
    prime
};

#[cfg(test)]
mod tests;
