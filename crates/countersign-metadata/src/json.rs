//! A JSON reader ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)) that makes one pass, without a tree or copies.
//!
//! A metadata BLOB is mostly icons that are never shown. A [`Reader`] goes over a text once, checks all of its syntax,
//! and lets the caller choose which values to keep, as slices of the text.

use core::fmt;
use std::borrow::Cow;

/// A cursor over a text, which checks what it passes.
#[derive(Debug, Clone)]
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// Why a value could not be read. Only the first variant means that the text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JsonError {
    /// The syntax is wrong at this byte.
    Syntax(usize),
    /// A value does not have this type.
    Type(&'static str),
    /// An object has this member more than once.
    Twice(&'static str),
    /// An object does not have this member.
    Missing(&'static str),
}

/// A JSON string in the metadata, not yet decoded. Its escapes are known to be well-formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text<'a>(&'a str);

impl<'a> Reader<'a> {
    pub(crate) const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The position in bytes of the next value, or of the end of the text.
    pub(crate) fn position(&mut self) -> usize {
        self.next();
        self.at
    }

    /// Reads the rest, which must be white space.
    pub(crate) fn end(mut self) -> Result<(), JsonError> {
        match self.next() {
            None => Ok(()),
            Some(_) => Err(JsonError::Syntax(self.at)),
        }
    }

    /// Reads an object; `member` must read each member's value.
    pub(crate) fn object(
        &mut self,
        mut member: impl FnMut(&mut Self, &str) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(b'{', "an object")?;
        if self.accepts(b'}') {
            return Ok(());
        }
        loop {
            let name = self.name()?;
            member(self, &name.decode())?;
            if self.is_last(b'}')? {
                return Ok(());
            }
        }
    }

    /// Reads an array; `element` must read each element.
    pub(crate) fn array(
        &mut self,
        mut element: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(b'[', "an array")?;
        if self.accepts(b']') {
            return Ok(());
        }
        loop {
            element(self)?;
            if self.is_last(b']')? {
                return Ok(());
            }
        }
    }

    /// Reads a string.
    pub(crate) fn text(&mut self) -> Result<Text<'a>, JsonError> {
        match self.next() {
            Some(b'"') => self.string(),
            _ => Err(self.unexpected("a text")),
        }
    }

    /// Reads a number that is a non-negative integer below 2⁶⁴, written as one.
    pub(crate) fn unsigned(&mut self) -> Result<u64, JsonError> {
        const EXPECTED: &str = "a non-negative integer";
        match self.next() {
            Some(b'-' | b'0'..=b'9') => self.number()?.parse().map_err(|_| JsonError::Type(EXPECTED)),
            _ => Err(self.unexpected(EXPECTED)),
        }
    }

    /// Reads any value, of any depth, and returns its text.
    pub(crate) fn skip(&mut self) -> Result<&'a str, JsonError> {
        self.slice(Self::pass_over)
    }

    /// Reads any value without recursion. A level of nesting takes one byte of memory.
    fn pass_over(&mut self) -> Result<(), JsonError> {
        // The closing brackets still to come.
        let mut open = Vec::new();
        loop {
            match self.next() {
                Some(b'{') => {
                    self.step();
                    if !self.accepts(b'}') {
                        self.name()?;
                        open.push(b'}');
                        continue;
                    }
                }
                Some(b'[') => {
                    self.step();
                    if !self.accepts(b']') {
                        open.push(b']');
                        continue;
                    }
                }
                first => self.leaf(first)?,
            }
            // After a value: close every container that it completes.
            while let Some(bracket) = open.last().copied() {
                if !self.is_last(bracket)? {
                    if bracket == b'}' {
                        self.name()?;
                    }
                    break;
                }
                open.pop();
            }
            if open.is_empty() {
                return Ok(());
            }
        }
    }

    /// Reads a value that is no container.
    fn leaf(&mut self, first: Option<u8>) -> Result<(), JsonError> {
        match first {
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.number().map(drop),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => Err(JsonError::Syntax(self.at)),
        }
    }

    /// Returns the text that `read` reads.
    pub(crate) fn slice(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<(), JsonError>,
    ) -> Result<&'a str, JsonError> {
        self.next();
        let start = self.at;
        read(self)?;
        self.text.get(start..self.at).ok_or(JsonError::Syntax(start))
    }

    /// Reads a value's first byte as that of an array or object.
    fn open(&mut self, bracket: u8, expected: &'static str) -> Result<(), JsonError> {
        if self.accepts(bracket) { Ok(()) } else { Err(self.unexpected(expected)) }
    }

    /// Reads a member's name, up to its value.
    fn name(&mut self) -> Result<Text<'a>, JsonError> {
        if self.next() != Some(b'"') {
            return Err(JsonError::Syntax(self.at));
        }
        let name = self.string()?;
        if self.accepts(b':') { Ok(name) } else { Err(JsonError::Syntax(self.at)) }
    }

    /// Reads the closing bracket or comma after a member or element. Returns whether it was the bracket.
    fn is_last(&mut self, closing: u8) -> Result<bool, JsonError> {
        if self.accepts(b',') {
            return Ok(false);
        }
        if self.accepts(closing) { Ok(true) } else { Err(JsonError::Syntax(self.at)) }
    }

    /// Reads this byte if it is the next, and returns whether it was.
    fn accepts(&mut self, byte: u8) -> bool {
        let is_next = self.next() == Some(byte);
        if is_next {
            self.step();
        }
        is_next
    }

    /// The error for an unexpected value: a wrong type if a value starts here, a syntax error otherwise.
    fn unexpected(&mut self, expected: &'static str) -> JsonError {
        match self.next() {
            Some(b'"' | b'{' | b'[' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => JsonError::Type(expected),
            _ => JsonError::Syntax(self.at),
        }
    }

    /// The next byte that is not white space.
    fn next(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let skipped = rest.iter().position(|byte| !matches!(byte, b' ' | b'\n' | b'\r' | b'\t'));
        self.at = self.at.saturating_add(skipped.unwrap_or(rest.len()));
        rest.get(skipped?).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn literal(&mut self, literal: &str) -> Result<(), JsonError> {
        if !self.rest().starts_with(literal.as_bytes()) {
            return Err(JsonError::Syntax(self.at));
        }
        self.at = self.at.saturating_add(literal.len());
        Ok(())
    }

    /// Reads a string from its first quotation mark on.
    fn string(&mut self) -> Result<Text<'a>, JsonError> {
        let start = self.at.saturating_add(1);
        let mut at = start;
        loop {
            let rest = self.text.as_bytes().get(at..).unwrap_or_default();
            let length = memchr::memchr2(b'"', b'\\', rest).ok_or(JsonError::Syntax(self.text.len()))?;
            let (plain, rest) = rest.split_at_checked(length).ok_or(JsonError::Syntax(at))?;
            if has_control_character(plain) {
                return Err(JsonError::Syntax(at));
            }
            at = at.saturating_add(length);
            if rest.first() == Some(&b'"') {
                self.at = at.saturating_add(1);
                return self.text.get(start..at).map(Text).ok_or(JsonError::Syntax(start));
            }
            let (_, escaped) = unescape(rest).ok_or(JsonError::Syntax(at))?;
            at = at.saturating_add(escaped);
        }
    }

    /// Reads a number ([RFC 8259 section 6](https://www.rfc-editor.org/rfc/rfc8259#section-6)).
    fn number(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        if self.rest().first() == Some(&b'-') {
            self.step();
        }
        match self.rest().first() {
            Some(b'0') => self.step(),
            _ => self.digits()?,
        }
        if self.rest().first() == Some(&b'.') {
            self.step();
            self.digits()?;
        }
        if matches!(self.rest().first(), Some(b'e' | b'E')) {
            self.step();
            if matches!(self.rest().first(), Some(b'+' | b'-')) {
                self.step();
            }
            self.digits()?;
        }
        self.text.get(start..self.at).ok_or(JsonError::Syntax(start))
    }

    /// One digit or more.
    fn digits(&mut self) -> Result<(), JsonError> {
        let count = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at = self.at.saturating_add(count);
        if count == 0 { Err(JsonError::Syntax(self.at)) } else { Ok(()) }
    }

    fn rest(&self) -> &'a [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }
}

