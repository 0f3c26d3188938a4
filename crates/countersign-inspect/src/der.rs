//! A lenient walk over DER ([X.690](https://www.itu.int/rec/T-REC-X.690)): it keeps what it has read when the input
//! breaks off, and says where.

use countersign::attestation::oid::Oid;
use countersign::types::hex::Hex;

use crate::{
    explanation::{Field, Note},
    glossary,
    limits::DEPTH_MAX,
    options::Context,
    span::Span,
    words::count,
};

/// The recommendation that defines the encoding.
pub(crate) const SOURCE: &str = "https://www.itu.int/rec/T-REC-X.690";

pub(crate) const BOOLEAN: u64 = 1;
pub(crate) const INTEGER: u64 = 2;
pub(crate) const BIT_STRING: u64 = 3;
pub(crate) const OCTET_STRING: u64 = 4;
pub(crate) const OBJECT_IDENTIFIER: u64 = 6;
pub(crate) const ENUMERATED: u64 = 10;
pub(crate) const SEQUENCE: u64 = 16;
pub(crate) const SET: u64 = 17;
pub(crate) const UTC_TIME: u64 = 23;
pub(crate) const GENERALIZED_TIME: u64 = 24;

/// An element with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Element<'a> {
    /// 0 for universal, 2 for context-specific.
    pub(crate) class: u8,
    pub(crate) is_constructed: bool,
    pub(crate) number: u64,
    pub(crate) contents: Span<'a>,
    pub(crate) whole: Span<'a>,
    /// The offset of the element, if it goes beyond the end of what contains it.
    pub(crate) cut: bool,
    is_padded: bool,
}

/// Why no element could be read, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) text: &'static str,
}

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Elements<'a> {
    pub(crate) rest: Span<'a>,
}

impl<'a> Elements<'a> {
    pub(crate) const fn new(span: Span<'a>) -> Self {
        Self { rest: span }
    }

    /// The next element; `None` at the end. One that goes beyond the end is returned as far as it is there.
    pub(crate) fn next(&mut self) -> Option<Result<Element<'a>, Fault>> {
        if self.rest.is_empty() {
            return None;
        }
        let read = element(self.rest);
        self.rest = match &read {
            Ok(element) => self.rest.skip(element.whole.len()),
            Err(_) => self.rest.skip(self.rest.len()),
        };
        Some(read)
    }

    /// The next element if it has this universal number, is there whole, and is well-formed.
    pub(crate) fn universal(&mut self, number: u64) -> Option<Element<'a>> {
        let element = element(self.rest).ok()?;
        if element.class != 0 || element.number != number || element.cut {
            return None;
        }
        self.rest = self.rest.skip(element.whole.len());
        Some(element)
    }

    /// The next element if it has this context-specific number.
    pub(crate) fn tagged(&mut self, number: u64) -> Option<Element<'a>> {
        let element = element(self.rest).ok()?;
        if element.class != 2 || element.number != number {
            return None;
        }
        self.rest = self.rest.skip(element.whole.len());
        Some(element)
    }
}

