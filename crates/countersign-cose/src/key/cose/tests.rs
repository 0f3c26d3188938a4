use alloc::{vec, vec::Vec};

use ciborium::Value;
use countersign_types::{AlgorithmIdentifier, Code, cbor::CborError};
use proptest::prelude::*;

use crate::algorithm::{Algorithm, Curve, ParameterSet, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::key::limits::{ENCODED_MAX, RSA_MODULUS_BITS_LONGEST};
use crate::key::{material::KeyMaterial, public_key::PublicKey};
use crate::testing::{Members, ec_key, ed448_key, eddsa_key, encode, ml_dsa_key, rsa_key, with, without};

fn accept(members: &Members) -> PublicKey {
    PublicKey::from_cose(&encode(members)).unwrap()
}

#[track_caller]
fn reject_bytes(bytes: &[u8], fault: MalformedKeyError) {
    let error = PublicKey::from_cose(bytes).unwrap_err();
    assert_eq!(error, KeyError::Malformed(fault));
    assert_eq!(error.code(), Code::PublicKeyMalformed);
}

#[track_caller]
fn reject(members: &Members, fault: MalformedKeyError) {
    reject_bytes(&encode(members), fault);
}

fn es256() -> Members {
    ec_key(Curve::P256)
}

/// The key of an algorithm, in the form that its specification has.
fn key_for(algorithm: Algorithm) -> Members {
    let key = match algorithm.scheme() {
        Scheme::Ecdsa { curve, .. } => ec_key(curve),
        Scheme::Ed25519 => eddsa_key(),
        Scheme::Ed448 => ed448_key(),
        Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. } => rsa_key(),
        Scheme::MlDsa { parameter_set } => ml_dsa_key(parameter_set),
    };
    with(&key, 3, algorithm.identifier().0)
}

#[test]
fn a_key_of_every_algorithm_is_read() {
    for &algorithm in Algorithm::ALL {
        assert_eq!(accept(&key_for(algorithm)).algorithm(), Some(algorithm));
    }
}

#[test]
fn a_key_is_written_as_an_authenticator_sends_it() {
    let mut keys = vec![eddsa_key(), ed448_key(), rsa_key()];
    keys.extend(Curve::ALL.iter().map(|&curve| ec_key(curve)));
    keys.extend(ParameterSet::ALL.iter().map(|&parameter_set| ml_dsa_key(parameter_set)));
    for members in &keys {
        let key = accept(members);
        assert_eq!(key.to_cose(key.algorithm().unwrap()), Ok(encode(members)));
    }
    for &algorithm in Algorithm::ALL {
        let key = accept(&key_for(algorithm));
        let spki = PublicKey::from_spki(&key.to_spki()).unwrap();
        let again = PublicKey::from_cose(&spki.to_cose(algorithm).unwrap()).unwrap();
        assert_eq!((again.algorithm(), again.material()), (Some(algorithm), key.material()));
    }
    let key = accept(&es256());
    for wrong in [Algorithm::Es384, Algorithm::EdDsa, Algorithm::MlDsa44, Algorithm::Rs256] {
        let fault = MalformedKeyError::SchemeMismatch(wrong.scheme());
        assert_eq!(key.to_cose(wrong), Err(KeyError::Malformed(fault)));
    }
}

#[test]
fn a_key_holds_the_numbers_that_were_sent() {
    let [x, y, e] = [vec![1; 32], vec![2; 32], vec![3]];
    let key = accept(&with(&with(&es256(), -2, x.clone()), -3, y.clone()));
    assert_eq!(*key.material(), KeyMaterial::ec(Curve::P256, &x, &y).unwrap());
    let KeyMaterial::Ec { point, .. } = key.material() else { panic!("not an elliptic-curve key") };
    assert_eq!((point.x(), point.y()), (&*x, &*y));
    assert_eq!(*point.as_uncompressed(), [&[4][..], &x, &y].concat());
    let key = accept(&with(&eddsa_key(), -2, x));
    assert_eq!(*key.material(), KeyMaterial::Ed25519 { x: [1; 32] });
    let n = vec![0xff; 256];
    let key = accept(&with(&with(&rsa_key(), -1, n.clone()), -2, e.clone()));
    assert_eq!(*key.material(), KeyMaterial::Rsa { n, e });
}

#[test]
fn the_order_of_the_parameters_and_the_length_of_integers_dont_matter() {
    let mut members = es256();
    members.reverse();
    accept(&members);
    let mut bytes = encode(&es256());
    assert_eq!(bytes[..3], [0xa5, 0x01, 0x02]);
    bytes.splice(2..3, [0x18, 0x02]);
    assert_eq!(PublicKey::from_cose(&bytes).unwrap().material(), accept(&es256()).material());
}