/// Has no early exit, so that the compiler vectorises the loop.
fn has_control_character(bytes: &[u8]) -> bool {
    bytes.iter().copied().min().is_some_and(|least| least < 0x20)
}

/// The character of the escape at the start of `text`, and the length of the escape. `None` if it is not an escape, or
/// only half of a surrogate pair.
fn unescape(text: &[u8]) -> Option<(char, usize)> {
    let character = match text.get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = unit(text)?;
            if let Some(character) = char::from_u32(first.into()) {
                return Some((character, 6));
            }
            let second = unit(text.get(6..)?)?;
            let character = char::decode_utf16([first, second]).next()?.ok()?;
            return Some((character, 12));
        }
        _ => return None,
    };
    Some((character, 2))
}

/// Reads the UTF-16 code unit of `\uXXXX`.
fn unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0_u16, |unit, digit| {
        let digit = char::from(*digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(digit).ok()?)
    })
}

impl<'a> Text<'a> {
    /// Decodes the text. It is borrowed if it has no escapes.
    pub fn decode(self) -> Cow<'a, str> {
        if memchr::memchr(b'\\', self.0.as_bytes()).is_none() {
            return Cow::Borrowed(self.0);
        }
        let mut decoded = String::with_capacity(self.0.len());
        let mut rest = self.0;
        while let Some((plain, escaped)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
            decoded.push_str(plain);
            let Some((character, length)) = unescape(escaped.as_bytes()) else { break };
            decoded.push(character);
            rest = escaped.get(length..).unwrap_or_default();
        }
        decoded.push_str(rest);
        Cow::Owned(decoded)
    }

    /// The length in bytes before decoding, to reject long texts without decoding them.
    pub const fn raw_len(self) -> usize {
        self.0.len()
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.decode() == other
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.decode())
    }
}

