//! A JSON object whose names are unique, at every depth
//! ([RFC 8259 section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Error as _, MapAccess, SeqAccess},
};
use serde_json::{Map, Number, Value};

/// How deep a value is nested is left to the deserializer: `serde_json` stops at 128.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct JsonObject(Map<String, Value>);

impl JsonObject {
    /// Reads a whole object; the only failure of its own is a name that is there already.
    pub(crate) fn read<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut members = Map::new();
        while let Some(name) = object.next_key::<String>()? {
            let Unique(value) = object.next_value()?;
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name occurs twice in an object"));
            }
        }
        Ok(Self(members))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Removes a member of a member.
    pub(super) fn remove_member(&mut self, name: &str, member: &str) {
        if let Some(Value::Object(members)) = self.0.get_mut(name) {
            members.remove(member);
        }
    }

    pub(super) fn insert(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }
}

impl<'de> Deserialize<'de> for JsonObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> de::Visitor<'de> for Object {
            type Value = JsonObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<JsonObject, A::Error> {
                JsonObject::read(object)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// Any JSON value in which no object has a name twice; `serde_json`'s own would keep the last.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> de::Visitor<'de> for Any {
            type Value = Unique;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Unique, E> {
                Ok(Unique(Value::Null))
            }

            fn visit_bool<E>(self, boolean: bool) -> Result<Unique, E> {
                Ok(Unique(boolean.into()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Unique, E> {
                Ok(Unique(number.into()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Unique, E> {
                Ok(Unique(number.into()))
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Unique, E> {
                let number =
                    Number::from_f64(number).ok_or_else(|| E::custom("a number that is not finite"))?;
                Ok(Unique(number.into()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Unique, E> {
                Ok(Unique(text.into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Unique, A::Error> {
                let mut items = Vec::new();
                while let Some(Unique(item)) = array.next_element()? {
                    items.push(item);
                }
                Ok(Unique(items.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Unique, A::Error> {
                JsonObject::read(object).map(|object| Unique(object.0.into()))
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_object_is_an_object() {
        serde_json::from_str::<JsonObject>("{}").unwrap();
        for text in ["[]", "null", "\"{}\"", "1", "true", "{} {}", "{", "[[\"a\", 1]]"] {
            assert!(serde_json::from_str::<JsonObject>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rule_015_a_name_twice_is_refused_at_every_depth() {
        serde_json::from_str::<JsonObject>(r#"{"a":{"b":1},"b":[{"b":1},{"b":2}]}"#).unwrap();
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"b":2}}"#, r#"{"a":[[{"b":1,"\u0062":2}]]}"#] {
            assert!(serde_json::from_str::<JsonObject>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_has_an_end() {
        let text = |depth: usize| [r#"{"a":"#, &"[".repeat(depth), &"]".repeat(depth), "}"].concat();
        serde_json::from_str::<JsonObject>(&text(100)).unwrap();
        assert!(serde_json::from_str::<JsonObject>(&text(200)).is_err());
    }
}
