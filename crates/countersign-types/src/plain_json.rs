//! JSON in the one form that browsers write, without white space and escapes
//! ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)): what `JSON.stringify()` makes of a response.
//!
//! It is a short cut, never a verdict. What it does not know is [`Unusual`], be it JSON or not; `serde_json` then reads
//! the text from its beginning, decides, and says what is wrong. What it reads, `serde_json` reads to the same values: the
//! visitors are the same, and tests hold the two readers against each other.

use core::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor, value::BorrowedStrDeserializer},
    forward_to_deserialize_any,
};

/// A value that is all of `text`; `None` where `serde_json` is to read it.
pub(crate) fn from_str<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    let mut reader = Reader { rest: text, depth: 0 };
    let value = T::deserialize(&mut reader).ok()?;
    reader.rest.is_empty().then_some(value)
}

/// The inside of a string without escapes, from behind its opening quote, and what stands behind its closing one.
pub(crate) fn until_quote(text: &str) -> Option<(&str, &str)> {
    let (string, rest) = text.split_at_checked(plain_length(text.as_bytes()))?;
    Some((string, rest.strip_prefix('"')?))
}

/// How deep values may be nested: twice what the results of today's extensions are. `serde_json` goes on to 128.
const DEPTH_MAX: u8 = 8;

/// The most digits of a number: all of so many are in an `i64`.
const DIGITS_MAX: usize = 18;

/// Not in the form that is read here.
#[derive(Debug)]
struct Unusual;

impl fmt::Display for Unusual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not in the plain form")
    }
}

impl core::error::Error for Unusual {}

impl de::Error for Unusual {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Reader<'de> {
    /// What is not read yet.
    rest: &'de str,
    depth: u8,
}

impl<'de> Reader<'de> {
    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    fn take(&mut self, expected: &str) -> Result<(), Unusual> {
        self.rest = self.rest.strip_prefix(expected).ok_or(Unusual)?;
        Ok(())
    }

    /// A string without escapes.
    fn string(&mut self) -> Result<&'de str, Unusual> {
        self.take("\"")?;
        let (string, rest) = until_quote(self.rest).ok_or(Unusual)?;
        self.rest = rest;
        Ok(string)
    }

    /// A whole number. What may not follow one, such as a fraction, is not what may follow a value either.
    fn integer<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Unusual> {
        let digits = self.rest.strip_prefix('-').unwrap_or(self.rest);
        let after = digits.trim_start_matches(|character: char| character.is_ascii_digit());
        let length = digits.len().saturating_sub(after.len());
        // A zero before other digits is no number, and -0 is not a whole one to `serde_json`.
        let starts_wrongly = || self.rest.as_bytes().get(..2).is_some_and(is_zero_and_more);
        if length > DIGITS_MAX || digits.starts_with('0') && starts_wrongly() {
            return Err(Unusual);
        }
        let number =
            self.rest.strip_suffix(after).and_then(|text| text.parse::<i64>().ok()).ok_or(Unusual)?;
        self.rest = after;
        match u64::try_from(number) {
            Ok(number) => visitor.visit_u64(number),
            Err(_) => visitor.visit_i64(number),
        }
    }

    /// An object or an array, which `visit` must read to its end.
    fn nested<T>(
        &mut self,
        opening: &str,
        visit: impl FnOnce(&mut Nested<'_, 'de>) -> Result<T, Unusual>,
    ) -> Result<T, Unusual> {
        if self.depth == DEPTH_MAX {
            return Err(Unusual);
        }
        self.take(opening)?;
        self.depth = self.depth.saturating_add(1);
        let mut nested = Nested { reader: self, place: Place::Start };
        let value = visit(&mut nested)?;
        if nested.place != Place::End {
            return Err(Unusual);
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(value)
    }
}

/// A minus or a zero, and then a zero or a digit.
fn is_zero_and_more(two: &[u8]) -> bool {
    matches!(two, [b'-', b'0'] | [b'0', b'0'..=b'9'])
}

