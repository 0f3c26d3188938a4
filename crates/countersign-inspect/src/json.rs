//! A lenient walk over JSON ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)): it keeps what it has read when the
//! text breaks off, and says where. Offsets are in bytes.

use std::borrow::Cow;

use crate::{
    explanation::{Field, Note},
    limits::{DEPTH_MAX, JSON_VALUES_MAX},
    options::Context,
    source::rfc,
    span::Span,
    words::count,
};

/// The section that defines the values.
pub(crate) const SOURCE: &str = rfc!("8259", "section-3");

/// The deepest nesting that is read: a little more than the 128 levels that the strict parsers accept in members which they
/// skip.
const NESTING_MAX: usize = 130;

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Json<'a> {
    pub(crate) span: Span<'a>,
    pub(crate) value: Value<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    Object(Vec<Member<'a>>),
    /// The text breaks off before the value.
    Missing,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) value: Json<'a>,
}

/// Where and why the walk ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) text: &'static str,
}

/// The first value of a text, as far as it could be read.
#[derive(Debug, Clone)]
pub(crate) struct Walked<'a> {
    pub(crate) json: Json<'a>,
    pub(crate) fault: Option<Fault>,
    /// What follows the value, or the place of the fault.
    pub(crate) rest: Span<'a>,
}

/// Reads the first value.
pub(crate) fn walk(input: Span<'_>) -> Walked<'_> {
    let mut walker = Walker { rest: input, fault: None, values: 0 };
    walker.space();
    let json = walker.value(0);
    Walked { json, fault: walker.fault, rest: walker.rest }
}

struct Walker<'a> {
    rest: Span<'a>,
    fault: Option<Fault>,
    values: usize,
}

impl<'a> Walker<'a> {
    fn fail(&mut self, at: usize, text: &'static str) {
        self.fault.get_or_insert(Fault { at, text });
    }

    fn space(&mut self) {
        let bytes = self.rest.bytes();
        let blank = bytes.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.rest = self.rest.skip(blank);
    }

    fn peek(&self) -> Option<u8> {
        self.rest.bytes().first().copied()
    }

    /// Whether the next character is this one, which then is skipped.
    fn eat(&mut self, character: u8) -> bool {
        let is = self.peek() == Some(character);
        if is {
            self.rest = self.rest.skip(1);
        }
        is
    }

    fn value(&mut self, depth: usize) -> Json<'a> {
        let start = self.rest;
        self.values = self.values.saturating_add(1);
        let value = if self.values > JSON_VALUES_MAX {
            self.fail(start.start(), "too many values to explain");
            Value::Missing
        } else if depth > NESTING_MAX {
            self.fail(start.start(), "arrays and objects nest too deep to explain");
            Value::Missing
        } else {
            match self.peek() {
                Some(b'{') => self.object(depth),
                Some(b'[') => self.array(depth),
                Some(b'"') => Value::Text(self.string()),
                Some(b'-' | b'0'..=b'9') => self.number(),
                _ => self.word(),
            }
        };
        Json { span: start.up_to(&self.rest), value }
    }

    fn word(&mut self) -> Value<'a> {
        for (word, value) in
            [("null", Value::Null), ("true", Value::Boolean(true)), ("false", Value::Boolean(false))]
        {
            if self.rest.bytes().starts_with(word.as_bytes()) {
                self.rest = self.rest.skip(word.len());
                return value;
            }
        }
        let text =
            if self.rest.is_empty() { "the text ends where a value is expected" } else { "not a value" };
        self.fail(self.rest.start(), text);
        Value::Missing
    }

    fn number(&mut self) -> Value<'a> {
        let bytes = self.rest.bytes();
        let length = bytes
            .iter()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        let digits = self.rest.first(length);
        self.rest = self.rest.skip(length);
        Value::Number(core::str::from_utf8(digits.bytes()).unwrap_or_default())
    }

    fn array(&mut self, depth: usize) -> Value<'a> {
        let mut elements = Vec::new();
        self.eat(b'[');
        self.space();
        if self.eat(b']') {
            return Value::Array(elements);
        }
        loop {
            self.space();
            elements.push(self.value(depth.saturating_add(1)));
            if self.fault.is_some() {
                break;
            }
            self.space();
            if self.eat(b']') {
                break;
            }
            if !self.eat(b',') {
                self.fail(self.rest.start(), "neither a comma nor the end of the array");
                break;
            }
        }
        Value::Array(elements)
    }

    fn object(&mut self, depth: usize) -> Value<'a> {
        let mut members = Vec::new();
        self.eat(b'{');
        self.space();
        if self.eat(b'}') {
            return Value::Object(members);
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                self.fail(self.rest.start(), "the name of a member is expected");
                break;
            }
            let name = self.string();
            self.space();
            if self.fault.is_none() && !self.eat(b':') {
                self.fail(self.rest.start(), "a colon is expected");
            }
            self.space();
            // A name without its value is kept, so that the explanation names what breaks off.
            let value = if self.fault.is_none() {
                self.value(depth.saturating_add(1))
            } else {
                Json { span: self.rest.first(0), value: Value::Missing }
            };
            members.push(Member { name, value });
            if self.fault.is_some() {
                break;
            }
            self.space();
            if self.eat(b'}') {
                break;
            }
            if !self.eat(b',') {
                self.fail(self.rest.start(), "neither a comma nor the end of the object");
                break;
            }
        }
        Value::Object(members)
    }

    /// Reads a string, of which the opening quote is next. One that breaks off is returned as far as it is there.
    fn string(&mut self) -> Cow<'a, str> {
        let at = self.rest.start();
        let inside = self.rest.skip(1);
        let mut escaped = false;
        let end = inside.bytes().iter().position(|byte| {
            let ends = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let raw = if let Some(end) = end {
            self.rest = inside.skip(end.saturating_add(1));
            inside.first(end)
        } else {
            self.fail(inside.end(), "the text ends within a string");
            self.rest = inside.skip(inside.len());
            inside
        };
        let Ok(text) = core::str::from_utf8(raw.bytes()) else {
            self.fail(at, "a string that is not UTF-8");
            return String::from_utf8_lossy(raw.bytes()).into_owned().into();
        };
        if text.bytes().any(|byte| byte < b' ') {
            self.fail(at, "a string with a control character that is not escaped");
        }
        if text.contains('\\') { Cow::Owned(unescaped(text)) } else { Cow::Borrowed(text) }
    }
}

