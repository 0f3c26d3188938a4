//! The parts of inputs: as many of one item as a size allows.

use std::fmt::Display;

use countersign_authenticator::{Exchange, Format, Scenario, SignIn, der::element};

/// The longest input, in bytes.
pub const LENGTH_MAX: usize = 64 * 1024;

/// A name and an input.
pub(super) type Input = (String, Vec<u8>);

/// The responses of a registration without attestation, and of an authentication.
pub(super) fn exchange() -> (String, String) {
    let scenario = Scenario::of(Format::None).with_sign_in(SignIn::Identified);
    let Exchange { registration, authentication, .. } = scenario.run(&[], &[]).unwrap();
    (registration.unwrap().response, authentication.unwrap().response)
}

pub(super) fn input(name: impl Display, data: impl Into<Vec<u8>>) -> Input {
    (name.to_string(), data.into())
}

/// `before`, then `unit` of 0, 1 and so on until the input is full, then `after`.
pub(super) fn full(
    size: usize,
    before: &[u8],
    mut unit: impl FnMut(usize) -> Vec<u8>,
    separator: &[u8],
    after: &[u8],
) -> Vec<u8> {
    let mut data = before.to_vec();
    for number in 0.. {
        let next = unit(number);
        if data.len() + next.len() + separator.len() + after.len() > size {
            break;
        }
        if number > 0 {
            data.extend(separator);
        }
        data.extend(next);
    }
    data.extend(after);
    data
}

/// The text of [`full`].
pub(super) fn text(
    size: usize,
    before: &str,
    unit: impl Fn(usize) -> String,
    separator: &str,
    after: &str,
) -> Vec<u8> {
    full(size, before.as_bytes(), |number| unit(number).into_bytes(), separator.as_bytes(), after.as_bytes())
}

/// One unit, repeated.
pub(super) fn repeated(size: usize, unit: &[u8]) -> Vec<u8> {
    full(size, &[], |_| unit.to_vec(), &[], &[])
}

/// The head of an item with a length or value.
pub(super) fn cbor_number(major: u8, value: usize) -> Vec<u8> {
    let [.., a, b, c, d] = value.to_be_bytes();
    match (value, major << 5) {
        (0..=23, major) => vec![major | d],
        (24..=0xff, major) => vec![major | 24, d],
        (0x100..=0xffff, major) => vec![major | 25, c, d],
        (_, major) => vec![major | 26, a, b, c, d],
    }
}

pub(super) fn cbor_sized(major: u8, contents: &[u8]) -> Vec<u8> {
    [&cbor_number(major, contents.len())[..], contents].concat()
}

pub(super) fn cbor_text(number: usize) -> Vec<u8> {
    cbor_sized(3, format!("{number:05}").as_bytes())
}

/// An encoded map of these entries, filled up with further keys whose values are `null`.
pub(super) fn cbor_map(
    size: usize,
    entries: &[(Vec<u8>, Vec<u8>)],
    key: impl Fn(usize) -> Vec<u8>,
) -> Vec<u8> {
    let given: Vec<u8> = entries.iter().flat_map(|(key, value)| [&key[..], value].concat()).collect();
    let mut count = entries.len();
    // Room for the head, and for the structure around the map.
    let more = full(size, &vec![0; given.len() + 256], |it| [key(it), vec![0xf6]].concat(), &[], &[]);
    let more = &more[given.len() + 256..];
    let mut at = 0;
    for number in 0.. {
        at += key(number).len() + 1;
        if at > more.len() {
            break;
        }
        count += 1;
    }
    [cbor_number(5, count), given, more.to_vec()].concat()
}

pub(super) fn cbor_array(size: usize, unit: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut count = 0;
    let counted = |number| {
        count = number;
        unit(number)
    };
    let items = full(size, &[0; 5], counted, &[], &[]);
    // The last unit was too long.
    [cbor_number(4, count), items[5..].to_vec()].concat()
}

pub(super) fn der_nested(size: usize) -> Vec<u8> {
    let mut data = Vec::new();
    // From the inside out, reversed at the end: each head has four bytes at most.
    while data.len() + 4 <= size {
        let mut head = element(0x30, &[]);
        if !data.is_empty() {
            let [.., a, b] = data.len().to_be_bytes();
            head = vec![0x30, 0x82, a, b];
        }
        head.reverse();
        data.extend(head);
    }
    data.reverse();
    data
}