/// How many bytes stand before the first that may not be within a string as it is: a quote, a backslash, or a control
/// character ([RFC 8259 section 7](https://www.rfc-editor.org/rfc/rfc8259#section-7)).
fn plain_length(bytes: &[u8]) -> usize {
    /// One byte in all eight places.
    const fn each(byte: u64) -> u64 {
        (u64::MAX / 255).wrapping_mul(byte)
    }
    let (words, last) = bytes.as_chunks::<8>();
    let mut length: usize = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // A difference takes the highest bit of a byte if the byte is the lesser one, or the next lower one was. With one
        // bit turned over, the quote and the control characters are the bytes below 0x21.
        let quotes_and_controls = (word ^ each(0x02)).wrapping_sub(each(0x21));
        let backslashes = (word ^ each(0x5c)).wrapping_sub(each(0x01));
        let special = (quotes_and_controls | backslashes) & !word & each(0x80);
        if special != 0 {
            let within = usize::try_from(special.trailing_zeros() / 8).unwrap_or_default();
            return length.wrapping_add(within);
        }
        length = length.wrapping_add(8);
    }
    length.wrapping_add(last_plain_length(last))
}

/// The same of the last few bytes of a text.
#[cold]
fn last_plain_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| !matches!(**byte, b'"' | b'\\' | ..=0x1f)).count()
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Unusual;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        match self.peek().ok_or(Unusual)? {
            b'"' => visitor.visit_borrowed_str(self.string()?),
            b'{' => self.nested("{", |object| visitor.visit_map(object)),
            b'[' => self.nested("[", |array| visitor.visit_seq(array)),
            b'-' | b'0'..=b'9' => self.integer(visitor),
            b't' => self.take("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.take("false").and_then(|()| visitor.visit_bool(false)),
            _ => self.take("null").and_then(|()| visitor.visit_unit()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unusual> {
        match self.take("null") {
            Ok(()) => visitor.visit_none(),
            Err(Unusual) => visitor.visit_some(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// An object or an array, behind its opening bracket.
struct Nested<'a, 'de> {
    reader: &'a mut Reader<'de>,
    place: Place,
}

#[derive(PartialEq)]
enum Place {
    Start,
    /// Behind a member.
    Within,
    /// Behind the closing bracket.
    End,
}

impl Nested<'_, '_> {
    /// Moves to the next member or element, over the comma before it.
    fn advance(&mut self, closing: &str) -> Result<bool, Unusual> {
        if self.place == Place::End {
            return Ok(false);
        }
        if self.reader.take(closing).is_ok() {
            self.place = Place::End;
            return Ok(false);
        }
        if self.place == Place::Within {
            self.reader.take(",")?;
        }
        self.place = Place::Within;
        Ok(true)
    }
}

impl<'de> MapAccess<'de> for &mut Nested<'_, 'de> {
    type Error = Unusual;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unusual> {
        if !self.advance("}")? {
            return Ok(None);
        }
        let name = self.reader.string()?;
        self.reader.take(":")?;
        seed.deserialize(BorrowedStrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unusual> {
        seed.deserialize(&mut *self.reader)
    }
}

impl<'de> SeqAccess<'de> for &mut Nested<'_, 'de> {
    type Error = Unusual;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unusual> {
        if !self.advance("]")? {
            return Ok(None);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{
        format,
        string::{String, ToString},
        vec::Vec,
    };

    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn read(text: &str) -> Option<Value> {
        from_str(text)
    }

    /// What is read is what `serde_json` reads.
    fn both_agree(text: &str) {
        if let Some(value) = read(text) {
            assert_eq!(serde_json::from_str::<Value>(text).unwrap(), value, "{text}");
        }
    }

    /// Values without escapes, fractions, and large numbers.
    fn plain_values() -> impl Strategy<Value = Value> {
        let text = || "[ !#-\\[\\]-~é€𝄞]{0,40}";
        let number = -999_999_999_999_999_999..=999_999_999_999_999_999_i64;
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            number.prop_map(Value::from),
            text().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 64, 8, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::vec((text(), inner), 0..8)
                    .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_in_the_plain_form_is_read(value in plain_values()) {
            prop_assert_eq!(read(&value.to_string()), Some(value));
        }

        #[test]
        fn what_is_read_of_a_changed_text_is_what_serde_json_reads(
            value in plain_values(), at: prop::sample::Index, to in "[\\]\\[{}:,\"0-9.eE+ \\\\a\n-]{0,2}", cut in 0..2_usize,
        ) {
            let mut text: Vec<char> = value.to_string().chars().collect();
            let at = at.index(text.len());
            text.splice(at..(at + cut).min(text.len()), to.chars());
            both_agree(&text.into_iter().collect::<String>());
        }

        #[test]
        fn what_is_read_of_any_text_is_what_serde_json_reads(text in "[\\]\\[{}:,\"\\-0-9.eaftrulsn]{0,12}") {
            both_agree(&text);
        }

        #[test]
        fn a_string_ends_at_the_first_byte_that_is_not_plain(bytes: Vec<u8>) {
            let special = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
            prop_assert_eq!(plain_length(&bytes), special.unwrap_or(bytes.len()));
        }
    }

    #[test]
    fn what_is_not_json_is_not_read() {
        for text in [
            "",
            "{",
            "[",
            "\"",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,",
            "{\"a\":1,}",
            "{,}",
            "{,\"a\":1}",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1",
            "{}}",
            "[]]",
            "[}",
            "{]",
            "{a:1}",
            "{1:1}",
            "{\"a\" 1}",
            "{\"a\",1}",
            "tru",
            "nul",
            "truee",
            "01",
            "-",
            "-01",
            "1.",
            "1e",
            "+1",
            "\"\n\"",
            "\"\u{0}\"",
            "\"\\\"",
            "\"a\"b",
            "\"\\x\"",
            "1 1",
            "--1",
        ] {
            serde_json::from_str::<Value>(text).unwrap_err();
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn json_in_another_form_is_left_to_serde_json() {
        let deep = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
        read(&deep(DEPTH_MAX.into())).unwrap();
        for text in [
            " 1",
            "1 ",
            "{ }",
            "{\"a\": 1}",
            "[1,\n2]",
            "\"\\u0061\"",
            "{\"\\u0061\":1}",
            "1.5",
            "1e3",
            "-0",
            "0e1",
            "1000000000000000000",
            &deep(usize::from(DEPTH_MAX) + 1),
        ] {
            serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn numbers_are_of_the_type_that_serde_json_makes_them() {
        for text in ["0", "-1", "7", "-257", "999999999999999999", "-999999999999999999", "[0,-7]"] {
            assert_eq!(read(text), Some(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn what_a_visitor_leaves_is_not_passed_over() {
        /// Takes the first of an array's elements.
        #[derive(Debug)]
        struct First;

        impl<'de> Deserialize<'de> for First {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Array;

                impl<'de> Visitor<'de> for Array {
                    type Value = First;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an array")
                    }

                    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<First, A::Error> {
                        array.next_element::<u8>().map(|_| First)
                    }
                }

                deserializer.deserialize_seq(Array)
            }
        }

        serde_json::from_str::<First>("[1,2]").unwrap_err();
        assert!(from_str::<First>("[1,2]").is_none());
    }

    #[test]
    fn a_member_may_be_optional_or_absent() {
        assert_eq!(from_str::<Option<bool>>("null"), Some(None));
        assert_eq!(from_str::<Option<bool>>("true"), Some(Some(true)));
        assert_eq!(from_str::<Option<bool>>("nil"), None);
        assert_eq!(from_str::<Vec<Option<u8>>>("[1,null]"), Some(Vec::from([Some(1), None])));
        assert_eq!(read(r#"{"a":{"b":[]},"c":{}}"#), Some(json!({"a": {"b": []}, "c": {}})));
        assert_eq!(format!("{Unusual}"), "not in the plain form");
    }
}
