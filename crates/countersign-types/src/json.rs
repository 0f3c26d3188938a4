//! JSON without duplicate names in objects ([RFC 8259 section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).
//!
//! The check wraps a deserializer, for types that keep the last of two members of one name, such as `serde_json`'s
//! `Value`. Values pass unchanged. A number may be an object of `serde_json`'s own, if a crate in the graph enables its
//! feature `arbitrary_precision`.

use alloc::{collections::BTreeSet, string::String};
use core::fmt;

use serde::de::{DeserializeSeed, Error as _, IntoDeserializer as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, forward_to_deserialize_any};

/// The most characters of a name in the message of an error.
const NAME_SHOWN: usize = 64;

/// Reads a value of any kind, and rejects duplicate names in an object, and more than `most` members or items in an
/// object or array.
///
/// The deserializer limits the depth of nesting: `serde_json` to 128.
pub fn unique_names<'de, T, D>(deserializer: D, most: usize) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(Checked { inner: deserializer, most })
}

/// A deserializer, visitor or seed with the check around it.
struct Checked<T> {
    inner: T,
    most: usize,
}

impl<T> Checked<T> {
    fn around<U>(&self, inner: U) -> Checked<U> {
        Checked { inner, most: self.most }
    }
}

macro_rules! forward {
    ($($method:ident)+) => {
        $(
            fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
                let visitor = self.around(visitor);
                self.inner.$method(visitor)
            }
        )+
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Checked<D> {
    type Error = D::Error;

    forward! { deserialize_any deserialize_map deserialize_seq deserialize_option deserialize_ignored_any }

    // A value of any kind requests none of these, except for names, which are texts.
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct tuple
        tuple_struct struct enum identifier
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visits {
    ($($method:ident: $value:ty,)+) => {
        $(
            fn $method<E: serde::de::Error>(self, value: $value) -> Result<V::Value, E> {
                self.inner.$method(value)
            }
        )+
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Checked<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visits! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_f64: f64,
        visit_str: &str,
        visit_borrowed_str: &'de str,
        visit_string: String,
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.visit_some(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        let items = Items { list, left: self.most, most: self.most };
        self.inner.visit_seq(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<V::Value, A::Error> {
        let members = UniqueMembers { object, names: BTreeSet::new(), most: self.most };
        self.inner.visit_map(members)
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Checked<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let deserializer = self.around(deserializer);
        self.inner.deserialize(deserializer)
    }
}

struct Items<A> {
    list: A,
    left: usize,
    most: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let item = self.list.next_element_seed(Checked { inner: seed, most: self.most })?;
        if item.is_some() {
            self.left =
                self.left.checked_sub(1).ok_or_else(|| A::Error::custom("a list has too many items"))?;
        }
        Ok(item)
    }
}

struct UniqueMembers<A> {
    object: A,
    names: BTreeSet<String>,
    most: usize,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for UniqueMembers<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        let Some(name) = self.object.next_key::<String>()? else { return Ok(None) };
        if !self.names.insert(name.clone()) {
            let shown: String = name.chars().take(NAME_SHOWN).collect();
            return Err(A::Error::custom(format_args!("{shown:?} occurs twice in an object")));
        }
        if self.names.len() > self.most {
            return Err(A::Error::custom("an object has too many members"));
        }
        seed.deserialize(name.into_deserializer()).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.object.next_value_seed(Checked { inner: seed, most: self.most })
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString as _};

    use serde_json::Value;

    use super::*;

    fn read(text: &str, most: usize) -> Result<Value, String> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        unique_names(&mut deserializer, most).map_err(|error| error.to_string())
    }

    #[test]
    fn values_with_unique_names_are_read_unchanged() {
        for text in [
            "0",
            "-7",
            "18446744073709551615",
            "0.5",
            "1e3",
            "null",
            "true",
            "\"a\\n\"",
            "[]",
            "{}",
            // The form of numbers with serde_json's feature `arbitrary_precision`; otherwise an object like any other.
            r#"{"$serde_json::private::Number":"5"}"#,
            r#"{"a":{"a":[1,{"a":-1},"b",null,1.25]},"b":{"a":1}}"#,
        ] {
            assert_eq!(read(text, usize::MAX), Ok(serde_json::from_str(text).unwrap()), "{text}");
        }
    }

    #[test]
    fn rule_015_a_duplicate_name_is_rejected_at_every_depth_and_reported() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"b":{"a":1,"c":0,"a":2}}"#, r#"[[{"a":1,"\u0061":2}]]"#] {
            let error = read(text, usize::MAX).unwrap_err();
            assert!(error.starts_with("\"a\" occurs twice in an object"), "{text}: {error}");
        }
        let long = "n".repeat(1000);
        let error = read(&format!(r#"{{"{long}":1,"{long}":1}}"#), usize::MAX).unwrap_err();
        assert!(error.len() < 140, "{error}");
    }

    #[test]
    fn more_members_or_items_than_allowed_are_rejected_at_every_depth() {
        for text in [r#"{"a":[1,2],"b":{"a":1,"b":2}}"#, "[[],[1,2]]"] {
            read(text, 2).unwrap();
        }
        for text in [r#"{"a":1,"b":2,"c":3}"#, "[1,2,3]", r#"{"a":[1,2,3]}"#, r#"[{"a":1,"b":2,"c":3}]"#] {
            assert!(read(text, 2).unwrap_err().contains("too many"), "{text}");
        }
    }
}
