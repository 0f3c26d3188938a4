//! A strict reader of DER: definite, minimal lengths, and no trailing data.
//! [X.690](https://www.itu.int/rec/T-REC-X.690) section 10.
//!
//! Signed data must have exactly one encoding.

use countersign_types::Timestamp;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0a;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;

/// The bytes are not the expected DER.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotDer;

/// An element: its tag, its contents octets, and its whole encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) contents: &'a [u8],
    pub(crate) whole: &'a [u8],
}

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next element, with any tag.
    pub(crate) fn element(&mut self) -> Result<Element<'a>, NotDer> {
        let (&tag, after_tag) = self.rest.split_first().ok_or(NotDer)?;
        // Tag numbers above 30 take more bytes; no structure read here has one.
        if tag & 0x1f == 0x1f {
            return Err(NotDer);
        }
        let (length, after_length) = length(after_tag)?;
        let (contents, rest) = after_length.split_at_checked(length).ok_or(NotDer)?;
        let whole_length = self.rest.len().checked_sub(rest.len()).ok_or(NotDer)?;
        let (whole, _) = self.rest.split_at_checked(whole_length).ok_or(NotDer)?;
        self.rest = rest;
        Ok(Element { tag, contents, whole })
    }

    /// The contents of the next element, which must have this tag.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<&'a [u8], NotDer> {
        self.optional(tag)?.ok_or(NotDer)
    }

    /// The contents of the next element if it has this tag; otherwise nothing is read.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, NotDer> {
        if self.rest.first() != Some(&tag) {
            return Ok(None);
        }
        self.element().map(|element| Some(element.contents))
    }

    /// The number and the contents of the next element, which must have a context-specific and constructed tag, as explicit
    /// tags are. The number may take more than one byte.
    pub(crate) fn context_specific(&mut self) -> Result<(u32, &'a [u8]), NotDer> {
        let (&first, mut rest) = self.rest.split_first().ok_or(NotDer)?;
        if first & 0xe0 != 0xa0 {
            return Err(NotDer);
        }
        let mut number = u32::from(first & 0x1f);
        if number == 0x1f {
            number = 0;
            loop {
                let (&digit, after) = rest.split_first().ok_or(NotDer)?;
                rest = after;
                // No leading zero, and at most 32 bits.
                if (number == 0 && digit == 0x80) || number > u32::MAX >> 7 {
                    return Err(NotDer);
                }
                number = number << 7 | u32::from(digit & 0x7f);
                if digit & 0x80 == 0 {
                    break;
                }
            }
            if number < 0x1f {
                return Err(NotDer);
            }
        }
        let (length, after_length) = length(rest)?;
        let (contents, rest) = after_length.split_at_checked(length).ok_or(NotDer)?;
        self.rest = rest;
        Ok((number, contents))
    }

    /// Whether no bytes are left.
    pub(crate) const fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Fails if bytes are left.
    pub(crate) const fn end(&self) -> Result<(), NotDer> {
        if self.rest.is_empty() { Ok(()) } else { Err(NotDer) }
    }
}

/// The contents of `bytes`, exactly one element with this tag.
pub(crate) fn only(bytes: &[u8], tag: u8) -> Result<&[u8], NotDer> {
    let mut reader = Reader::new(bytes);
    let contents = reader.expect(tag)?;
    reader.end()?;
    Ok(contents)
}

/// Reads the contents of a BOOLEAN.
pub(crate) const fn boolean(contents: &[u8]) -> Result<bool, NotDer> {
    match contents {
        [0x00] => Ok(false),
        [0xff] => Ok(true),
        _ => Err(NotDer),
    }
}

/// Reads the contents of a BIT STRING, of which the first octet counts the unused bits of the last
/// ([X.690](https://www.itu.int/rec/T-REC-X.690) section 8.6.2.2). These may have any value, which DER forbids.
pub(crate) const fn bit_string(contents: &[u8]) -> Result<&[u8], NotDer> {
    match contents {
        [0, octets @ ..] => Ok(octets),
        [1..=7, octets @ ..] if !octets.is_empty() => Ok(octets),
        _ => Err(NotDer),
    }
}

/// Reads an `AlgorithmIdentifier`: the contents of the identifier, and the parameters
/// ([RFC 5280, section 4.1.1.2](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.1.2)).
pub(crate) fn algorithm_identifier(der: &[u8]) -> Result<(&[u8], Option<Element<'_>>), NotDer> {
    let mut members = Reader::new(only(der, SEQUENCE)?);
    let identifier = members.expect(OBJECT_IDENTIFIER)?;
    let parameters = (!members.is_at_end()).then(|| members.element()).transpose()?;
    members.end()?;
    Ok((identifier, parameters))
}

