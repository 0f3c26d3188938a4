use ed25519_dalek::{Verifier as _, VerifyingKey};

use super::{ORDER, SMALL_ORDER, is_reduced};
use crate::algorithm::{Curve, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::testing::{
    ED25519_SIGNATURE, ED25519_X, ec_key, ed25519_vector, eddsa_key, encode, hex, prepare, with,
};
use crate::{key::public_key::PublicKey, verifier::SignatureError};

/// The key of the shared vector plus a point of order 8. It is an honest encoding of a point of large order.
const MIXED_ORDER_X: &str = "20aabbd7bf6b6e741bfdc484b1e9cd0582bb2e396005800dcf464312a66922c0";

/// For each `R` of small order, a message of one byte and an `S` that satisfy the equation for the key above, made with
/// r = 0: S = H(R, A, M) a, where H(R, A, M) times the point of order 8 is -R.
#[rustfmt::skip]
const SMALL_ORDER_SIGNATURES: [(&str, u8, &str); 8] = [
    ("0100000000000000000000000000000000000000000000000000000000000000", 9,
     "4bac2fc21aa02d631bf71bf72bc7eea0ff7d64a38306723e6bb7234df7ce3303"),
    ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", 1,
     "539c0d9cffb5fb15d1773443a3513e00aec8234adbccb68182f7cb32b6dd480a"),
    ("0000000000000000000000000000000000000000000000000000000000000000", 5,
     "acb1011674f8b13cc80a4937b3f1aa4deae169dfe63b8012c2211afff0f16a09"),
    ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", 13,
     "054095582577cf15a2235ec0710d81e5a2fc64175638b7e923559a45f80e890a"),
    ("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", 1,
     "7beac0288e89d6d865c2252ef7b4cd86c376db547aa1908dac30457dd555d401"),
    ("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", 3,
     "6c786ddf74431c89cb089b36aec3715ac3269e307efc825df54380f6ad59360f"),
    ("0000000000000000000000000000000000000000000000000000000000000080", 5,
     "564c3f052716084877133d35c4185b0b2fa4f548d7583f5abf8ac854ccda7902"),
    ("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", 22,
     "66201b6b4fc96e7499db96b3ab1f99cf198a327d51c0d7359d20c1bc9e5dd40e"),
];

fn prepare_x(x: &[u8]) -> Result<(), KeyError> {
    let key = PublicKey::from_cose(&encode(&with(&eddsa_key(), -2, x.to_vec()))).unwrap();
    prepare(&key, Scheme::Ed25519).map(drop)
}

fn verify(signature: &[u8]) -> Result<(), SignatureError> {
    let vector = ed25519_vector();
    vector.prepared().verify(&[&vector.message], signature)
}

#[test]
fn the_vectors_of_rfc_8032_verify() {
    // Section 7.1, tests 1, 2 and 3.
    for (x, message, signature) in [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b\
             d25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c\
             387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (ED25519_X, "af82", ED25519_SIGNATURE),
    ] {
        let key = PublicKey::from_cose(&encode(&with(&eddsa_key(), -2, hex(x)))).unwrap();
        let key = prepare(&key, Scheme::Ed25519).unwrap();
        assert_eq!(key.verify(&[&hex(message)], &hex(signature)), Ok(()));
        assert_eq!(key.verify(&[&hex(message), &[0]], &hex(signature)), Err(SignatureError));
    }
}

#[test]
fn the_parts_of_a_message_count_as_one() {
    let (vector, long) = (ed25519_vector(), [0; 5000]);
    assert_eq!(vector.prepared().verify(&[&[0xaf], &[], &[0x82]], &vector.signature), Ok(()));
    assert_eq!(vector.prepared().verify(&[&[0xaf, 0x82], &long], &vector.signature), Err(SignatureError));
}

#[test]
fn rule_107_a_key_that_is_no_point_is_rejected() {
    assert_eq!(prepare_x(&hex(ED25519_X)), Ok(()));
    let mut two = [0; 32];
    two[0] = 2;
    assert_eq!(prepare_x(&two), Err(KeyError::Malformed(MalformedKeyError::NotOnCurve)));
}

