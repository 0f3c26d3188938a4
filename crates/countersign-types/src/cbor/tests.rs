use alloc::{vec, vec::Vec};
use core::cell::Cell;

use super::*;
use proptest::prelude::*;

std::thread_local! {
    /// The heads that this thread's walkers have read.
    static HEADS: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn count_head() {
    HEADS.set(HEADS.get() + 1);
}

fn rejected(bytes: &[u8]) -> CborError {
    check(bytes, MAX_DEPTH).unwrap_err()
}

fn accepted(bytes: &[u8]) -> Deviations {
    check(bytes, MAX_DEPTH).unwrap()
}

#[test]
fn each_kind_of_item_is_accepted() {
    let items: [&[u8]; 14] = [
        &[0x00],
        &[0x17],
        &[0x18, 0x18],
        &[0x3a, 0x00, 0x01, 0x11, 0x6f],
        &[0x1b, 1, 2, 3, 4, 5, 6, 7, 8],
        &[0x40],
        &[0x42, 0xff, 0xff],
        &[0x62, 0xc3, 0xa9],
        &[0x80],
        &[0x82, 0x01, 0xf5],
        &[0xa0],
        &[0xa2, 0x01, 0x02, 0x61, b'a', 0xf6],
        &[0xf9, 0x3c, 0x00],
        &[0xf8, 0x20],
    ];
    for item in items {
        assert_eq!(accepted(item), Deviations::default(), "{item:02x?}");
    }
}

#[test]
fn rule_080_indefinite_lengths_are_rejected() {
    for bytes in [&[0x9f, 0x01, 0xff][..], &[0xbf, 0xff], &[0x5f, 0x41, 0x01, 0xff], &[0x7f, 0xff]] {
        assert_eq!(rejected(bytes), CborError::IndefiniteLength { at: 0 });
    }
    accepted(&[0x81, 0x01]);
}

#[test]
fn rule_081_a_duplicate_key_is_rejected_at_any_position() {
    accepted(&[0xa2, 0x01, 0x00, 0x02, 0x00]);
    assert_eq!(rejected(&[0xa2, 0x01, 0x00, 0x01, 0x00]), CborError::DuplicateKey { at: 0 });
    // The same key with another between.
    assert_eq!(rejected(&[0xa3, 0x02, 0x00, 0x01, 0x00, 0x02, 0x00]), CborError::DuplicateKey { at: 0 });
    // The same key in a longer encoding.
    assert_eq!(rejected(&[0xa2, 0x01, 0x00, 0x18, 0x01, 0x00]), CborError::DuplicateKey { at: 0 });
    // Within another map.
    assert_eq!(
        rejected(&[0xa1, 0x00, 0xa2, 0x61, b'a', 0, 0x61, b'a', 0]),
        CborError::DuplicateKey { at: 2 }
    );
    // The same bytes as text and as a byte string are two keys.
    accepted(&[0xa2, 0x41, b'a', 0x00, 0x61, b'a', 0x00]);
}

#[test]
fn rule_082_a_tag_is_rejected() {
    accepted(&[0x81, 0x41, 0x01]);
    assert_eq!(rejected(&[0x81, 0xc2, 0x41, 0x01]), CborError::Tag { at: 1 });
}

#[test]
fn rule_083_nesting_is_limited() {
    accepted(&[0x81, 0x81, 0x81, 0x81, 0x81, 0x80]);
    assert_eq!(rejected(&[0x81, 0x81, 0x81, 0x81, 0x81, 0x81, 0x80]), CborError::TooDeep { at: 6 });
    assert_eq!(check(&[0x81, 0xa0], 1), Err(CborError::TooDeep { at: 1 }));
    assert_eq!(rejected(&vec![0x81; 1 << 16]), CborError::TooDeep { at: 6 });
}

#[test]
fn rule_084_a_length_beyond_the_input_is_rejected() {
    accepted(&[0x41, 0x00]);
    assert_eq!(rejected(&[0x42, 0x00]), CborError::Truncated { at: 0 });
    assert_eq!(
        rejected(&[0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        CborError::Truncated { at: 0 }
    );
    assert_eq!(
        rejected(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        CborError::Truncated { at: 0 }
    );
    assert_eq!(
        rejected(&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
        CborError::Truncated { at: 0 }
    );
    assert_eq!(rejected(&[0xa1, 0x01]), CborError::Truncated { at: 0 });
    assert_eq!(rejected(&[0x19, 0x01]), CborError::Truncated { at: 0 });
    assert_eq!(rejected(&[]), CborError::Truncated { at: 0 });
}

#[test]
fn rule_085_trailing_bytes_are_rejected() {
    accepted(&[0xa0]);
    assert_eq!(rejected(&[0xa0, 0x00]), CborError::TrailingData { at: 1 });
}

#[test]
fn rule_086_reserved_heads_breaks_and_bad_text_are_rejected() {
    for information in 28..=30 {
        assert_eq!(rejected(&[information]), CborError::ReservedHead { at: 0 });
    }
    accepted(&[0xf8, 0x20]);
    assert_eq!(rejected(&[0xf8, 0x1f]), CborError::ReservedHead { at: 0 });
    assert_eq!(rejected(&[0xff]), CborError::IndefiniteLength { at: 0 });
    assert_eq!(rejected(&[0x61, 0xff]), CborError::NotUtf8 { at: 0 });
    assert_eq!(rejected(&[0xa1, 0x61, 0xff, 0x00]), CborError::NotUtf8 { at: 1 });
}

#[test]
fn a_key_that_is_a_container_is_rejected() {
    assert_eq!(rejected(&[0xa1, 0x80, 0x00]), CborError::NestedKey { at: 1 });
}

#[test]
fn longer_heads_and_unsorted_keys_are_reported() {
    assert_eq!(accepted(&[0x18, 0x17]), Deviations { non_minimal: true, unsorted_keys: false });
    assert_eq!(accepted(&[0x58, 0x01, 0xff]), Deviations { non_minimal: true, unsorted_keys: false });
    for longest in
        [&[0x19, 0x00, 0xff][..], &[0x1a, 0, 0, 0xff, 0xff], &[0x1b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]]
    {
        assert_eq!(
            accepted(longest),
            Deviations { non_minimal: true, unsorted_keys: false },
            "{longest:02x?}"
        );
    }
    for shortest in [&[0x19, 0x01, 0x00][..], &[0x1a, 0, 1, 0, 0], &[0x1b, 0, 0, 0, 1, 0, 0, 0, 0]] {
        assert_eq!(accepted(shortest), Deviations::default(), "{shortest:02x?}");
    }
    assert_eq!(accepted(&[0x38, 0x18]), Deviations::default());
    assert_eq!(accepted(&[0x38, 0x17]), Deviations { non_minimal: true, unsorted_keys: false });
    assert_eq!(
        accepted(&[0xa2, 0x02, 0x00, 0x01, 0x00]),
        Deviations { non_minimal: false, unsorted_keys: true }
    );
    // Shorter keys come first, whatever their letters.
    assert_eq!(accepted(&[0xa2, 0x61, b'b', 0x00, 0x62, b'a', b'a', 0x00]), Deviations::default());
}

#[test]
fn members_have_the_bytes_of_their_values() {
    let map = [0xa2, 0x01, 0x82, 0x01, 0x02, 0x61, b'a', 0x41, 0x07];
    accepted(&map);
    let members: Vec<_> = map_members(&map).unwrap().collect();
    assert_eq!(members, [(Key::Unsigned(1), &map[2..5]), (Key::Text("a"), &map[7..])]);
    assert_eq!(as_bytes(members[1].1), Some(&[7][..]));
    assert!(is_array(members[0].1) && !is_map(members[0].1));
    assert!(map_members(&[0x80]).is_none());
    assert_eq!(as_text(&[0x61, b'x']), Some("x"));
    assert_eq!(as_text(&[0x41, b'x']), None);
}

#[test]
fn elements_are_iterated_in_order() {
    // [1, [2], {"a": 3}]
    let array = [0x83, 0x01, 0x81, 0x02, 0xa1, 0x61, b'a', 0x03];
    accepted(&array);
    let elements: Vec<_> = array_elements(&array).unwrap().collect();
    assert_eq!(elements, [&[0x01][..], &[0x81, 0x02], &[0xa1, 0x61, b'a', 0x03]]);
    assert_eq!(array_elements(&[0x80]).unwrap().count(), 0);
    assert!(array_elements(&[0xa0]).is_none());
}

#[test]
fn a_map_of_many_unsorted_keys_is_checked_quickly() {
    // 20 000 members with descending keys: quadratic work would show.
    let mut map = vec![0xb9, 0x4e, 0x20];
    for key in (0..20_000_u16).rev() {
        map.push(0x19);
        map.extend(key.to_be_bytes());
        map.push(0x00);
    }
    assert!(accepted(&map).unsorted_keys);
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(first) = first_item(&bytes, MAX_DEPTH) {
            prop_assert_eq!(first.bytes.len() + first.rest.len(), bytes.len());
            prop_assert!(check(first.bytes, MAX_DEPTH).is_ok());
            if let Some(members) = map_members(first.bytes) {
                members.for_each(drop);
            }
        }
    }

    #[test]
    fn accepted_bytes_are_well_formed_for_another_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        if check(&bytes, MAX_DEPTH).is_ok() {
            let decoded: Result<ciborium::Value, _> = ciborium::from_reader(bytes.as_slice());
            prop_assert!(decoded.is_ok() || bytes.iter().any(|byte| byte >> 5 == 7), "{bytes:02x?}");
        }
    }
}

/// Maps of two members, the greater key first, in each other, `depth` levels: and how many items they have, keys too.
fn nested_out_of_order(depth: usize, innermost: usize) -> (Vec<u8>, usize) {
    if depth == 1 {
        let count = u16::try_from(innermost).unwrap();
        let keys = (0..count).rev().flat_map(|key| [&[0x19][..], &key.to_be_bytes(), &[0]].concat());
        return (
            [&[0xb9][..], &count.to_be_bytes()].concat().into_iter().chain(keys).collect(),
            1 + 2 * innermost,
        );
    }
    let (inner, items) = nested_out_of_order(depth - 1, innermost);
    ([&[0xa2, 1][..], &inner, &[0], &inner].concat(), 3 + 2 * items)
}

#[test]
fn rule_398_nested_unsorted_maps_are_walked_once_for_each_level() {
    let heads = |run: &dyn Fn()| {
        let before = HEADS.get();
        run();
        HEADS.get() - before
    };
    let mut last = None;
    for innermost in [100, 200, 400] {
        let (map, items) = nested_out_of_order(MAX_DEPTH, innermost);
        let checked = heads(&|| assert!(accepted(&map).unsorted_keys));
        // Once to check it, and once in each map around it to find its keys.
        assert!(checked <= (MAX_DEPTH + 1) * items, "{checked} heads of {items} items");
        // What was checked is passed over.
        let looked_at = heads(&|| assert_eq!(map_members(&map).unwrap().count(), 2));
        assert!(looked_at <= items + 1, "{looked_at} heads of {items} items");
        if let Some(last) = last.replace(checked) {
            assert!(checked * 10 <= last * 22, "{last} heads, and {checked} of twice as much");
        }
    }
}

#[test]
fn the_members_of_a_map_are_the_checked_ones() {
    let (inner, _) = nested_out_of_order(3, 4);
    let map = [&[0xa2, 0x61, b'b', 0x82][..], &inner, &[0x42, 1, 2, 0x61, b'a'], &inner].concat();
    accepted(&map);
    let members: Vec<_> = map_members(&map).unwrap().collect();
    assert_eq!(
        members,
        [(Key::Text("b"), &[&[0x82][..], &inner, &[0x42, 1, 2]].concat()[..]), (Key::Text("a"), &inner[..]),]
    );
    let elements: Vec<_> = array_elements(members[0].1).unwrap().collect();
    assert_eq!(elements, [&inner[..], &[0x42, 1, 2]]);
    // What was not checked ends the iteration, whatever its head announces.
    assert_eq!(
        map_members(&[0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x81]).unwrap().count(),
        0
    );
    assert_eq!(
        array_elements(&[0x82, 0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).unwrap().count(),
        0
    );
}