/// The first element of a span.
pub(crate) fn element(span: Span<'_>) -> Result<Element<'_>, Fault> {
    let fault = |text| Fault { at: span.start(), text };
    let (first, mut rest) = span.split(1).ok_or(fault("the input ends where an element is expected"))?;
    let first = u8::try_from(first.number()).unwrap_or_default();
    let mut number = u64::from(first & 0x1f);
    if number == 0x1f {
        number = 0;
        loop {
            let (digit, after) = rest.split(1).ok_or(fault("the input ends within a tag"))?;
            rest = after;
            if number > u64::MAX >> 15 {
                return Err(fault("a tag of more than 56 bits"));
            }
            number = number << 7 | digit.number() & 0x7f;
            if digit.number() & 0x80 == 0 {
                break;
            }
        }
    }
    let (length, after) = rest.split(1).ok_or(fault("the input ends within the head of an element"))?;
    let mut length = length.number();
    let mut contents = after;
    let mut is_padded = false;
    if length == 0x80 {
        return Err(fault("an indefinite length"));
    }
    if length > 0x80 {
        let count = usize::try_from(length & 0x7f).unwrap_or(usize::MAX);
        if count > 8 {
            return Err(fault("a length of more than 8 bytes"));
        }
        let (digits, after) =
            after.split(count).ok_or(fault("the input ends within the head of an element"))?;
        length = digits.number();
        is_padded = length < 0x80 || digits.bytes().first() == Some(&0);
        contents = after;
    }
    let head = contents.start().saturating_sub(span.start());
    let wanted = usize::try_from(length).unwrap_or(usize::MAX);
    let cut = wanted > contents.len();
    let contents = contents.first(wanted);
    Ok(Element {
        class: first >> 6,
        is_constructed: first & 0x20 != 0,
        number,
        contents,
        whole: span.first(head.saturating_add(contents.len())),
        cut,
        is_padded,
    })
}

impl<'a> Element<'a> {
    pub(crate) const fn is_universal(&self, number: u64) -> bool {
        self.class == 0 && self.number == number
    }

    pub(crate) const fn elements(&self) -> Elements<'a> {
        Elements::new(self.contents)
    }

    /// The number in an INTEGER or ENUMERATED of at most 63 bits.
    pub(crate) fn small(&self) -> Option<i64> {
        let bytes = self.contents.bytes();
        let negative = bytes.first()? & 0x80 != 0;
        if bytes.len() > 8 || negative {
            return None;
        }
        i64::try_from(self.contents.number()).ok()
    }

    /// The identifier, of an OBJECT IDENTIFIER that is not empty: an empty one has no text.
    pub(crate) fn oid(&self) -> Option<Oid<'a>> {
        let contents = self.contents.bytes();
        (self.is_universal(OBJECT_IDENTIFIER) && !contents.is_empty()).then(|| Oid::from_contents(contents))
    }

    /// The text, of a string type that is UTF-8 or a subset.
    pub(crate) fn text(&self) -> Option<&'a str> {
        let is_string = self.class == 0 && matches!(self.number, 12 | 18 | 19 | 22 | 26);
        is_string.then(|| core::str::from_utf8(self.contents.bytes()).ok()).flatten()
    }

    /// The name of the type, as ASN.1 writes it.
    pub(crate) fn type_name(&self) -> String {
        let universal = match self.number {
            BOOLEAN => "BOOLEAN",
            INTEGER => "INTEGER",
            BIT_STRING => "BIT STRING",
            OCTET_STRING => "OCTET STRING",
            5 => "NULL",
            OBJECT_IDENTIFIER => "OBJECT IDENTIFIER",
            ENUMERATED => "ENUMERATED",
            12 => "UTF8String",
            SEQUENCE => "SEQUENCE",
            SET => "SET",
            18 => "NumericString",
            19 => "PrintableString",
            20 => "TeletexString",
            22 => "IA5String",
            UTC_TIME => "UTCTime",
            GENERALIZED_TIME => "GeneralizedTime",
            26 => "VisibleString",
            28 => "UniversalString",
            30 => "BMPString",
            other => return format!("[{}{other}]", self.class_name()),
        };
        if self.class == 0 { universal.to_owned() } else { format!("[{}{}]", self.class_name(), self.number) }
    }

    const fn class_name(&self) -> &'static str {
        match self.class {
            0 => "UNIVERSAL ",
            1 => "APPLICATION ",
            2 => "",
            _ => "PRIVATE ",
        }
    }

    /// The value in words, without the parts of constructed elements.
    pub(crate) fn words(&self) -> String {
        if self.is_constructed {
            let mut elements = self.elements();
            let mut parts: usize = 0;
            while let Some(Ok(_)) = elements.next() {
                parts = parts.saturating_add(1);
            }
            return count(parts, "element");
        }
        if let Some(oid) = self.oid() {
            return glossary::named_oid(&oid);
        }
        if let Some(text) = self.text() {
            return format!("\"{text}\"");
        }
        match (self.class, self.number) {
            (0, BOOLEAN) => match self.contents.bytes() {
                [0] => "FALSE".to_owned(),
                [_] => "TRUE".to_owned(),
                _ => "malformed".to_owned(),
            },
            (0, INTEGER | ENUMERATED) => {
                self.small().map_or_else(|| count(self.contents.len(), "byte"), |number| number.to_string())
            }
            (0, 5) => "NULL".to_owned(),
            (0, UTC_TIME | GENERALIZED_TIME) => String::from_utf8_lossy(self.contents.bytes()).into_owned(),
            _ => count(self.contents.len(), "byte"),
        }
    }

    /// A field with the element's place, value and remarks, but without parts.
    pub(crate) fn field(&self, name: impl Into<std::borrow::Cow<'static, str>>) -> Field {
        let mut field = Field::new(name).at(self.whole.range()).with_value(self.words());
        if !self.is_constructed
            && !matches!((self.class, self.number), (0, BOOLEAN | 5 | UTC_TIME | GENERALIZED_TIME))
        {
            field = field.with_hex(self.contents);
        }
        if self.is_padded {
            field = field
                .with_note(Note::deviation("the length takes more bytes than it needs").with_rules(&[273]));
        }
        if self.cut {
            field = field.with_note(Note::fault(
                self.whole.start(),
                "the element goes beyond the end of what contains it",
            ));
        }
        field
    }
}

