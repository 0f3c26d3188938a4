//! Inputs that take long: many of one item, in the requested number of bytes.

use countersign_authenticator::der::element;

mod cbor;
mod certificates;
mod ders;
mod json;
mod models;
mod parts;
mod texts;

pub use parts::LENGTH_MAX;

use parts::{
    Input, cbor_array, cbor_map, cbor_number, cbor_sized, cbor_text, der_nested, full, input, repeated, text,
};

/// The target whose parser reads anything.
const OF_ANYTHING: &str = "inspect";

/// The inputs of 64 KiB for a target, each with a name: those for any parser, and those that come far into this one.
pub fn inputs(target: &str) -> Vec<(String, Vec<u8>)> {
    let mut all = of_size(target, LENGTH_MAX);
    if target != OF_ANYTHING {
        all.extend(anything(LENGTH_MAX));
    }
    all.extend(certificates::inputs(target));
    all.retain(|(_, data)| data.len() <= LENGTH_MAX);
    all
}

/// Inputs of about `size` bytes that come far into the parser of a target.
pub fn of_size(target: &str, size: usize) -> Vec<(String, Vec<u8>)> {
    let mut all = texts::inputs(target, size);
    all.extend(json::inputs(target, size));
    all.extend(cbor::inputs(target, size));
    all.extend(ders::inputs(target, size));
    all.extend(models::inputs(target, size));
    if target == OF_ANYTHING {
        all.extend(anything(size));
    }
    all
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