#[test]
fn rule_080_an_indefinite_length_is_rejected() {
    let mut bytes = encode(&es256());
    bytes[0] = 0xbf;
    bytes.push(0xff);
    reject_bytes(&bytes, MalformedKeyError::Cbor(CborError::IndefiniteLength { at: 0 }));
}

#[test]
fn rule_081_a_parameter_twice_is_rejected() {
    let mut members = es256();
    members.push((3.into(), (-7).into()));
    reject(&members, MalformedKeyError::Cbor(CborError::DuplicateKey { at: 0 }));
}

#[test]
fn rule_085_bytes_after_the_key_are_rejected() {
    let mut bytes = encode(&es256());
    let at = bytes.len();
    bytes.push(0);
    reject_bytes(&bytes, MalformedKeyError::Cbor(CborError::TrailingData { at }));
}

#[test]
fn rule_087_a_key_that_is_not_a_map_is_rejected() {
    reject_bytes(&[0x80], MalformedKeyError::NotMap);
    reject_bytes(&[0x41, 0xa0], MalformedKeyError::NotMap);
    reject_bytes(&[0xa0], MalformedKeyError::KeyTypeMissing);
    reject_bytes(&[], MalformedKeyError::Cbor(CborError::Truncated { at: 0 }));
}

#[test]
fn rule_088_a_missing_a_text_and_an_unknown_kty_are_rejected() {
    reject(&without(&es256(), 1), MalformedKeyError::KeyTypeMissing);
    reject(&with(&es256(), 1, "EC2"), MalformedKeyError::KeyTypeMissing);
    for key_type in [0, 99, i64::MAX] {
        reject(
            &with(&es256(), 1, key_type),
            MalformedKeyError::KeyTypeMismatch { algorithm: Algorithm::Es256, key_type },
        );
    }
}

#[test]
fn rule_089_a_missing_and_a_text_alg_are_rejected() {
    reject(&without(&es256(), 3), MalformedKeyError::AlgorithmMissing);
    reject(&with(&es256(), 3, "ES256"), MalformedKeyError::AlgorithmMissing);
    reject(&with(&es256(), 3, u64::MAX), MalformedKeyError::AlgorithmMissing);
}

#[test]
fn rule_090_an_algorithm_that_is_not_known_is_unsupported() {
    // HMAC 256/256, an unassigned number, one for private use, the ends of the range.
    for identifier in [5, -30, -70_000, i64::MIN, i64::MAX] {
        let error = PublicKey::from_cose(&encode(&with(&es256(), 3, identifier))).unwrap_err();
        assert_eq!(error, KeyError::UnsupportedAlgorithm(AlgorithmIdentifier(identifier)));
        assert_eq!(error.code(), Code::AlgorithmUnsupported);
    }
}

#[test]
fn rule_092_an_algorithm_of_another_key_type_is_rejected() {
    for &algorithm in Algorithm::ALL {
        let right = match algorithm.scheme() {
            Scheme::Ecdsa { .. } => 2,
            Scheme::Ed25519 | Scheme::Ed448 => 1,
            Scheme::RsaPkcs1 { .. } | Scheme::RsaPss { .. } => 3,
            Scheme::MlDsa { .. } => 7,
        };
        // OKP, EC2, RSA, symmetric, HSS-LMS, AKP.
        for key_type in [1, 2, 3, 4, 5, 7].into_iter().filter(|key_type| *key_type != right) {
            reject(
                &with(&key_for(algorithm), 1, key_type),
                MalformedKeyError::KeyTypeMismatch { algorithm, key_type },
            );
        }
    }
}

/// Each whole key on another curve, and each key that only says another curve.
fn reject_curves_but(algorithm: Algorithm, right: Curve) {
    let identifier = algorithm.identifier().0;
    for curve in Curve::ALL.iter().copied().filter(|curve| *curve != right) {
        let fault = MalformedKeyError::CurveMismatch { algorithm, curve: curve.identifier() };
        reject(&with(&ec_key(curve), 3, identifier), fault);
        reject(&with(&key_for(algorithm), -1, curve.identifier()), fault);
    }
    // Reserved, Ed25519, Brainpool's, unassigned.
    for curve in [0, 6, 256, 4711] {
        reject(&with(&key_for(algorithm), -1, curve), MalformedKeyError::CurveMismatch { algorithm, curve });
    }
}

#[test]
fn rule_093_es256_has_no_curve_but_p_256() {
    reject_curves_but(Algorithm::Es256, Curve::P256);
}