/// Explains any element by its type.
pub(crate) fn generic(ctx: &Context<'_>, element: &Element<'_>, depth: usize) -> Field {
    let mut field = element.field(element.type_name());
    if !element.is_constructed {
        return field;
    }
    if depth >= DEPTH_MAX {
        return field.with_note(Note::info("nests too deep to explain"));
    }
    let mut elements = element.elements();
    while let Some(part) = elements.next() {
        if !ctx.has_room() {
            return field.with_note(Note::info("further parts are not shown"));
        }
        match part {
            Ok(part) => field.fields.push(generic(ctx, &part, depth.saturating_add(1))),
            Err(fault) => return field.with_note(Note::fault(fault.at, fault.text)),
        }
    }
    field
}

/// A number of any length: decimal if it is small, hexadecimal otherwise.
pub(crate) fn number(contents: Span<'_>) -> String {
    match contents.len() {
        0..=8 => contents.number().to_string(),
        _ => format!("0x{}", Hex(contents.bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_that_goes_beyond_the_end_is_kept() {
        let cut = element(Span::new(&[0x30, 0x05, 0x02, 0x01, 0x07])).unwrap();
        assert!(cut.cut);
        assert_eq!(cut.contents.bytes(), [0x02, 0x01, 0x07]);
        assert_eq!(cut.elements().next().unwrap().unwrap().small(), Some(7));
    }

    #[test]
    fn every_broken_head_has_its_place() {
        let fault = |input: &[u8]| element(Span::new(input)).unwrap_err().text;
        assert_eq!(fault(&[]), "the input ends where an element is expected");
        assert_eq!(fault(&[0x30]), "the input ends within the head of an element");
        assert_eq!(fault(&[0x30, 0x82, 0x01]), "the input ends within the head of an element");
        assert_eq!(fault(&[0x30, 0x80]), "an indefinite length");
        assert_eq!(fault(&[0x30, 0x89]), "a length of more than 8 bytes");
        assert_eq!(fault(&[0xbf, 0x85]), "the input ends within a tag");
        assert_eq!(
            fault(&[0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            "a tag of more than 56 bits"
        );
    }

    #[test]
    fn types_and_values_are_in_words() {
        let words = |input: &[u8]| {
            let element = element(Span::new(input)).unwrap();
            (element.type_name(), element.words())
        };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(words(&[0x02, 0x01, 0x2a]), pair("INTEGER", "42"));
        assert_eq!(words(&[0x06, 0x03, 0x55, 0x04, 0x03]), pair("OBJECT IDENTIFIER", "commonName (2.5.4.3)"));
        assert_eq!(words(&[0x13, 0x02, b'A', b'A']), pair("PrintableString", "\"AA\""));
        assert_eq!(words(&[0xbf, 0x85, 0x3e, 0x03, 0x02, 0x01, 0x00]), pair("[702]", "1 element"));
        assert_eq!(words(&[0x01, 0x01, 0xff]), pair("BOOLEAN", "TRUE"));
    }
}
