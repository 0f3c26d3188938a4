//! A lenient walk over CBOR ([RFC 8949](https://www.rfc-editor.org/rfc/rfc8949)): it keeps what it has read when the
//! input breaks off, and says where.

use countersign::types::hex::Hex;

use crate::{
    explanation::{Field, Note},
    limits::{CBOR_ITEMS_MAX, DEPTH_MAX},
    options::Context,
    source::rfc,
    span::Span,
    words::count,
};

/// The section that defines the items.
pub(crate) const SOURCE: &str = rfc!("8949", "section-3");

/// An item with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item<'a> {
    pub(crate) span: Span<'a>,
    pub(crate) value: Value<'a>,
    /// Whether the head takes more bytes than it needs.
    is_padded: bool,
    is_indefinite: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    /// An integer of either sign; CBOR's need 65 bits.
    Integer(i128),
    Bytes(Span<'a>),
    Text(Span<'a>),
    Array(Vec<Item<'a>>),
    Map(Vec<(Item<'a>, Item<'a>)>),
    Tag(u64, Option<Box<Item<'a>>>),
    Simple(u64),
    Float(f64),
    Break,
}

/// Where and why the walk ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) text: &'static str,
}

/// The first item of an input, as far as it could be read.
#[derive(Debug, Clone)]
pub(crate) struct Walked<'a> {
    pub(crate) item: Option<Item<'a>>,
    pub(crate) fault: Option<Fault>,
    /// What follows the item; nothing after a fault.
    pub(crate) rest: Span<'a>,
}

/// Reads the first item.
pub(crate) fn walk(input: Span<'_>) -> Walked<'_> {
    let mut walker = Walker { rest: input, fault: None, items: 0 };
    let item = walker.item(0);
    let rest = if walker.fault.is_some() { input.skip(input.len()) } else { walker.rest };
    Walked { item, fault: walker.fault, rest }
}

struct Walker<'a> {
    rest: Span<'a>,
    fault: Option<Fault>,
    items: usize,
}

impl<'a> Walker<'a> {
    fn fail<T>(&mut self, at: usize, text: &'static str) -> Option<T> {
        self.fault.get_or_insert(Fault { at, text });
        None
    }

    fn take(&mut self, count: usize) -> Option<Span<'a>> {
        let (taken, rest) = self.rest.split(count)?;
        self.rest = rest;
        Some(taken)
    }

    /// Reads an item. With a fault within it, what was read before the fault is returned.
    fn item(&mut self, depth: usize) -> Option<Item<'a>> {
        let start = self.rest;
        let at = start.start();
        self.items = self.items.saturating_add(1);
        if self.items > CBOR_ITEMS_MAX {
            return self.fail(at, "too many items to explain");
        }
        if depth > DEPTH_MAX {
            return self.fail(at, "arrays and maps nest too deep to explain");
        }
        let Some(first) = self.take(1) else {
            return self.fail(at, "the input ends where an item is expected");
        };
        let first = first.number();
        let (major, information) = (first >> 5, first & 0x1f);
        let width = match information {
            0..=23 | 31 => 0,
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return self.fail(at, "a reserved head"),
        };
        let Some(argument) = self.take(width) else {
            return self.fail(at, "the input ends within the head of an item");
        };
        let argument = if width == 0 { information } else { argument.number() };
        let is_indefinite = information == 31;
        let is_padded = match width {
            1 => argument < 24,
            2 => argument < 0x100,
            4 => argument < 0x1_0000,
            8 => argument < 0x1_0000_0000,
            _ => false,
        } && major != 7;
        let value = match major {
            0 if !is_indefinite => Value::Integer(argument.into()),
            1 if !is_indefinite => Value::Integer((-1_i128).saturating_sub(argument.into())),
            2 | 3 => self.string(at, major == 3, argument, is_indefinite, depth),
            4 => Value::Array(self.elements(argument, is_indefinite, depth)),
            5 => Value::Map(self.members(argument, is_indefinite, depth)),
            6 if !is_indefinite => Value::Tag(argument, self.item(depth.saturating_add(1)).map(Box::new)),
            7 if is_indefinite => Value::Break,
            7 => simple(width, argument),
            _ => return self.fail(at, "a reserved head"),
        };
        Some(Item { span: start.up_to(&self.rest), value, is_padded, is_indefinite })
    }

    /// A string; one that goes beyond the end is returned as far as it is there.
    fn string(
        &mut self,
        at: usize,
        is_text: bool,
        length: u64,
        is_indefinite: bool,
        depth: usize,
    ) -> Value<'a> {
        let kind = if is_text { Value::Text } else { Value::Bytes };
        if is_indefinite {
            // The chunks are kept as one stretch, heads included: strict parsers reject the item anyway.
            let content = self.rest;
            self.elements(0, true, depth);
            return kind(content.up_to(&self.rest));
        }
        let content = usize::try_from(length).ok().and_then(|length| self.take(length));
        if let Some(content) = content {
            if is_text && core::str::from_utf8(content.bytes()).is_err() {
                self.fault.get_or_insert(Fault { at, text: "a text string that is not UTF-8" });
            }
            return kind(content);
        }
        self.fault.get_or_insert(Fault { at, text: "a string that goes beyond the end of the input" });
        let content = self.rest;
        self.rest = content.skip(content.len());
        kind(content)
    }

    fn elements(&mut self, count: u64, is_indefinite: bool, depth: usize) -> Vec<Item<'a>> {
        let mut elements = Vec::new();
        let mut left = count;
        while self.fault.is_none() && (is_indefinite || left > 0) {
            match self.item(depth.saturating_add(1)) {
                Some(Item { value: Value::Break, .. }) if is_indefinite => break,
                Some(item) => elements.push(item),
                None => break,
            }
            left = left.saturating_sub(1);
        }
        elements
    }

    fn members(&mut self, count: u64, is_indefinite: bool, depth: usize) -> Vec<(Item<'a>, Item<'a>)> {
        let mut members = Vec::new();
        let mut left = count;
        while self.fault.is_none() && (is_indefinite || left > 0) {
            let Some(key) = self.item(depth.saturating_add(1)) else { break };
            if key.value == Value::Break && is_indefinite {
                break;
            }
            // A key without its value is kept, so that the explanation names what breaks off.
            let end = self.rest.first(0);
            let missing = Item { span: end, value: Value::Break, is_padded: false, is_indefinite: false };
            let value = if self.fault.is_none() { self.item(depth.saturating_add(1)) } else { None };
            members.push((key, value.unwrap_or(missing)));
            left = left.saturating_sub(1);
        }
        members
    }
}