/// The text without its escapes. Escapes that JSON does not have stay as they are.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let mut characters = after.chars();
        rest = match characters.next() {
            Some('n') => push(&mut out, '\n', characters.as_str()),
            Some('t') => push(&mut out, '\t', characters.as_str()),
            Some('r') => push(&mut out, '\r', characters.as_str()),
            Some('b') => push(&mut out, '\u{8}', characters.as_str()),
            Some('f') => push(&mut out, '\u{c}', characters.as_str()),
            Some(character @ ('"' | '\\' | '/')) => push(&mut out, character, characters.as_str()),
            Some('u') => unicode(&mut out, characters.as_str()),
            _ => push(&mut out, '\\', after),
        };
    }
    out.push_str(rest);
    out
}

fn push<'a>(out: &mut String, character: char, rest: &'a str) -> &'a str {
    out.push(character);
    rest
}

/// Reads the digits of one `\u` escape, or of a pair of surrogates.
fn unicode<'a>(out: &mut String, digits: &'a str) -> &'a str {
    let unit = |text: &'a str| -> Option<(u16, &'a str)> {
        let (digits, rest) = text.split_at_checked(4)?;
        u16::from_str_radix(digits, 16).ok().map(|unit| (unit, rest))
    };
    let Some((first, rest)) = unit(digits) else { return push(out, '\u{fffd}', digits) };
    if let Some(Ok(character)) = char::decode_utf16([first]).next() {
        return push(out, character, rest);
    }
    if let Some((second, after)) = rest.strip_prefix("\\u").and_then(unit)
        && let Some(Ok(character)) = char::decode_utf16([first, second]).next()
    {
        return push(out, character, after);
    }
    push(out, '\u{fffd}', rest)
}

impl Member<'_> {
    /// The name, in quotes if it is empty.
    pub(crate) fn shown_name(&self) -> String {
        if self.name.is_empty() { "\"\"".to_owned() } else { self.name.to_string() }
    }
}

