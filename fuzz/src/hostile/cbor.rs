//! CBOR ([RFC 8949](https://www.rfc-editor.org/rfc/rfc8949)) in the places in which it may be long: many items, and unsorted
//! maps in unsorted maps, which a careless walker sorts again at each level.

use super::parts::{Input, cbor_number, cbor_sized, exchange, full, input};
use countersign_types::{AttestationObject, RegistrationResponse};

pub(super) fn inputs(target: &str, size: usize) -> Vec<Input> {
    match target {
        "strict_cbor" => items(size, 6),
        "authenticator_data" => {
            // An output in addition to a known one.
            let room = size - 128;
            items(room, 5)
                .into_iter()
                .flat_map(|(name, item)| {
                    let unknown = [&[0xa1][..], &cbor_sized(3, b"unknown"), &item].concat();
                    let known = [&[0xa1][..], &cbor_sized(3, b"uvm"), &item].concat();
                    [("unknown", unknown), ("known", known)].map(|(place, map)| {
                        let head = [vec![0; 32], vec![0x81], vec![0; 4]].concat();
                        input(format!("{place} output: {name}"), [head, map].concat())
                    })
                })
                .collect()
        }
        "attestation_object" => {
            let statements = items(size - 1024, 3).into_iter();
            statements.map(|(name, item)| input(format!("statement: {name}"), object(&item))).collect()
        }
        "cose_key" => {
            let head = [0xa3, 1, 2, 3, 0x26];
            let keys = items(size - 64, 4).into_iter();
            keys.map(|(name, item)| {
                let label = cbor_number(0, 70_000);
                input(format!("unknown label: {name}"), [&head[..], &label, &item].concat())
            })
            .collect()
        }
        _ => Vec::new(),
    }
}

/// An object with this as a member of a statement of the format `none`.
fn object(item: &[u8]) -> Vec<u8> {
    let response = RegistrationResponse::from_json(exchange().0.as_bytes()).unwrap();
    let object = AttestationObject::parse(response.attestation_object()).unwrap();
    let statement = [&[0xa1, 0x61, b'x'][..], item].concat();
    [
        &[0xa3][..],
        &cbor_sized(3, b"fmt"),
        &cbor_sized(3, b"none"),
        &cbor_sized(3, b"attStmt"),
        &statement,
        &cbor_sized(3, b"authData"),
        &cbor_sized(2, object.authenticator_data),
    ]
    .concat()
}

/// An item of each kind, of some `size` bytes, and of no more levels than `depth`.
fn items(size: usize, depth: usize) -> Vec<Input> {
    let array = |name: &str, unit: &[u8]| input(name, counted(4, size, |_| unit.to_vec()));
    let map = |name: &str, entry: &dyn Fn(usize) -> Vec<u8>| input(name, counted(5, size, entry));
    let descending = |it: usize| 999_999_usize.saturating_sub(it);
    vec![
        array("numbers", &[0x18, 0x40]),
        array("small numbers", &[0]),
        array("negative numbers", &[0x20]),
        array("byte strings", &[0x40]),
        array("texts", &[0x61, b'a']),
        array("arrays", &[0x80]),
        array("maps", &[0xa0]),
        array("words", &[0xf6]),
        array("floats", &[0xf9, 0, 0]),
        input("long text", cbor_sized(3, &vec![b'a'; size - 5])),
        input("long bytes", cbor_sized(2, &vec![0xff; size - 5])),
        map("map", &|it| [cbor_number(0, it), vec![0]].concat()),
        map("map of negative keys", &|it| [cbor_number(1, it), vec![0]].concat()),
        map("map out of order", &|it| [cbor_number(0, descending(it)), vec![0]].concat()),
        map("map of texts", &|it| [cbor_sized(3, format!("{it:06}").as_bytes()), vec![0]].concat()),
        map("map of texts out of order", &|it| {
            [cbor_sized(3, format!("{:06}", descending(it)).as_bytes()), vec![0]].concat()
        }),
        map("map of byte strings with one start, out of order", &|it| {
            [cbor_sized(2, format!("{}{:06}", "a".repeat(60), descending(it)).as_bytes()), vec![0]].concat()
        }),
        input("maps out of order in maps out of order", nested(size, depth)),
        input("chain of maps out of order", chain(size, depth)),
    ]
}

/// As many units as there is room for, behind a head that counts them.
fn counted(major: u8, size: usize, unit: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut count = 0;
    let units = full(
        size,
        &[0; 5],
        |number| {
            count = number;
            unit(number)
        },
        &[],
        &[],
    );
    [cbor_number(major, count), units[5..].to_vec()].concat()
}

/// A map of maps of maps, each of as many members, all out of order.
fn nested(size: usize, depth: usize) -> Vec<u8> {
    if depth == 1 {
        return counted(5, size, |it| [cbor_number(0, 999_999 - it), vec![0]].concat());
    }
    // Two members, the greater key first: nothing but the innermost maps has more.
    let inner = nested((size - 3) / 2, depth - 1);
    [&[0xa2, 1][..], &inner, &[0], &inner].concat()
}

/// A map in a map in a map, each with many further members.
fn chain(size: usize, depth: usize) -> Vec<u8> {
    let share = size / depth;
    let members = |inner: &[u8]| {
        let entry = |it: usize| [cbor_number(0, 999_999 - it), vec![0]].concat();
        let flat = full(share, &[0; 16], entry, &[], &[])[16..].to_vec();
        // One more member, with the least key, at the end.
        let count = flat.len() / entry(0).len() + 1;
        [&cbor_number(5, count)[..], &flat, &[0], inner].concat()
    };
    (0..depth).fold(vec![0], |inner, _| members(&inner))
}