/// An array of texts in a metadata statement. Each iteration reads it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Texts<'a>(&'a str);

impl Default for Texts<'_> {
    /// Returns an empty array.
    fn default() -> Self {
        Self("[]")
    }
}

impl<'a> Texts<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, JsonError> {
        reader.slice(|reader| reader.array(|reader| reader.text().map(drop))).map(Self)
    }

    /// Iterates over the texts in their order.
    pub fn iter(self) -> impl Iterator<Item = Text<'a>> {
        let mut reader = Reader::new(self.0);
        // It was read before, so anything other than a text is a bracket or a comma.
        core::iter::from_fn(move || {
            loop {
                if reader.next()? == b'"' {
                    return reader.string().ok();
                }
                reader.step();
            }
        })
    }

    /// Whether the array contains this text.
    pub fn contains(self, text: &str) -> bool {
        self.iter().any(|own| own == *text)
    }

    /// Whether the array is empty.
    pub fn is_empty(self) -> bool {
        self.iter().next().is_none()
    }
}

/// Stores a member's value. Returns an error if there already is one.
pub(crate) fn once<T>(slot: &mut Option<T>, name: &'static str, value: T) -> Result<(), JsonError> {
    if slot.replace(value).is_some() { Err(JsonError::Twice(name)) } else { Ok(()) }
}

/// The members of an object that are kept: each is read at most once, with its name and how its value is read. Other
/// members are skipped.
macro_rules! members {
    ($name:ident<$a:lifetime> { $($field:ident: $type:ty = $member:literal, $read:expr;)* }) => {
        #[derive(Default)]
        struct $name<$a> {
            $($field: Option<$type>,)*
        }

        impl<$a> $name<$a> {
            fn read(reader: &mut $crate::json::Reader<$a>) -> Result<Self, $crate::json::JsonError> {
                let mut members = Self::default();
                reader.object(|reader, name| match name {
                    $($member => $crate::json::once(&mut members.$field, $member, $read(reader)?),)*
                    _ => reader.skip().map(drop),
                })?;
                Ok(members)
            }
        }
    };
}
pub(crate) use members;

#[cfg(test)]
mod tests;