impl<'a> Json<'a> {
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<i64> {
        match &self.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    pub(crate) const fn boolean(&self) -> Option<bool> {
        match self.value {
            Value::Boolean(value) => Some(value),
            _ => None,
        }
    }

    /// The members of an object; nothing for any other value.
    pub(crate) fn members(&self) -> &[Member<'a>] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of an array; nothing for any other value.
    pub(crate) fn elements(&self) -> &[Json<'a>] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    pub(crate) const fn is_object(&self) -> bool {
        matches!(self.value, Value::Object(_))
    }

    /// The value of the first member with this name.
    pub(crate) fn member(&self, name: &str) -> Option<&Json<'a>> {
        self.members().iter().find(|member| member.name == name).map(|member| &member.value)
    }

    /// What the value is, in one or two words.
    pub(crate) const fn type_name(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Boolean(_) => "a Boolean",
            Value::Number(_) => "a number",
            Value::Text(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
            Value::Missing => "nothing",
        }
    }

    /// The value in words, without the parts of arrays and objects.
    pub(crate) fn words(&self) -> String {
        match &self.value {
            Value::Null => "null".to_owned(),
            Value::Boolean(value) => value.to_string(),
            Value::Number(digits) => (*digits).to_owned(),
            Value::Text(text) => format!("\"{text}\""),
            Value::Array(elements) => count(elements.len(), "element"),
            Value::Object(members) => count(members.len(), "member"),
            Value::Missing => "missing".to_owned(),
        }
    }

    /// A field with the value's place, but without parts.
    pub(crate) fn field(&self, name: impl Into<Cow<'static, str>>) -> Field {
        Field::new(name).at(self.span.range()).with_value(self.words())
    }
}

/// Explains any value, with the names that its members give.
pub(crate) fn generic(ctx: &Context<'_>, name: String, json: &Json<'_>, depth: usize) -> Field {
    let mut field = json.field(name);
    if depth >= DEPTH_MAX {
        return field;
    }
    let elements = json.elements().iter().enumerate().map(|(index, element)| (format!("[{index}]"), element));
    let members = json.members().iter().map(|member| (member.shown_name(), &member.value));
    for (name, part) in elements.chain(members) {
        if !ctx.has_room() {
            return field.with_note(Note::info("further parts are not shown"));
        }
        field.fields.push(generic(ctx, name, part, depth.saturating_add(1)));
    }
    field
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<(usize, &'static str)> {
        walk(Span::new(text.as_bytes())).fault.map(|fault| (fault.at, fault.text))
    }

    #[test]
    fn what_was_read_before_the_fault_is_kept() {
        let walked = walk(Span::new(br#" {"id":"AQ","response":{"signature":"MEU"#));
        assert_eq!(walked.json.member("id").unwrap().text(), Some("AQ"));
        let signature = walked.json.member("response").unwrap().member("signature").unwrap();
        assert_eq!(signature.text(), Some("MEU"));
        assert_eq!(walked.fault.unwrap().at, 40);
    }

    #[test]
    fn every_kind_of_break_has_its_place() {
        assert_eq!(fault(r#"{"a":[1,true,null,"x"],"b":{}}"#), None);
        assert_eq!(fault(""), Some((0, "the text ends where a value is expected")));
        assert_eq!(fault("{'a'"), Some((1, "the name of a member is expected")));
        assert_eq!(fault(r#"{"a" 1}"#), Some((5, "a colon is expected")));
        assert_eq!(fault(r#"{"a":x}"#), Some((5, "not a value")));
        assert_eq!(fault("[1 2]"), Some((3, "neither a comma nor the end of the array")));
        assert_eq!(fault(r#"{"a":1 "b""#), Some((7, "neither a comma nor the end of the object")));
        assert_eq!(fault("\"a\nb\""), Some((0, "a string with a control character that is not escaped")));
        assert_eq!(fault(&"[".repeat(200)), Some((131, "arrays and objects nest too deep to explain")));
    }

    #[test]
    fn escapes_are_decoded() {
        let text = |json: &str| walk(Span::new(json.as_bytes())).json.text().map(str::to_owned);
        assert_eq!(text(r#""a\"\\\/\n\u00e9\ud83d\udd11\x""#).unwrap(), "a\"\\/\né🔑\\x");
        assert_eq!(text(r#""\ud83d\u0041""#).unwrap(), "\u{fffd}A");
        assert_eq!(text(r#""\u00""#).unwrap(), "\u{fffd}00");
    }

    #[test]
    fn places_are_those_in_the_text() {
        let text = br#"{"a": [10, "b"]}"#;
        let json = walk(Span::new(text)).json;
        let elements = json.member("a").unwrap().elements();
        assert_eq!((elements[0].span.range(), elements[1].span.range()), (7..9, 11..14));
    }
}
