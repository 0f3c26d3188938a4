//! A JSON object whose names are unique, at every depth
//! ([RFC 8259 section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).

use alloc::{borrow::ToOwned, string::String};

use serde::de::{Error as _, MapAccess};
use serde::{Deserialize, Deserializer, Serialize, de::value::MapAccessDeserializer};
use serde_json::{Map, Value};

use crate::json::unique_names;

/// A JSON object. The deserializer limits the depth of nesting: `serde_json` to 128.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct JsonObject(Map<String, Value>);

impl JsonObject {
    /// Reads a whole object; its only error of its own is a duplicate name.
    pub(crate) fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        match unique_names(MapAccessDeserializer::new(object), usize::MAX)? {
            Value::Object(members) => Ok(Self(members)),
            // A number, with serde_json's feature `arbitrary_precision`.
            _ => Err(A::Error::custom("no JSON object")),
        }
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

    /// Removes a member of an object that is a member.
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
        unique_names(deserializer, usize::MAX).map(Self)
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
    fn rule_015_a_duplicate_name_is_rejected_at_every_depth() {
        serde_json::from_str::<JsonObject>(r#"{"a":{"b":1},"b":[{"b":1},{"b":2}]}"#).unwrap();
        for text in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":1,"b":2}}"#, r#"{"a":[[{"b":1,"\u0062":2}]]}"#] {
            assert!(serde_json::from_str::<JsonObject>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nesting_is_limited() {
        let text = |depth: usize| [r#"{"a":"#, &"[".repeat(depth), &"]".repeat(depth), "}"].concat();
        serde_json::from_str::<JsonObject>(&text(100)).unwrap();
        assert!(serde_json::from_str::<JsonObject>(&text(200)).is_err());
    }
}
