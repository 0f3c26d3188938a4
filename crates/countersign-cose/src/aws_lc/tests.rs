use alloc::vec::Vec;

use super::verifiers;
use crate::algorithm::{Curve, Scheme};
use crate::testing::vectors;

#[test]
fn there_is_one_verifier_for_each_scheme_that_is_not_left_to_plain_rust() {
    let mut schemes: Vec<_> = verifiers().iter().map(|verifier| verifier.scheme()).collect();
    schemes.sort_unstable();
    schemes.dedup();
    assert_eq!(schemes.len(), verifiers().len());
    for vector in vectors() {
        let left = matches!(vector.scheme, Scheme::Ecdsa { curve: Curve::Secp256k1, .. } | Scheme::Ed448);
        assert_eq!(schemes.contains(&vector.scheme), !left, "{}", vector.scheme);
    }
}
