//! A DER writer ([X.690](https://www.itu.int/rec/T-REC-X.690)), for certificates and other ASN.1 structures in tests.
//!
//! ```
//! use countersign_authenticator::der::{INTEGER, element, integer, sequence};
//! assert_eq!(sequence(&[&integer(&[1])]), [0x30, 3, 2, 1, 1]);
//! // A negative serial number: `element` takes any contents.
//! assert_eq!(element(INTEGER, &[0xff]), [2, 1, 0xff]);
//! ```

/// The tag of a `BOOLEAN`.
pub const BOOLEAN: u8 = 0x01;
/// The tag of an `INTEGER`.
pub const INTEGER: u8 = 0x02;
/// The tag of a `BIT STRING`.
pub const BIT_STRING: u8 = 0x03;
/// The tag of an `OCTET STRING`.
pub const OCTET_STRING: u8 = 0x04;
/// The tag of an `OBJECT IDENTIFIER`.
pub const OBJECT_IDENTIFIER: u8 = 0x06;
/// The tag of an `ENUMERATED`.
pub const ENUMERATED: u8 = 0x0a;
/// The tag of a `UTF8String`.
pub const UTF8_STRING: u8 = 0x0c;
/// The tag of a `PrintableString`.
pub const PRINTABLE_STRING: u8 = 0x13;
/// The tag of a `UTCTime`.
pub const UTC_TIME: u8 = 0x17;
/// The tag of a `GeneralizedTime`.
pub const GENERALIZED_TIME: u8 = 0x18;
/// The tag of a `SEQUENCE`.
pub const SEQUENCE: u8 = 0x30;
/// The tag of a `SET`.
pub const SET: u8 = 0x31;

/// Encodes an element with this tag and these contents, which are not checked against each other.
pub fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
    [&[tag][..], &length(contents.len()), contents].concat()
}

fn length(length: usize) -> Vec<u8> {
    let bytes = length.to_be_bytes();
    let significant: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => vec![short],
        _ => [&[0x80 | u8::try_from(significant.len()).unwrap_or_default()][..], &significant].concat(),
    }
}

/// Encodes a `SEQUENCE` of elements.
pub fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

/// Encodes a `SET OF` elements, in the order that DER requires (X.690, 11.6).
pub fn set_of(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    // The clause compares elements padded with zeros. No element is a prefix of another, so the padding changes
    // nothing.
    elements.sort_unstable();
    element(SET, &elements.concat())
}

/// Encodes an `OCTET STRING`.
pub fn octet_string(contents: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, contents)
}

/// Encodes a `BIT STRING` of whole bytes.
pub fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

/// Encodes a non-negative `INTEGER` from its big-endian bytes.
pub fn integer(number: &[u8]) -> Vec<u8> {
    element(INTEGER, &unsigned(number))
}

/// The contents of a non-negative `INTEGER`: the shortest two's complement of big-endian bytes.
pub fn unsigned(number: &[u8]) -> Vec<u8> {
    let mut contents: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    if contents.first().is_none_or(|first| first & 0x80 != 0) {
        contents.insert(0, 0);
    }
    contents
}

/// Encodes an `OBJECT IDENTIFIER` from its contents.
pub fn object_identifier(contents: &[u8]) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, contents)
}

/// Encloses an element in an explicit context-specific tag; numbers above 30 take several bytes.
pub fn explicit(number: u32, contents: &[u8]) -> Vec<u8> {
    let digit = |shift: u32| u8::try_from(number >> shift & 0x7f).unwrap_or_default();
    let tag = match number {
        0..=30 => vec![0xa0 | digit(0)],
        31..=127 => vec![0xbf, digit(0)],
        128..=16383 => vec![0xbf, 0x80 | digit(7), digit(0)],
        _ => vec![0xbf, 0x80 | digit(14), 0x80 | digit(7), digit(0)],
    };
    [&tag, &length(contents.len())[..], contents].concat()
}

/// The bits of the public key in a `SubjectPublicKeyInfo`: an uncompressed point for keys of elliptic curves.
pub fn public_key_bits(spki: &[u8]) -> Option<&[u8]> {
    let (_algorithm, key) = split(split(spki)?.0)?;
    split(key)?.0.get(1..)
}

/// Splits off the first element: its contents, and the bytes after it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, rest) = bytes.get(1..)?.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        (length.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)), rest)
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_the_fewest_bytes() {
        assert_eq!(element(4, &[7; 127])[..2], [4, 127]);
        assert_eq!(element(4, &[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(element(4, &[7; 256])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn integers_are_minimal_and_non_negative() {
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
    }

    #[test]
    fn elements_of_a_set_are_sorted_by_their_encodings() {
        let [long, short, negative] = [vec![4, 2, 0, 0], vec![4, 1, 7], vec![2, 1, 0x80]];
        let sorted = [&[SET, 10][..], &negative, &short, &long].concat();
        assert_eq!(set_of(vec![long, short, negative]), sorted);
    }

    #[test]
    fn tags_above_30_have_several_bytes() {
        assert_eq!(explicit(1, &[]), [0xa1, 0]);
        assert_eq!(explicit(600, &[]), [0xbf, 0x84, 0x58, 0]);
        assert_eq!(explicit(704, &[5]), [0xbf, 0x85, 0x40, 1, 5]);
    }
}
