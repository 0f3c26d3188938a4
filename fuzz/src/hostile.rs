//! Inputs that are made to take long: much of one thing, in as many bytes as is asked for.

use std::fmt::Display;

use countersign_authenticator::{Exchange, Format, Scenario, SignIn, der::element};

mod cbor;
mod certificates;
mod ders;
mod json;
mod models;
mod texts;

/// The most bytes of an input.
pub const LENGTH_MAX: usize = 64 * 1024;

/// The inputs of 64 KiB for a target, each with a word for what it has much of: those that any parser may get, and those
/// that come far into this one.
pub fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut all = anything(LENGTH_MAX);
    all.extend(of_size(target, LENGTH_MAX));
    all.extend(certificates::inputs(target));
    all.retain(|(_, data)| data.len() <= LENGTH_MAX);
    all
}

/// Inputs of some `size` bytes: each comes far into the target's parser.
pub fn of_size(target: &str, size: usize) -> Vec<(String, Vec<u8>)> {
    let mut all = texts::inputs(target, size);
    all.extend(json::inputs(target, size));
    all.extend(cbor::inputs(target, size));
    all.extend(ders::inputs(target, size));
    all.extend(models::inputs(target, size));
    all
}

type Input = (String, Vec<u8>);

/// The responses of a registration without attestation, and of an authentication.
fn exchange() -> (String, String) {
    let scenario = Scenario::of(Format::None).with_sign_in(SignIn::Identified);
    let Exchange { registration, authentication, .. } = scenario.run(&[], &[]).unwrap();
    (registration.unwrap().response, authentication.unwrap().response)
}

fn input(name: impl Display, data: impl Into<Vec<u8>>) -> Input {
    (name.to_string(), data.into())
}

/// What is between `before` and `after` until the input is full: `unit` of 0, 1 and so on.
fn full(
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

/// The same with texts.
fn text(size: usize, before: &str, unit: impl Fn(usize) -> String, separator: &str, after: &str) -> Vec<u8> {
    full(size, before.as_bytes(), |number| unit(number).into_bytes(), separator.as_bytes(), after.as_bytes())
}

/// The same thing again and again.
fn repeated(size: usize, unit: &[u8]) -> Vec<u8> {
    full(size, &[], |_| unit.to_vec(), &[], &[])
}

/// Nested, long and repeated items of JSON, CBOR and DER.
fn anything(size: usize) -> Vec<Input> {
    let mut all: Vec<Input> =
        [0x00_u8, 0x20, 0x30, 0x41, 0x5f, 0x81, 0x80, 0x9f, 0xa1, 0xbf, 0xc1, 0xf6, 0xff]
            .map(|byte| input(format!("byte {byte:02x}"), repeated(size, &[byte])))
            .into();
    for unit in ["[", "{\"a\":", "a.", "\\u0000", "\u{1f600}", "\"", "AA==", "https://", "-", "!"] {
        all.push(input(format!("text {unit}"), repeated(size, unit.as_bytes())));
    }
    all.push(input("JSON names", text(size, "{", |it| format!("\"{it}\":0"), ",", "}")));
    all.push(input("JSON one name", text(size, "{", |_| "\"a\":0".to_owned(), ",", "}")));
    all.push(input("JSON numbers", text(size, "[", |it| it.to_string(), ",", "]")));
    all.push(input("JSON long number", text(size, "[", |_| "9".to_owned(), "", "]")));
    all.push(input("JSON long fraction", text(size, "[0.", |_| "9".to_owned(), "", "]")));
    all.push(input("JSON escapes", text(size, "\"", |_| "\\u00e9".to_owned(), "", "\"")));
    all.push(input("CBOR numbers as keys", cbor_map(size, &[], |it| cbor_number(0, it))));
    all.push(input("CBOR texts as keys", cbor_map(size, &[], cbor_text)));
    all.push(input("CBOR texts as keys, descending", cbor_map(size, &[], |it| cbor_text(99_999 - it))));
    all.push(input("CBOR array of empty maps", cbor_array(size, |_| vec![0xa0])));
    all.push(input(
        "CBOR array of empty arrays in arrays",
        cbor_array(size, |_| vec![0x81, 0x81, 0x81, 0x80]),
    ));
    all.push(input("CBOR long text", cbor_sized(3, &repeated(size, b"a")[..size - 5])));
    all.push(input("DER nested", der_nested(size)));
    all.push(input("DER elements", element(0x30, &full(size, &[0; 4], |_| vec![5, 0], &[], &[])[4..])));
    all
}

/// The head of an item with a length or value.
fn cbor_number(major: u8, value: usize) -> Vec<u8> {
    let [.., a, b, c, d] = value.to_be_bytes();
    match (value, major << 5) {
        (0..=23, major) => vec![major | d],
        (24..=0xff, major) => vec![major | 24, d],
        (0x100..=0xffff, major) => vec![major | 25, c, d],
        (_, major) => vec![major | 26, a, b, c, d],
    }
}

fn cbor_sized(major: u8, contents: &[u8]) -> Vec<u8> {
    [&cbor_number(major, contents.len())[..], contents].concat()
}

fn cbor_text(number: usize) -> Vec<u8> {
    cbor_sized(3, format!("{number:05}").as_bytes())
}

/// A map of these entries, encoded, and as many of such keys with `null` as there is room for.
fn cbor_map(size: usize, entries: &[(Vec<u8>, Vec<u8>)], key: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let given: Vec<u8> = entries.iter().flat_map(|(key, value)| [&key[..], value].concat()).collect();
    let mut count = entries.len();
    // Room for the head, and for what the whole is put into.
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

fn cbor_array(size: usize, unit: impl Fn(usize) -> Vec<u8>) -> Vec<u8> {
    let mut count = 0;
    let counted = |number| {
        count = number;
        unit(number)
    };
    let items = full(size, &[0; 5], counted, &[], &[]);
    // The last one was tried and found too long.
    [cbor_number(4, count), items[5..].to_vec()].concat()
}

fn der_nested(size: usize) -> Vec<u8> {
    let mut data = Vec::new();
    // Inside out, and turned round at the end: each head has four bytes at most.
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
