use ed448_goldilocks::shake::{ExtendableOutput as _, Shake256, Update as _, XofReader as _};
use ed448_goldilocks::{EdwardsPoint, EdwardsScalar, WideEdwardsScalarBytes};

use super::{PRIME, has_small_order, is_canonical};
use crate::algorithm::{Curve, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::testing::{ED448_SIGNATURE, ec_key, ed448_key, ed448_vector, encode, hex, prepare, with};
use crate::{key::public_key::PublicKey, verifier::SignatureError};

fn prepare_x(x: &[u8]) -> Result<(), KeyError> {
    let key = PublicKey::from_cose(&encode(&with(&ed448_key(), -2, x.to_vec()))).unwrap();
    prepare(&key, Scheme::Ed448).map(drop)
}

fn verify(signature: &[u8]) -> Result<(), SignatureError> {
    let vector = ed448_vector();
    vector.prepared().verify(&[&vector.message], signature)
}

/// The encoding of y, which is less than 256 if `minus` is 0 and else p - `minus`, with the sign of x.
fn point(y: u8, minus: u8, sign: u8) -> [u8; 57] {
    let mut point = [0; 57];
    point[0] = y;
    if minus > 0 {
        for (byte, prime) in point.iter_mut().zip(PRIME.iter().rev()) {
            *byte = *prime;
        }
        point[0] -= minus;
    }
    point[56] = sign;
    point
}

#[test]
fn a_vector_of_rfc_8032_verifies() {
    // Section 7.4, "1 octet".
    let x = hex(
        "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c0866aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
    );
    let signature = hex(
        "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f4352541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cbcee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0ff3348ab21aa4adafd1d234441cf807c03a00",
    );
    let key = PublicKey::from_cose(&encode(&with(&ed448_key(), -2, x))).unwrap();
    let key = prepare(&key, Scheme::Ed448).unwrap();
    assert_eq!(key.verify(&[&[3]], &signature), Ok(()));
    assert_eq!(key.verify(&[&[3], &[0]], &signature), Err(SignatureError));
}

#[test]
fn the_parts_of_a_message_count_as_one() {
    let vector = ed448_vector();
    assert_eq!(vector.prepared().verify(&[b"sam", b"", b"ple"], &vector.signature), Ok(()));
    assert_eq!(vector.prepared().verify(&[b"sampel"], &vector.signature), Err(SignatureError));
}

#[test]
fn rule_107_an_ed448_key_that_is_no_point_is_rejected() {
    let rejected = (2..=40).filter(|y| prepare_x(&point(*y, 0, 0)).is_err()).count();
    assert!((1..39).contains(&rejected));
    for y in 2..=40 {
        let expected = prepare_x(&point(y, 0, 0)).map_err(|error| {
            assert_eq!(error, KeyError::Malformed(MalformedKeyError::NotOnCurve));
        });
        // The other sign has the other point.
        assert_eq!(prepare_x(&point(y, 0, 0x80)).map_err(drop), expected, "{y}");
    }
}

#[test]
fn rule_107_an_ed448_key_that_is_not_canonically_encoded_is_rejected() {
    let right = (2..40).map(|y| point(y, 0, 0)).find(|point| prepare_x(point).is_ok()).unwrap();
    for bit in 0..7 {
        let mut wrong = right;
        wrong[56] |= 1 << bit;
        assert_eq!(prepare_x(&wrong), Err(KeyError::Malformed(MalformedKeyError::NotCanonical)), "bit {bit}");
    }
    // The same point: y + p, whose lowest byte is one less, for it is 2^448 - 2^224 - 1 + y.
    let mut padded = [0xff; 57];
    (padded[0], padded[56]) = (right[0] - 1, 0);
    padded[1..28].fill(0);
    assert!(!is_canonical(&padded));
    padded[..28].fill(0xff);
    padded[28] = 0xff;
    assert_eq!(prepare_x(&padded), Err(KeyError::Malformed(MalformedKeyError::NotCanonical)));
    assert_eq!(prepare_x(&point(0, 1, 0)), Err(KeyError::Malformed(MalformedKeyError::SmallOrder)));
}

#[test]
fn rule_107_an_ed448_key_of_small_order_is_rejected() {
    for sign in [0, 0x80] {
        for small in [point(0, 0, sign), point(1, 0, sign), point(0, 1, sign)] {
            assert!(has_small_order(&small));
            assert_eq!(prepare_x(&small), Err(KeyError::Malformed(MalformedKeyError::SmallOrder)));
        }
        assert!(!has_small_order(&point(2, 0, sign)) && !has_small_order(&point(0, 2, sign)));
    }
}

#[test]
fn rule_119_an_ed448_signature_has_114_bytes_and_one_encoding() {
    let right = hex(ED448_SIGNATURE);
    assert_eq!(verify(&right), Ok(()));
    for wrong in [
        [&*right, &[0]].concat(),
        [&[0], &*right].concat(),
        right[..113].to_vec(),
        right[1..].to_vec(),
        right[..57].to_vec(),
        [].to_vec(),
    ] {
        assert_eq!(verify(&wrong), Err(SignatureError), "{} bytes", wrong.len());
    }
    for bit in 0..8 {
        for at in [56, 113] {
            let mut wrong = right.clone();
            wrong[at] ^= 1 << bit;
            assert_eq!(verify(&wrong), Err(SignatureError), "byte {at} bit {bit}");
        }
    }
}

#[test]
fn rule_119_s_of_ed448_is_less_than_the_order() {
    // RFC 8032 section 5.2: 2^446 - 13818066809895115352007386748515426880336692474882178609894547503885.
    let order = hex(
        "3fffffffffffffffffffffffffffffffffffffffffffffffffffffff7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844f3",
    );
    let mut wrong = hex(ED448_SIGNATURE);
    let mut carry = 0;
    for (byte, order) in wrong[57..113].iter_mut().zip(order.iter().rev()) {
        let [high, low] = (u16::from(*byte) + u16::from(*order) + carry).to_be_bytes();
        (*byte, carry) = (low, u16::from(high));
    }
    assert_eq!(carry, 0);
    assert_eq!(verify(&wrong), Err(SignatureError));
}

/// Verifies a signature of an empty message by the key's owner, whose R has these bits in the last byte of its
/// encoding.
fn verify_with_bits_of_r(bits: u8) -> Result<(), SignatureError> {
    let (secret, nonce) = (EdwardsScalar::from(7_u64), EdwardsScalar::from(11_u64));
    let encoded =
        |scalar: EdwardsScalar| (EdwardsPoint::GENERATOR * scalar).to_affine().compress().to_bytes();
    let (a, mut r) = (encoded(secret), encoded(nonce));
    r[56] |= bits;
    // RFC 8032 section 5.2.6, with an empty context.
    let mut k = WideEdwardsScalarBytes::default();
    Shake256::default().chain(b"SigEd448\0\0").chain(r).chain(a).finalize_xof().read(&mut k);
    let s = nonce + EdwardsScalar::from_bytes_mod_order_wide(&k) * secret;
    let key = PublicKey::from_cose(&encode(&with(&ed448_key(), -2, a.to_vec()))).unwrap();
    prepare(&key, Scheme::Ed448).unwrap().verify(&[], &[&r[..], &s.to_bytes_rfc_8032()].concat())
}

#[test]
fn rule_119_r_of_ed448_has_one_encoding_even_to_the_keys_owner() {
    assert_eq!(verify_with_bits_of_r(0), Ok(()));
    for bit in 0..7 {
        assert_eq!(verify_with_bits_of_r(1 << bit), Err(SignatureError), "bit {bit}");
    }
}

#[test]
fn a_signature_with_r_of_small_order_is_rejected() {
    for r in [point(0, 0, 0), point(1, 0, 0), point(0, 1, 0)] {
        let wrong = [&r[..], &hex(ED448_SIGNATURE)[57..]].concat();
        assert_eq!(verify(&wrong), Err(SignatureError));
    }
}

#[test]
fn a_key_of_another_kind_is_rejected() {
    let key = PublicKey::from_cose(&encode(&ec_key(Curve::P256))).unwrap();
    let error = prepare(&key, Scheme::Ed448).unwrap_err();
    assert_eq!(error, KeyError::Malformed(MalformedKeyError::SchemeMismatch(Scheme::Ed448)));
}