#[test]
fn rule_094_es384_has_no_curve_but_p_384() {
    reject_curves_but(Algorithm::Es384, Curve::P384);
}

#[test]
fn rule_095_es512_has_no_curve_but_p_521() {
    reject_curves_but(Algorithm::Es512, Curve::P521);
}

#[test]
fn rule_096_es256k_has_no_curve_but_secp256k1() {
    reject_curves_but(Algorithm::Es256K, Curve::Secp256k1);
}

#[test]
fn rule_097_each_fully_specified_ecdsa_algorithm_has_one_curve() {
    reject_curves_but(Algorithm::Esp256, Curve::P256);
    reject_curves_but(Algorithm::Esp384, Curve::P384);
    reject_curves_but(Algorithm::Esp512, Curve::P521);
}

#[test]
fn rule_098_eddsa_has_no_curve_but_ed25519() {
    // P-256, X25519, X448, Ed448.
    for curve in [1, 4, 5, 7] {
        reject(
            &with(&eddsa_key(), -1, curve),
            MalformedKeyError::CurveMismatch { algorithm: Algorithm::EdDsa, curve },
        );
    }
}

#[test]
fn rule_099_ed25519_has_no_curve_but_its_own() {
    let key = with(&eddsa_key(), 3, -19);
    accept(&key);
    for curve in [1, 4, 5, 7] {
        reject(
            &with(&key, -1, curve),
            MalformedKeyError::CurveMismatch { algorithm: Algorithm::Ed25519, curve },
        );
    }
}

#[test]
fn rule_099_ed448_has_no_curve_but_its_own() {
    accept(&ed448_key());
    for curve in [1, 4, 5, 6] {
        let fault = MalformedKeyError::CurveMismatch { algorithm: Algorithm::Ed448, curve };
        reject(&with(&ed448_key(), -1, curve), fault);
    }
    // Each whole key as the other's.
    reject(
        &with(&ed448_key(), 3, -19),
        MalformedKeyError::CurveMismatch { algorithm: Algorithm::Ed25519, curve: 7 },
    );
    reject(
        &with(&eddsa_key(), 3, -53),
        MalformedKeyError::CurveMismatch { algorithm: Algorithm::Ed448, curve: 6 },
    );
}

#[test]
fn rule_100_a_missing_and_a_text_crv_are_rejected() {
    for key in [es256(), eddsa_key()] {
        reject(&without(&key, -1), MalformedKeyError::CurveMissing);
        reject(&with(&key, -1, "P-256"), MalformedKeyError::CurveMissing);
    }
}

#[test]
fn rule_101_a_coordinate_that_is_missing_or_no_byte_string_is_rejected() {
    for (label, name) in [(-2, "x"), (-3, "y")] {
        reject(&without(&es256(), label), MalformedKeyError::Missing { name });
        reject(&with(&es256(), label, "x".repeat(32)), MalformedKeyError::Missing { name });
        reject(&with(&es256(), label, Value::Null), MalformedKeyError::Missing { name });
    }
}

#[test]
fn rule_101_a_coordinate_has_exactly_the_size_of_the_field() {
    for &curve in Curve::ALL {
        let size = curve.field_size();
        let key = with(&with(&ec_key(curve), -2, vec![1; size]), -3, vec![1; size]);
        accept(&key);
        for (label, name) in [(-2, "x"), (-3, "y")] {
            for got in [0, size - 1, size + 1, 2 * size + 1] {
                let fault = MalformedKeyError::Length { name, expected: size, got };
                reject(&with(&key, label, vec![1; got]), fault);
            }
            let mut padded = vec![1; size + 1];
            padded[0] = 0;
            reject(
                &with(&key, label, padded),
                MalformedKeyError::Length { name, expected: size, got: size + 1 },
            );
        }
    }
}

#[test]
fn rule_102_a_compressed_point_is_rejected() {
    for &curve in Curve::ALL {
        for sign in [false, true] {
            reject(&with(&ec_key(curve), -3, sign), MalformedKeyError::CompressedPoint);
        }
    }
}

#[test]
fn rule_103_a_coordinate_is_less_than_the_prime() {
    for &curve in Curve::ALL {
        for (label, name) in [(-2, "x"), (-3, "y")] {
            let mut number = curve.prime().to_vec();
            reject(
                &with(&ec_key(curve), label, number.clone()),
                MalformedKeyError::CoordinateRange { name, curve },
            );
            reject(
                &with(&ec_key(curve), label, vec![0xff; number.len()]),
                MalformedKeyError::CoordinateRange { name, curve },
            );
            // p - 1: all the primes are odd.
            *number.last_mut().unwrap() -= 1;
            accept(&with(&ec_key(curve), label, number));
        }
    }
}