/// Reads the contents of a non-negative INTEGER: the magnitude without a leading zero byte; 0 is empty.
pub(crate) const fn unsigned(contents: &[u8]) -> Result<&[u8], NotDer> {
    match contents {
        [0x00] => Ok(&[]),
        [] | [0x80..=0xff, ..] | [0x00, 0x00..=0x7f, ..] => Err(NotDer),
        [0x00, magnitude @ ..] | magnitude => Ok(magnitude),
    }
}

/// Reads the contents of a non-negative INTEGER of up to 32 bits.
pub(crate) fn small_unsigned(contents: &[u8]) -> Result<u32, NotDer> {
    let magnitude = unsigned(contents)?;
    if magnitude.len() > 4 {
        return Err(NotDer);
    }
    Ok(magnitude.iter().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

/// Reads a `Time`, in either of its types: seconds are given, and the zone is UTC
/// ([RFC 5280, section 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
pub(crate) fn time(element: Element<'_>) -> Result<Timestamp, NotDer> {
    let digits = element.contents.strip_suffix(b"Z").ok_or(NotDer)?;
    let (year, rest) = match element.tag {
        UTC_TIME => {
            let (year, rest) = two_digits(digits)?;
            (if year < 50 { 2000 } else { 1900_u16 }.saturating_add(year.into()), rest)
        }
        GENERALIZED_TIME => {
            let (century, rest) = two_digits(digits)?;
            let (year, rest) = two_digits(rest)?;
            (u16::from(century).saturating_mul(100).saturating_add(year.into()), rest)
        }
        _ => return Err(NotDer),
    };
    let (month, rest) = two_digits(rest)?;
    let (day, rest) = two_digits(rest)?;
    let day = Timestamp::from_date(year, month, day).ok_or(NotDer)?;
    let (hour, rest) = two_digits(rest)?;
    let (minute, rest) = two_digits(rest)?;
    let (second, rest) = two_digits(rest)?;
    if hour > 23 || minute > 59 || second > 59 || !rest.is_empty() {
        return Err(NotDer);
    }
    let minutes = i64::from(hour).saturating_mul(60).saturating_add(minute.into());
    let seconds = minutes.saturating_mul(60).saturating_add(second.into());
    Ok(Timestamp::from_unix_seconds(day.unix_seconds().saturating_add(seconds)))
}

/// The number in the first two digits, and what follows them.
fn two_digits(text: &[u8]) -> Result<(u8, &[u8]), NotDer> {
    match text {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9', rest @ ..] => {
            Ok(((tens & 0x0f).saturating_mul(10).saturating_add(ones & 0x0f), rest))
        }
        _ => Err(NotDer),
    }
}

/// Checks that `bytes` are one element that nests at most `max_depth` levels, all of them in DER.
///
/// The contents of primitive elements are not checked, and so neither are the values of a certificate's extensions.
pub(crate) fn check(bytes: &[u8], max_depth: usize) -> Result<(), NotDer> {
    let mut outer = Reader::new(bytes);
    let mut open = vec![Reader::new(outer.element()?.whole)];
    outer.end()?;
    while let Some(reader) = open.last_mut() {
        if reader.is_at_end() {
            open.pop();
            continue;
        }
        let element = reader.element()?;
        let universal = element.tag & 0xc0 == 0;
        let constructed = element.tag & 0x20 != 0;
        // Of the universal types that occur, DER constructs SEQUENCE and SET, always, and no other.
        if universal && constructed != matches!(element.tag & 0x1f, 0x10 | 0x11) {
            return Err(NotDer);
        }
        if constructed {
            if open.len() >= max_depth {
                return Err(NotDer);
            }
            open.push(Reader::new(element.contents));
        }
    }
    Ok(())
}

/// Splits off a length.
fn length(bytes: &[u8]) -> Result<(usize, &[u8]), NotDer> {
    let (&first, rest) = bytes.split_first().ok_or(NotDer)?;
    let count = match first {
        0x00..=0x7f => return Ok((usize::from(first), rest)),
        // Four bytes of length allow 4 GiB; no input is that long.
        0x81..=0x84 => usize::from(first & 0x7f),
        _ => return Err(NotDer),
    };
    let (digits, rest) = rest.split_at_checked(count).ok_or(NotDer)?;
    let length = digits.iter().fold(0_u32, |length, digit| length << 8 | u32::from(*digit));
    let minimal = length > 0x7f && digits.first() != Some(&0);
    let length = usize::try_from(length).map_err(|_| NotDer)?;
    if minimal { Ok((length, rest)) } else { Err(NotDer) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_minimal_and_definite() {
        let long = [&[0x04, 0x81, 0x80][..], &[0; 128]].concat();
        assert_eq!(only(&long, OCTET_STRING).unwrap().len(), 128);
        for bytes in [
            &[0x04][..],
            &[0x04, 0x01],
            &[0x04, 0x80, 0x00, 0x00],
            &[0x04, 0x81, 0x01, 0x00],
            &[0x04, 0x82, 0x00, 0x01, 0x00],
            &[0x04, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x04, 0x85, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00],
            &[0x04, 0xff],
            &[0x1f, 0x01, 0x00],
            &[0x04, 0x00, 0x00],
        ] {
            assert_eq!(only(bytes, OCTET_STRING), Err(NotDer), "{bytes:02x?}");
        }
        assert_eq!(only(&[0x04, 0x00], SEQUENCE), Err(NotDer));
    }

    #[test]
    fn an_integer_is_minimal() {
        assert_eq!(unsigned(&[0x00]), Ok(&[][..]));
        assert_eq!(unsigned(&[0x7f]), Ok(&[0x7f][..]));
        assert_eq!(unsigned(&[0x00, 0x80]), Ok(&[0x80][..]));
        for contents in [&[][..], &[0x80], &[0xff, 0x01], &[0x00, 0x00], &[0x00, 0x7f]] {
            assert_eq!(unsigned(contents), Err(NotDer), "{contents:02x?}");
        }
        assert_eq!(small_unsigned(&[0x00, 0xff, 0xff, 0xff, 0xff]), Ok(u32::MAX));
        assert_eq!(small_unsigned(&[0x01, 0x00, 0x00, 0x00, 0x00]), Err(NotDer));
    }

    #[test]
    fn a_boolean_is_all_zeros_or_all_ones() {
        assert_eq!(boolean(&[0x00]), Ok(false));
        assert_eq!(boolean(&[0xff]), Ok(true));
        for contents in [&[][..], &[0x01], &[0xff, 0xff]] {
            assert_eq!(boolean(contents), Err(NotDer));
        }
    }

    #[test]
    fn a_length_of_127_has_the_short_form() {
        assert_eq!(length(&[0x7f]), Ok((127, &[][..])));
        assert_eq!(length(&[0x81, 0x7f]), Err(NotDer));
        assert_eq!(length(&[0x81, 0x80]), Ok((128, &[][..])));
    }

    #[test]
    fn a_tag_of_several_bytes_is_not_an_element() {
        for tag in [0x1f, 0x3f, 0xbf] {
            assert!(Reader::new(&[tag, 0x01, 0x00]).element().is_err(), "{tag:02x}");
        }
        assert!(Reader::new(&[0x1e, 0x01, 0x00]).element().is_ok());
    }

    #[test]
    fn an_explicit_tag_has_a_number_of_32_bits() {
        let number = |bytes: &[u8]| Reader::new(bytes).context_specific().map(|(number, _)| number);
        assert_eq!(number(&[0xbe, 0x00]), Ok(30));
        assert_eq!(number(&[0xbf, 0x1f, 0x00]), Ok(31));
        assert_eq!(number(&[0xbf, 0x8f, 0xff, 0xff, 0xff, 0x7f, 0x00]), Ok(u32::MAX));
        for wrong in [
            // Too large, not minimal, small enough for one byte, primitive.
            &[0xbf, 0x90, 0x80, 0x80, 0x80, 0x7f, 0x00][..],
            &[0xbf, 0x80, 0x1f, 0x00],
            &[0xbf, 0x1e, 0x00],
            &[0x9f, 0x1f, 0x00],
        ] {
            assert_eq!(number(wrong), Err(NotDer), "{wrong:02x?}");
        }
    }

    #[test]
    fn a_structure_is_checked_all_the_way_down() {
        let good = [0x30, 0x05, 0x31, 0x03, 0x02, 0x01, 0x05];
        assert_eq!(check(&good, 3), Ok(()));
        assert_eq!(check(&good, 2), Err(NotDer));
        for bytes in [
            // Left over, within and behind.
            &[0x30, 0x03, 0x02, 0x01, 0x05, 0x00][..],
            &[0x30, 0x04, 0x02, 0x01, 0x05, 0x00],
            // A constructed OCTET STRING, a primitive SEQUENCE.
            &[0x30, 0x04, 0x24, 0x02, 0x04, 0x00],
            &[0x30, 0x02, 0x10, 0x00],
            // An inner length that is beyond the outer.
            &[0x30, 0x02, 0x04, 0x01, 0x00],
        ] {
            assert_eq!(check(bytes, 8), Err(NotDer), "{bytes:02x?}");
        }
    }
}
