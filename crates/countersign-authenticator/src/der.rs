//! A writer of DER ([X.690](https://www.itu.int/rec/T-REC-X.690)): what certificates are made of.

/// `BOOLEAN`.
pub(crate) const BOOLEAN: u8 = 0x01;
/// `INTEGER`.
pub(crate) const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub(crate) const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`.
pub(crate) const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`.
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
/// `ENUMERATED`.
pub(crate) const ENUMERATED: u8 = 0x0a;
/// `UTF8String`.
pub(crate) const UTF8_STRING: u8 = 0x0c;
/// `PrintableString`.
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
/// `UTCTime`.
pub(crate) const UTC_TIME: u8 = 0x17;
/// `GeneralizedTime`.
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
/// `SEQUENCE`.
pub(crate) const SEQUENCE: u8 = 0x30;
/// `SET`.
pub(crate) const SET: u8 = 0x31;

/// One element.
pub(crate) fn element(tag: u8, contents: &[u8]) -> Vec<u8> {
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

/// A `SEQUENCE` of these elements.
pub(crate) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

/// A `SET OF` these elements, sorted as DER has it (X.690, 11.6).
pub(crate) fn set_of(mut elements: Vec<Vec<u8>>) -> Vec<u8> {
    // The padding with zeros that the clause speaks of decides nothing: no element begins with another.
    elements.sort_unstable();
    element(SET, &elements.concat())
}

/// An `OCTET STRING`.
pub(crate) fn octet_string(contents: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, contents)
}

/// An `INTEGER` that is not negative, from its big-endian bytes.
pub(crate) fn integer(number: &[u8]) -> Vec<u8> {
    element(INTEGER, &unsigned(number))
}

/// The two's complement of a number that is not negative, from its big-endian bytes.
pub(crate) fn unsigned(number: &[u8]) -> Vec<u8> {
    let mut contents: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    if contents.first().is_none_or(|first| first & 0x80 != 0) {
        contents.insert(0, 0);
    }
    contents
}

/// An `OBJECT IDENTIFIER`, from its contents.
pub(crate) fn object_identifier(contents: &[u8]) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, contents)
}

/// An explicit, context-specific tag around an element; numbers above 30 take several bytes.
pub(crate) fn explicit(number: u32, contents: &[u8]) -> Vec<u8> {
    let digit = |shift: u32| u8::try_from(number >> shift & 0x7f).unwrap_or_default();
    let tag = match number {
        0..=30 => vec![0xa0 | digit(0)],
        31..=127 => vec![0xbf, digit(0)],
        128..=16383 => vec![0xbf, 0x80 | digit(7), digit(0)],
        _ => vec![0xbf, 0x80 | digit(14), 0x80 | digit(7), digit(0)],
    };
    [&tag, &length(contents.len())[..], contents].concat()
}

/// The bits of the key in a `SubjectPublicKeyInfo`.
pub(crate) fn public_key_bits(spki: &[u8]) -> Option<&[u8]> {
    let (_algorithm, key) = split(split(spki)?.0)?;
    split(key)?.0.get(1..)
}

/// The contents of the first element, and what follows it.
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
    fn lengths_take_the_fewest_bytes() {
        assert_eq!(element(4, &[7; 127])[..2], [4, 127]);
        assert_eq!(element(4, &[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(element(4, &[7; 256])[..4], [4, 0x82, 1, 0]);
    }

    #[test]
    fn integers_are_minimal_and_not_negative() {
        assert_eq!(integer(&[]), [2, 1, 0]);
        assert_eq!(integer(&[0, 0, 1]), [2, 1, 1]);
        assert_eq!(integer(&[0x80]), [2, 2, 0, 0x80]);
    }

    #[test]
    fn the_elements_of_a_set_are_sorted_by_their_encodings() {
        let [long, short, negative] = [vec![4, 2, 0, 0], vec![4, 1, 7], vec![2, 1, 0x80]];
        let sorted = [&[SET, 10][..], &negative, &short, &long].concat();
        assert_eq!(set_of(vec![long, short, negative]), sorted);
    }

    #[test]
    fn large_tags_take_several_bytes() {
        assert_eq!(explicit(1, &[]), [0xa1, 0]);
        assert_eq!(explicit(600, &[]), [0xbf, 0x84, 0x58, 0]);
        assert_eq!(explicit(704, &[5]), [0xbf, 0x85, 0x40, 1, 5]);
    }
}