/// A simple value or a float, of which the argument has so many bytes.
fn simple<'a>(width: usize, argument: u64) -> Value<'a> {
    match width {
        2 => Value::Float(half(argument)),
        4 => Value::Float(u32::try_from(argument).map_or(f64::NAN, |bits| f32::from_bits(bits).into())),
        8 => Value::Float(f64::from_bits(argument)),
        _ => Value::Simple(argument),
    }
}

/// Half precision ([RFC 8949, appendix D](https://www.rfc-editor.org/rfc/rfc8949#appendix-D)).
fn half(bits: u64) -> f64 {
    let exponent = i32::try_from(bits >> 10 & 0x1f).unwrap_or_default();
    let mantissa = f64::from(u16::try_from(bits & 0x3ff).unwrap_or_default());
    let value = match exponent {
        0 => mantissa * 2_f64.powi(-24),
        31 if mantissa == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (mantissa + 1024.0) * 2_f64.powi(exponent.saturating_sub(25)),
    };
    if bits & 0x8000 == 0 { value } else { -value }
}

impl<'a> Item<'a> {
    pub(crate) fn as_text(&self) -> Option<&'a str> {
        match self.value {
            Value::Text(text) => core::str::from_utf8(text.bytes()).ok(),
            _ => None,
        }
    }

    pub(crate) const fn as_bytes(&self) -> Option<Span<'a>> {
        match self.value {
            Value::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(crate) const fn as_integer(&self) -> Option<i128> {
        match self.value {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// The members of a map; nothing for any other item.
    pub(crate) fn members(&self) -> &[(Item<'a>, Item<'a>)] {
        match &self.value {
            Value::Map(members) => members,
            _ => &[],
        }
    }

    pub(crate) const fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// The elements of an array; nothing for any other item.
    pub(crate) fn elements(&self) -> &[Item<'a>] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The value of the member with this text key.
    pub(crate) fn member(&self, name: &str) -> Option<&Item<'a>> {
        self.members().iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
    }

    /// The value of the member with this number.
    pub(crate) fn labelled(&self, label: i128) -> Option<&Item<'a>> {
        self.members().iter().find(|(key, _)| key.as_integer() == Some(label)).map(|(_, value)| value)
    }

    /// What the item is, in one or two words.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self.value {
            Value::Integer(_) => "an integer",
            Value::Bytes(_) => "a byte string",
            Value::Text(_) => "a text string",
            Value::Array(_) => "an array",
            Value::Map(_) => "a map",
            Value::Tag(..) => "a tag",
            Value::Simple(20 | 21) => "a Boolean",
            Value::Simple(22) => "null",
            Value::Simple(_) => "a simple value",
            Value::Float(_) => "a float",
            Value::Break => "nothing",
        }
    }

    /// The value in words, without the parts of arrays and maps.
    pub(crate) fn words(&self) -> String {
        match &self.value {
            Value::Integer(number) => number.to_string(),
            Value::Bytes(bytes) => count(bytes.len(), "byte"),
            Value::Text(text) => format!("\"{}\"", String::from_utf8_lossy(text.bytes())),
            Value::Array(elements) => count(elements.len(), "element"),
            Value::Map(members) => count(members.len(), "member"),
            Value::Tag(number, _) => format!("tag {number}"),
            Value::Simple(20) => "false".to_owned(),
            Value::Simple(21) => "true".to_owned(),
            Value::Simple(22) => "null".to_owned(),
            Value::Simple(23) => "undefined".to_owned(),
            Value::Simple(number) => format!("simple value {number}"),
            Value::Float(number) => number.to_string(),
            Value::Break => "missing".to_owned(),
        }
    }

    /// The remarks on how the item is written.
    pub(crate) fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.is_padded {
            notes.push(Note::deviation("the head takes more bytes than it needs (non-minimal-cbor)"));
        }
        if self.is_indefinite {
            notes.push(Note::deviation("the length is indefinite").with_rules(&[80]));
        }
        if let Value::Tag(..) = self.value {
            notes.push(Note::deviation("CBOR of Web Authentication has no tags").with_rules(&[82]));
        }
        if let Value::Map(members) = &self.value {
            notes.extend(order(members));
        }
        notes
    }

    /// A field with the item's place, value and remarks, but without parts.
    pub(crate) fn field(&self, name: impl Into<std::borrow::Cow<'static, str>>) -> Field {
        let field = Field::new(name).at(self.span.range()).with_value(self.words()).with_notes(self.notes());
        match self.value {
            Value::Bytes(bytes) => field.with_hex(bytes),
            _ => field,
        }
    }
}