#[test]
fn rule_107_a_key_that_is_not_canonically_encoded_is_rejected() {
    let mut y = [0; 32];
    y[0] = 3;
    assert_eq!(prepare_x(&y), Ok(()));
    // The same point: y + p.
    let mut padded = [0xff; 32];
    (padded[0], padded[31]) = (0xf0, 0x7f);
    assert_eq!(prepare_x(&padded), Err(KeyError::Malformed(MalformedKeyError::NotCanonical)));
    // Minus zero for x.
    let mut identity = [0; 32];
    (identity[0], identity[31]) = (1, 0x80);
    assert_eq!(prepare_x(&identity), Err(KeyError::Malformed(MalformedKeyError::NotCanonical)));
}

#[test]
fn rule_107_a_key_of_small_order_is_rejected() {
    for x in SMALL_ORDER {
        assert_eq!(prepare_x(&x), Err(KeyError::Malformed(MalformedKeyError::SmallOrder)));
    }
    assert_eq!(prepare_x(&hex(MIXED_ORDER_X)), Ok(()));
}

#[test]
fn rule_119_a_signature_has_64_bytes() {
    let right = hex(ED25519_SIGNATURE);
    assert_eq!(verify(&right), Ok(()));
    for wrong in [
        [&*right, &[0]].concat(),
        [&[0], &*right].concat(),
        right[..63].to_vec(),
        right[1..].to_vec(),
        right[..32].to_vec(),
        [].to_vec(),
    ] {
        assert_eq!(verify(&wrong), Err(SignatureError), "{} bytes", wrong.len());
    }
}

#[test]
fn rule_119_s_is_less_than_the_order() {
    let right = hex(ED25519_SIGNATURE);
    let mut plus_order = right.clone();
    let mut carry = 0;
    for (byte, order) in plus_order[32..].iter_mut().zip(ORDER.iter().rev()) {
        let [high, low] = (u16::from(*byte) + u16::from(*order) + carry).to_be_bytes();
        (*byte, carry) = (low, u16::from(high));
    }
    let with_s = |s: &[u8]| [&right[..32], s].concat();
    let order: [u8; 32] = core::array::from_fn(|at| ORDER[31 - at]);
    for wrong in [plus_order, with_s(&order), with_s(&[0xff; 32]), with_s(&[0; 32])] {
        assert_eq!(verify(&wrong), Err(SignatureError));
    }
    let mut less = order;
    less[0] -= 1;
    assert!(is_reduced(&less) && is_reduced(&[0; 32]));
    assert!(!is_reduced(&order) && !is_reduced(&[0xff; 32]));
}

#[test]
fn a_signature_with_r_of_small_order_is_rejected() {
    let x = hex(MIXED_ORDER_X);
    let key = PublicKey::from_cose(&encode(&with(&eddsa_key(), -2, x.clone()))).unwrap();
    let key = prepare(&key, Scheme::Ed25519).unwrap();
    let library = VerifyingKey::try_from(&*x).unwrap();
    for (r, message, s) in SMALL_ORDER_SIGNATURES {
        let (bytes, message) = ([hex(r), hex(s)].concat(), [message]);
        let signature = ed25519_dalek::Signature::from_slice(&bytes).unwrap();
        assert!(SMALL_ORDER.contains(signature.r_bytes()));
        // It satisfies the equation, and only strictness rejects it.
        library.verify(&message, &signature).unwrap();
        library.verify_strict(&message, &signature).unwrap_err();
        assert_eq!(key.verify(&[&message], &bytes), Err(SignatureError));
    }
}

#[test]
fn a_key_of_another_kind_is_rejected() {
    let key = PublicKey::from_cose(&encode(&ec_key(Curve::P256))).unwrap();
    let error = prepare(&key, Scheme::Ed25519).unwrap_err();
    assert_eq!(error, KeyError::Malformed(MalformedKeyError::SchemeMismatch(Scheme::Ed25519)));
}