#[test]
fn rule_105_the_point_with_zero_for_both_coordinates_is_rejected() {
    for &curve in Curve::ALL {
        let zero = vec![0; curve.field_size()];
        let half = with(&ec_key(curve), -2, zero.clone());
        accept(&half);
        reject(&with(&half, -3, zero), MalformedKeyError::ZeroPoint);
    }
}

#[test]
fn rule_106_an_ed25519_point_is_a_byte_string_of_32_bytes() {
    reject(&without(&eddsa_key(), -2), MalformedKeyError::Missing { name: "x" });
    reject(&with(&eddsa_key(), -2, "x".repeat(32)), MalformedKeyError::Missing { name: "x" });
    for got in [0, 31, 33, 57] {
        reject(
            &with(&eddsa_key(), -2, vec![1; got]),
            MalformedKeyError::Length { name: "x", expected: 32, got },
        );
    }
}

#[test]
fn rule_106_an_ed448_point_is_a_byte_string_of_57_bytes() {
    reject(&without(&ed448_key(), -2), MalformedKeyError::Missing { name: "x" });
    reject(&with(&ed448_key(), -2, "x".repeat(57)), MalformedKeyError::Missing { name: "x" });
    for got in [0, 32, 56, 58] {
        reject(
            &with(&ed448_key(), -2, vec![1; got]),
            MalformedKeyError::Length { name: "x", expected: 57, got },
        );
    }
}

#[test]
fn rule_108_an_rsa_number_that_is_missing_empty_or_padded_is_rejected() {
    for (label, name) in [(-1, "n"), (-2, "e")] {
        let (_, value) = rsa_key().into_iter().find(|(found, _)| *found == label.into()).unwrap();
        let number = value.into_bytes().unwrap();
        reject(&without(&rsa_key(), label), MalformedKeyError::Missing { name });
        reject(&with(&rsa_key(), label, 65_537), MalformedKeyError::Missing { name });
        reject(&with(&rsa_key(), label, Vec::<u8>::new()), MalformedKeyError::Empty { name });
        reject(&with(&rsa_key(), label, [&[0], &*number].concat()), MalformedKeyError::LeadingZero { name });
        reject(&with(&rsa_key(), label, vec![0]), MalformedKeyError::LeadingZero { name });
    }
}

#[test]
fn rule_109_an_rsa_modulus_that_is_read_has_2048_to_8192_bits() {
    let modulus = |first: u8, length: usize| {
        let mut modulus = vec![0xff; length];
        modulus[0] = first;
        with(&rsa_key(), -1, modulus)
    };
    for (first, length) in [(0x80, 256), (0x01, 257), (0xff, 512), (0xff, 1024)] {
        accept(&modulus(first, length));
    }
    for (first, length, bits) in [(0x03, 1, 2), (0x80, 128, 1024), (0x7f, 256, 2047), (0x01, 1025, 8193)] {
        reject(&modulus(first, length), MalformedKeyError::ModulusSize { bits });
    }
    reject(&modulus(0xff, 2048), MalformedKeyError::ModulusSize { bits: 2 * RSA_MODULUS_BITS_LONGEST });
}

#[test]
fn rule_109_an_even_rsa_modulus_is_rejected() {
    let mut modulus = vec![0xff; 256];
    *modulus.last_mut().unwrap() = 0xfe;
    reject(&with(&rsa_key(), -1, modulus), MalformedKeyError::ModulusEven);
}

#[test]
fn rule_110_an_rsa_exponent_is_odd_not_1_and_of_at_most_33_bits() {
    let exponent = |bytes: &[u8]| with(&rsa_key(), -2, bytes.to_vec());
    for right in [&[3][..], &[1, 0, 1], &[0x01, 0xff, 0xff, 0xff, 0xff]] {
        accept(&exponent(right));
    }
    for wrong in [&[1][..], &[2], &[1, 0, 0], &[0x02, 0x00, 0x00, 0x00, 0x01], &[0xff; 256]] {
        reject(&exponent(wrong), MalformedKeyError::Exponent);
    }
}

#[test]
fn rule_111_an_ml_dsa_key_has_the_length_of_its_parameter_set() {
    for &parameter_set in ParameterSet::ALL {
        let key = ml_dsa_key(parameter_set);
        accept(&key);
        reject(&without(&key, -1), MalformedKeyError::Missing { name: "pub" });
        reject(
            &with(&key, -1, "x".repeat(parameter_set.key_size())),
            MalformedKeyError::Missing { name: "pub" },
        );
        reject(&without(&key, 3), MalformedKeyError::AlgorithmMissing);
        let expected = parameter_set.key_size();
        for got in [0, 32, 1312, 1952, 2592, expected - 1, expected + 1] {
            if got != expected {
                reject(
                    &with(&key, -1, vec![1; got]),
                    MalformedKeyError::Length { name: "pub", expected, got },
                );
            }
        }
    }
}