/// Remarks on the keys of a map: duplicates, and another order than the canonical one.
fn order(members: &[(Item<'_>, Item<'_>)]) -> Vec<Note> {
    let rank = |key: &Item<'_>| (key.span.len(), key.span.bytes().to_vec());
    let mut keys: Vec<_> = members.iter().map(|(key, _)| rank(key)).collect();
    // CTAP2 orders by major type first, then by length, then bytewise; for integers and texts the head decides both.
    let canonical =
        |(length, bytes): &(usize, Vec<u8>)| (bytes.first().map(|head| head >> 5), *length, bytes.clone());
    let is_sorted = keys.windows(2).all(|pair| match pair {
        [a, b] => canonical(a) <= canonical(b),
        _ => true,
    });
    let mut notes = Vec::new();
    if !is_sorted {
        notes.push(Note::deviation("the keys are not in canonical order (unsorted-cbor-keys)"));
        keys.sort_unstable();
    }
    if keys.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
        notes.push(Note::deviation("a key occurs twice").with_rules(&[81]));
    }
    notes
}

/// Explains any item, with the names that its keys give.
pub(crate) fn generic(ctx: &Context<'_>, name: String, item: &Item<'_>) -> Field {
    let mut field = item.field(name);
    let parts: Vec<_> = match &item.value {
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, element)| (format!("[{index}]"), element)).collect()
        }
        Value::Map(members) => members.iter().map(|(key, value)| (key_name(key), value)).collect(),
        Value::Tag(_, Some(content)) => vec![("content".to_owned(), &**content)],
        _ => Vec::new(),
    };
    for (name, part) in parts {
        if !ctx.has_room() {
            return field.with_note(Note::info("further parts are not shown"));
        }
        field.fields.push(generic(ctx, name, part));
    }
    field
}

