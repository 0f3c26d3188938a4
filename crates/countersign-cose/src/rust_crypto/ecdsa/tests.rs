use alloc::{format, vec, vec::Vec};

use countersign_types::Code;

use crate::algorithm::{Curve, Hash, Scheme};
use crate::key::error::{KeyError, MalformedKeyError};
use crate::testing::{
    ECDSA, Members, ec_key, ecdsa_vector, eddsa_key, element, encode, hex, integer, prepare, sequence, with,
};
use crate::{key::public_key::PublicKey, verifier::SignatureError};

/// The orders of the base points ([SP 800-186 section 3.2.1](https://doi.org/10.6028/NIST.SP.800-186),
/// [SEC 2 section 2.4.1](https://www.secg.org/sec2-v2.pdf)).
const ORDERS: [(Curve, &str); 4] = [
    (Curve::P256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    (
        Curve::P384,
        "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    ),
    (
        Curve::P521,
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709\
         a5d03bb5c9b8899c47aebb6fb71e91386409",
    ),
    (Curve::Secp256k1, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
];

fn order(curve: Curve) -> Vec<u8> {
    hex(ORDERS.iter().find(|(of, _)| *of == curve).unwrap().1)
}

/// `r` and `s` of the signature of "sample" by the hash of the curve's own size.
fn numbers(curve: Curve) -> (Vec<u8>, Vec<u8>) {
    let (_, _, r, s) = row(curve);
    (hex(r), hex(s))
}

fn row(curve: Curve) -> &'static (Curve, Hash, &'static str, &'static str) {
    let hash = match curve {
        Curve::P256 | Curve::Secp256k1 => Hash::Sha256,
        Curve::P384 => Hash::Sha384,
        Curve::P521 => Hash::Sha512,
    };
    ECDSA.iter().find(|row| (row.0, row.1) == (curve, hash)).unwrap()
}

fn verify(curve: Curve, signature: &[u8]) -> Result<(), SignatureError> {
    let vector = ecdsa_vector(row(curve));
    vector.prepared().verify(&[&vector.message], signature)
}

/// `a + b`, a byte longer than they are.
fn add(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    let mut sum: Vec<u8> = (a.iter().zip(b).rev())
        .map(|(a, b)| {
            let [high, low] = (u16::from(*a) + u16::from(*b) + carry).to_be_bytes();
            carry = u16::from(high);
            low
        })
        .collect();
    sum.push(u8::try_from(carry).unwrap());
    sum.reverse();
    sum
}

fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let complement: Vec<u8> = b.iter().map(|byte| !byte).collect();
    let mut one = vec![0; a.len()];
    *one.last_mut().unwrap() = 1;
    add(&add(a, &complement)[1..], &one)[1..].to_vec()
}

fn signature(r: &[u8], s: &[u8]) -> Vec<u8> {
    sequence(&[integer(r), integer(s)].concat())
}

#[test]
fn the_vectors_of_rfc_6979_verify_on_every_curve_with_every_hash() {
    for row in &ECDSA {
        let vector = ecdsa_vector(row);
        assert_eq!(
            vector.prepared().verify(&[b"sam", b"ple"], &vector.signature),
            Ok(()),
            "{}",
            vector.scheme
        );
        assert_eq!(vector.prepared().verify(&[b"sampel"], &vector.signature), Err(SignatureError));
    }
}

#[test]
fn another_hash_does_not_verify() {
    for row in &ECDSA {
        let vector = ecdsa_vector(row);
        for &hash in Hash::ALL.iter().filter(|hash| ![row.1, Hash::Sha1].contains(hash)) {
            let scheme = Scheme::Ecdsa { curve: row.0, hash };
            let key = prepare(&vector.key, scheme).unwrap();
            assert_eq!(key.verify(&[&vector.message], &vector.signature), Err(SignatureError), "{scheme}");
        }
    }
}

#[test]
fn rule_104_a_point_that_is_not_on_its_curve_is_rejected() {
    for &curve in Curve::ALL {
        let scheme = Scheme::Ecdsa { curve, hash: Hash::Sha256 };
        let prepare_members =
            |members: &Members| prepare(&PublicKey::from_cose(&encode(members)).unwrap(), scheme).map(drop);
        let right = ec_key(curve);
        assert_eq!(prepare_members(&right), Ok(()));
        let [x, y] = [-2, -3].map(|label: i64| {
            let (_, value) = right.iter().find(|(found, _)| *found == label.into()).unwrap();
            value.as_bytes().unwrap().clone()
        });
        let mut changed = y.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert_eq!(prepare_members(&with(&right, -3, subtract(curve.prime(), &y))), Ok(()));
        for wrong in [with(&right, -3, changed), with(&with(&right, -2, y), -3, x)] {
            let error = prepare_members(&wrong).unwrap_err();
            assert_eq!(error, KeyError::Malformed(MalformedKeyError::NotOnCurve));
            assert_eq!(error.code(), Code::PublicKeyMalformed);
        }
    }
}

#[test]
fn a_key_of_another_kind_or_curve_is_rejected() {
    let p256 = PublicKey::from_cose(&encode(&ec_key(Curve::P256))).unwrap();
    let ed25519 = PublicKey::from_cose(&encode(&eddsa_key())).unwrap();
    for (key, curve) in [(&p256, Curve::P384), (&p256, Curve::P521), (&ed25519, Curve::P256)] {
        let scheme = Scheme::Ecdsa { curve, hash: Hash::Sha256 };
        let error = prepare(key, scheme).unwrap_err();
        assert_eq!(error, KeyError::Malformed(MalformedKeyError::SchemeMismatch(scheme)));
    }
}

/// Each row is the signature of [`numbers`] with one thing changed.
#[track_caller]
fn reject_all(curve: Curve, rows: &[(&str, Vec<u8>)]) {
    let (r, s) = numbers(curve);
    assert_eq!(verify(curve, &signature(&r, &s)), Ok(()));
    for (what, wrong) in rows {
        assert_eq!(verify(curve, wrong), Err(SignatureError), "{curve}: {what}");
    }
}

#[test]
fn rule_114_a_signature_is_one_sequence_of_exactly_two_integers() {
    for &curve in Curve::ALL {
        let (r, s) = numbers(curve);
        let (value_r, value_s) = (integer(&r)[2..].to_vec(), integer(&s)[2..].to_vec());
        let (r, s) = (integer(&r), integer(&s));
        let both = [&*r, &s].concat();
        reject_all(
            curve,
            &[
                ("nothing", vec![]),
                ("one byte", vec![0x30]),
                ("an empty sequence", sequence(&[])),
                ("a set", element(0x31, &both)),
                ("a sequence of another class", element(0x70, &both)),
                ("a primitive sequence", element(0x10, &both)),
                ("no sequence", both.clone()),
                ("only r", sequence(&r)),
                ("three integers", sequence(&[&*both, &s].concat())),
                ("a sequence in a sequence", sequence(&sequence(&both))),
                ("r an octet string", sequence(&[&*element(0x04, &value_r), &s].concat())),
                ("s an octet string", sequence(&[&*r, &element(0x04, &value_s)].concat())),
                ("s a bit string", sequence(&[&*r, &element(0x03, &[&[0], &*value_s].concat())].concat())),
                ("s a constructed integer", sequence(&[&*r, &element(0x22, &value_s)].concat())),
                ("in an octet string", element(0x04, &sequence(&both))),
            ],
        );
    }
}

#[test]
fn rule_115_lengths_are_definite_and_minimal_and_nothing_is_left_over() {
    let (r, s) = numbers(Curve::P256);
    let (r, s) = (integer(&r), integer(&s));
    let both = [&*r, &s].concat();
    let right = sequence(&both);
    let total = right[1];
    let long_r = [&[0x02, 0x81], &r[1..]].concat();
    let long_s = [&[0x02, 0x82, 0x00], &s[1..]].concat();
    reject_all(
        Curve::P256,
        &[
            ("a byte after it", [&*right, &[0]].concat()),
            ("itself after it", [&*right, &right].concat()),
            ("a byte within it", sequence(&[&*both, &[0]].concat())),
            ("null within it", sequence(&[&*both, &[0x05, 0x00]].concat())),
            ("a byte missing", right[..right.len() - 1].to_vec()),
            ("its first byte missing", right[1..].to_vec()),
            ("its length a byte too much", [&[0x30, total + 1], &*both].concat()),
            ("its length a byte short", [&[0x30, total - 1], &*both].concat()),
            ("its length in the long form", [&[0x30, 0x81, total], &*both].concat()),
            ("its length with a leading zero", [&[0x30, 0x82, 0x00, total], &*both].concat()),
            ("its length of four gibibytes", [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &*both].concat()),
            ("its length indefinite", [&[0x30, 0x80], &*both, &[0, 0]].concat()),
            ("its length indefinite, unended", [&[0x30, 0x80], &*both].concat()),
            ("the length of r in the long form", sequence(&[&*long_r, &s].concat())),
            ("the length of s with a leading zero", sequence(&[&*r, &long_s].concat())),
        ],
    );
    // Here the long form is the minimal one.
    let (r, s) = numbers(Curve::P521);
    let both = [integer(&r), integer(&s)].concat();
    let total = u8::try_from(both.len()).unwrap();
    assert_eq!(verify(Curve::P521, &[&[0x30, 0x81, total], &*both].concat()), Ok(()));
    reject_all(Curve::P521, &[("two length bytes", [&[0x30, 0x82, 0x00, total], &*both].concat())]);
}

#[test]
fn rule_116_an_integer_with_more_zeros_than_its_sign_needs_is_rejected() {
    for row in &ECDSA {
        let vector = ecdsa_vector(row);
        let key = vector.prepared();
        let (r, s) = (integer(&hex(row.2)), integer(&hex(row.3)));
        let pad = |number: &[u8]| element(0x02, &[&[0], &number[2..]].concat());
        assert_eq!(key.verify(&[b"sample"], &sequence(&[&*r, &s].concat())), Ok(()));
        for wrong in [[pad(&r), s.clone()], [r.clone(), pad(&s)]] {
            let wrong = sequence(&wrong.concat());
            assert_eq!(key.verify(&[b"sample"], &wrong), Err(SignatureError), "{}", vector.scheme);
        }
    }
}

#[test]
fn rule_117_r_and_s_are_positive_and_less_than_the_order() {
    for &curve in Curve::ALL {
        let (r, s) = numbers(curve);
        let n = order(curve);
        let negative = |number: &[u8]| {
            let mut bytes = subtract(&vec![0; number.len()], number);
            bytes[0] |= 0x80;
            element(0x02, &bytes)
        };
        let empty = element(0x02, &[]);
        let with_r = |wrong: &[u8]| sequence(&[wrong, &integer(&s)].concat());
        let with_s = |wrong: &[u8]| sequence(&[&integer(&r), wrong].concat());
        let mut rows = vec![];
        for (what, wrong) in [
            ("zero", integer(&[0])),
            ("the order", integer(&n)),
            ("all ones", integer(&vec![0xff; n.len()])),
            ("a byte longer", integer(&vec![1; n.len() + 1])),
            ("without a byte", empty),
        ] {
            rows.push((format!("r {what}"), with_r(&wrong)));
            rows.push((format!("s {what}"), with_s(&wrong)));
        }
        rows.push(("r + n".into(), with_r(&integer(&add(&r, &n)))));
        rows.push(("s + n".into(), with_s(&integer(&add(&s, &n)))));
        rows.push(("-r".into(), with_r(&negative(&r))));
        rows.push(("-s".into(), with_s(&negative(&s))));
        rows.push(("both zero".into(), signature(&[0], &[0])));
        rows.push(("both one".into(), signature(&[1], &[1])));
        rows.push(("swapped".into(), signature(&s, &r)));
        let rows: Vec<(&str, Vec<u8>)> = rows.iter().map(|(what, row)| (&**what, row.clone())).collect();
        reject_all(curve, &rows);
    }
    // Without the byte that says the number is positive.
    let (r, s) = numbers(Curve::P256);
    let (bare_r, bare_s) = (element(0x02, &r), element(0x02, &s));
    reject_all(
        Curve::P256,
        &[
            ("r without its sign", sequence(&[&*bare_r, &integer(&s)].concat())),
            ("s without its sign", sequence(&[&*integer(&r), &bare_s].concat())),
        ],
    );
}

#[test]
fn rule_117_both_values_of_s_verify() {
    for &curve in Curve::ALL {
        let (r, s) = numbers(curve);
        assert_eq!(verify(curve, &signature(&r, &s)), Ok(()));
        assert_eq!(verify(curve, &signature(&r, &subtract(&order(curve), &s))), Ok(()));
    }
}

#[test]
fn rule_118_r_and_s_without_der_are_rejected() {
    for &curve in Curve::ALL {
        let (r, s) = numbers(curve);
        reject_all(curve, &[("r then s", [r, s].concat())]);
    }
}