#[test]
fn rule_112_a_parameter_of_a_private_key_is_rejected() {
    for key in [es256(), eddsa_key(), ed448_key()] {
        reject(&with(&key, -4, vec![1; 32]), MalformedKeyError::PrivateParameter { label: -4 });
        reject(&with(&key, -4, Value::Null), MalformedKeyError::PrivateParameter { label: -4 });
    }
    for label in -12..=-3 {
        reject(&with(&rsa_key(), label, vec![1]), MalformedKeyError::PrivateParameter { label });
    }
    for &parameter_set in ParameterSet::ALL {
        reject(
            &with(&ml_dsa_key(parameter_set), -2, vec![1; 32]),
            MalformedKeyError::PrivateParameter { label: -2 },
        );
    }
}

#[test]
fn rule_113_other_optional_parameters_are_accepted() {
    let verify = Value::Array(vec![2.into()]);
    for key in [es256(), eddsa_key(), rsa_key()] {
        let plain = accept(&key);
        for (label, value) in [
            (2, Value::Bytes(vec![1])),
            (4, verify.clone()),
            (5, Value::Bytes(vec![1; 8])),
            (-13, Value::Null),
            (-70_000, "of our own".into()),
            (99, Value::Map(vec![])),
        ] {
            assert_eq!(accept(&with(&key, label, value)).material(), plain.material());
        }
    }
}

#[test]
fn a_common_parameter_that_breaks_its_definition_is_rejected() {
    // kid is no byte string, key_ops no array, its operation not registered; a label is no label.
    reject(&with(&es256(), 2, "kid"), MalformedKeyError::NotCoseKey);
    reject(&with(&es256(), 4, 2), MalformedKeyError::NotCoseKey);
    reject(&with(&es256(), 4, Value::Array(vec![77.into()])), MalformedKeyError::NotCoseKey);
    let mut members = es256();
    members.push((true.into(), true.into()));
    reject(&members, MalformedKeyError::NotCoseKey);
}

#[test]
fn a_key_of_more_bytes_than_the_limit_is_rejected_unread() {
    let with_kid = |length: usize| encode(&with(&es256(), 2, vec![1; length]));
    let most = ENCODED_MAX - with_kid(1000).len() + 1000;
    PublicKey::from_cose(&with_kid(most)).unwrap();
    reject_bytes(&with_kid(most + 1), MalformedKeyError::TooLong { got: ENCODED_MAX + 1 });
    reject_bytes(&[0xff; ENCODED_MAX + 1], MalformedKeyError::TooLong { got: ENCODED_MAX + 1 });
}

#[test]
fn the_usual_keys_are_read_by_their_one_encoding() {
    for (members, usual) in [(es256(), true), (eddsa_key(), true), (ec_key(Curve::P384), false)] {
        assert_eq!(super::decode_usual(&encode(&members)).is_some(), usual);
    }
}

proptest! {
    #[test]
    fn both_ways_of_reading_a_key_agree(
        which in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        coordinate in prop::option::of(prop::sample::select(vec![0_u8, 0xff])),
        length in -2..3_isize,
    ) {
        let mut bytes = encode(&if which { es256() } else { eddsa_key() });
        if let Some(byte) = coordinate {
            bytes[10..42].fill(byte);
        }
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.resize(bytes.len().checked_add_signed(length).unwrap(), 0);
        let usual = super::decode_usual(&bytes).unwrap_or_else(|| super::decode_any(&bytes));
        prop_assert_eq!(usual, super::decode_any(&bytes));
    }

    #[test]
    fn any_bytes_are_read_or_rejected(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = PublicKey::from_cose(&bytes);
    }

    #[test]
    fn a_changed_key_is_rejected_or_another_key(
        which in 0..Algorithm::ALL.len(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let mut bytes = encode(&key_for(Algorithm::ALL[which]));
        let before = PublicKey::from_cose(&bytes).unwrap();
        let at = at.index(bytes.len());
        prop_assume!(bytes[at] != value);
        bytes[at] = value;
        if let Ok(after) = PublicKey::from_cose(&bytes) {
            prop_assert!(after.algorithm() != before.algorithm() || after.material() != before.material());
            let again = PublicKey::from_spki(&after.to_spki()).unwrap();
            prop_assert_eq!(again.material(), after.material());
        }
    }
}