/// The name that a key gives its value.
pub(crate) fn key_name(key: &Item<'_>) -> String {
    match key.value {
        Value::Bytes(bytes) => format!("h'{}'", Hex(bytes.first(32).bytes())),
        // A text that is empty has a name too.
        _ => key.as_text().filter(|text| !text.is_empty()).map_or_else(|| key.words(), str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(input: &[u8]) -> Option<(usize, &'static str)> {
        walk(Span::new(input)).fault.map(|fault| (fault.at, fault.text))
    }

    #[test]
    fn what_was_read_before_the_fault_is_kept() {
        let walked = walk(Span::new(b"\xa2\x63fmt\x64none\x67attS"));
        let item = walked.item.unwrap();
        assert_eq!(item.member("fmt").unwrap().as_text(), Some("none"));
        assert_eq!(walked.fault.unwrap().at, 10);
        assert_eq!(key_name(&item.members()[1].0), "attS");
    }

    #[test]
    fn every_kind_of_break_has_its_place() {
        assert_eq!(fault(&[]), Some((0, "the input ends where an item is expected")));
        assert_eq!(fault(&[0x82, 0x00]), Some((2, "the input ends where an item is expected")));
        assert_eq!(fault(&[0x82, 0x00, 0x19, 0x01]), Some((2, "the input ends within the head of an item")));
        assert_eq!(fault(&[0x81, 0x1c]), Some((1, "a reserved head")));
        assert_eq!(fault(&[0x81, 0x42, 0x00]), Some((1, "a string that goes beyond the end of the input")));
        assert_eq!(fault(&[0x61, 0xff]), Some((0, "a text string that is not UTF-8")));
        assert_eq!(fault(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]).map(|(at, _)| at), Some(9));
    }

    #[test]
    fn nesting_and_counts_are_bounded() {
        assert_eq!(fault(&[0x81; 100]), Some((25, "arrays and maps nest too deep to explain")));
        let many = [vec![0x9a, 0x00, 0x01, 0x11, 0x70], vec![0; 70_000]].concat();
        assert_eq!(fault(&many).map(|(_, text)| text), Some("too many items to explain"));
    }

    #[test]
    fn deviations_are_noted_at_their_item() {
        let notes = |input: &[u8]| {
            let item = walk(Span::new(input)).item.unwrap();
            item.notes().into_iter().map(|note| note.text).collect::<Vec<_>>()
        };
        assert_eq!(notes(&[0xa2, 0x01, 0x00, 0x02, 0x00]), [""; 0]);
        assert_eq!(notes(&[0x18, 0x01]).len(), 1);
        assert_eq!(notes(&[0x9f, 0x01, 0xff]), ["the length is indefinite"]);
        assert_eq!(notes(&[0xc1, 0x01]), ["CBOR of Web Authentication has no tags"]);
        assert_eq!(notes(&[0xa2, 0x02, 0x00, 0x01, 0x00]).len(), 1);
        assert_eq!(notes(&[0xa2, 0x01, 0x00, 0x01, 0x00]), ["a key occurs twice"]);
        assert_eq!(notes(&[0xa3, 0x01, 0, 0x20, 0, 0x01, 0]).len(), 2);
    }

    #[test]
    fn numbers_of_every_width_are_read() {
        let words = |input: &[u8]| walk(Span::new(input)).item.unwrap().words();
        assert_eq!(words(&[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), "-18446744073709551616");
        assert_eq!(words(&[0x26]), "-7");
        assert_eq!(words(&[0xf9, 0x3c, 0x00]), "1");
        assert_eq!(words(&[0xf9, 0xc4, 0x00]), "-4");
        assert_eq!(words(&[0xfa, 0x3f, 0x80, 0, 0]), "1");
        assert_eq!(words(&[0xf5]), "true");
    }
}
