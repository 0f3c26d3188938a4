use alloc::{vec, vec::Vec};

use proptest::prelude::*;

use super::{SIGNATURE_MAX, ecdsa_signature_to_der, has_padded_integers, without_padding};
use crate::testing::{element, integer, sequence};
use crate::{algorithm::Curve, verifier::SignatureError};

fn unpad(signature: &[u8], curve: Curve) -> Option<Vec<u8>> {
    without_padding(signature, curve, &mut [0; SIGNATURE_MAX]).map(<[u8]>::to_vec)
}

/// A DER `INTEGER` with this many zeros before it.
fn padded(number: &[u8], zeros: usize) -> Vec<u8> {
    let minimal = integer(number);
    element(0x02, &[&vec![0; zeros][..], &minimal[2..]].concat())
}

#[test]
fn two_integers_of_fixed_length_become_strict_der() {
    let raw = |r: &[u8], s: &[u8], size: usize| {
        [r, s].map(|integer| [&vec![0; size - integer.len()], integer].concat()).concat()
    };
    for &curve in Curve::ALL {
        let size = curve.field_size();
        let longest = vec![0xff; size];
        for (r, s) in [(&[1][..], &[0x80, 0][..]), (&[0], &[0]), (&longest, &longest), (&[0x7f], &longest)] {
            let der = ecdsa_signature_to_der(&raw(r, s, size), curve).unwrap();
            assert_eq!(der, sequence(&[integer(r), integer(s)].concat()), "{curve}");
        }
        for wrong in [0, 2 * size - 2, 2 * size - 1, 2 * size + 1] {
            assert_eq!(ecdsa_signature_to_der(&vec![1; wrong], curve), Err(SignatureError), "{curve}");
        }
    }
}

#[test]
fn zeros_before_a_number_go_and_nothing_else_changes() {
    for (r, s) in [(&[1][..], &[2][..]), (&[0x80; 32], &[0x7f; 32]), (&[0], &[0x80])] {
        let strict = sequence(&[integer(r), integer(s)].concat());
        for (of_r, of_s) in [(0, 0), (1, 0), (0, 1), (1, 1), (5, 20)] {
            let tolerated = sequence(&[padded(r, of_r), padded(s, of_s)].concat());
            let fits =
                [(r, of_r), (s, of_s)].iter().all(|(number, zeros)| padded(number, *zeros).len() <= 35);
            assert_eq!(has_padded_integers(&tolerated), (of_r, of_s) != (0, 0));
            assert_eq!(unpad(&tolerated, Curve::P256), fits.then(|| strict.clone()), "{of_r} and {of_s}");
        }
    }
}

#[test]
fn a_length_of_128_has_the_long_form_and_one_of_127_the_short() {
    for length in [61, 62] {
        let (r, s) = (vec![0x7f; 62], vec![0x7f; length]);
        let strict = sequence(&[integer(&r), integer(&s)].concat());
        let tolerated = sequence(&[padded(&r, 1), padded(&s, 1)].concat());
        assert_eq!(unpad(&tolerated, Curve::P521), Some(strict), "{length}");
    }
    let long = element(0x30, &[padded(&[0x7f; 62], 3), padded(&[0x7f; 62], 3)].concat());
    assert!(has_padded_integers(&long));
    let set = [&[0x31], &long[1..]].concat();
    assert!(!has_padded_integers(&set));
}

#[test]
fn a_number_has_at_most_a_byte_more_than_a_coordinate() {
    for &curve in Curve::ALL {
        let with = |length: usize| {
            let mut number = vec![0; length];
            number[length - 1] = 1;
            sequence(&[element(0x02, &number), integer(&[1])].concat())
        };
        assert_eq!(unpad(&with(curve.field_size() + 1), curve).unwrap(), [0x30, 6, 2, 1, 1, 2, 1, 1]);
        assert_eq!(unpad(&with(curve.field_size() + 2), curve), None);
    }
}

#[test]
fn every_other_deviation_from_der_is_rejected() {
    let one = integer(&[1]);
    let both = [&*one, &one].concat();
    assert!(unpad(&sequence(&both), Curve::P256).is_some());
    for (what, wrong) in [
        ("nothing", vec![]),
        ("a set", element(0x31, &both)),
        ("one integer", sequence(&one)),
        ("three integers", sequence(&[&*both, &one].concat())),
        ("a byte after it", [&*sequence(&both), &[0]].concat()),
        ("zeros before it", [&[0], &*sequence(&both)].concat()),
        ("a length in the long form", [&[0x30, 0x81, 6], &*both].concat()),
        ("a length with a leading zero", [&[0x30, 0x82, 0, 6], &*both].concat()),
        ("an indefinite length", [&[0x30, 0x80], &*both, &[0, 0]].concat()),
        ("a long length within it", sequence(&[&[0x02, 0x81, 1, 1], &*one].concat())),
        ("a length too much", [&[0x30, 7], &*both].concat()),
        ("a length too little", [&[0x30, 5], &*both].concat()),
        ("a constructed integer", sequence(&[&element(0x22, &one), &*one].concat())),
    ] {
        assert_eq!(unpad(&wrong, Curve::P256), None, "{what}");
    }
}

proptest! {
    #[test]
    fn what_is_strict_already_stays_as_it_is(
        r in prop::collection::vec(any::<u8>(), 1..33),
        s in prop::collection::vec(any::<u8>(), 1..33),
    ) {
        let strict = sequence(&[integer(&r), integer(&s)].concat());
        prop_assert_eq!(unpad(&strict, Curve::P256), Some(strict));
    }

    #[test]
    fn any_bytes_are_rejected_or_come_out_with_nothing_left_to_remove(
        bytes in prop::collection::vec(any::<u8>(), 0..40),
        which in 0..Curve::ALL.len(),
    ) {
        for bytes in [sequence(&[element(0x02, &bytes), element(0x02, &bytes)].concat()), sequence(&bytes), bytes] {
            if let Some(strict) = unpad(&bytes, Curve::ALL[which]) {
                prop_assert!(strict.len() <= bytes.len());
                prop_assert_eq!(unpad(&strict, Curve::ALL[which]), Some(strict));
            }
        }
    }
}
