//! A JSON object whose names are unique, at every depth
//! ([RFC 8259 section 4](https://www.rfc-editor.org/rfc/rfc8259#section-4)).

use alloc::{borrow::ToOwned, string::String};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error as _, MapAccess, value::MapAccessDeserializer},
};
use serde_json::{Map, Value};

use crate::json::unique_names;

/// How deep a value is nested is left to the deserializer: `serde_json` stops at 128.
#[derive(Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct JsonObject(Map<String, Value>);

impl JsonObject {
    /// Reads a whole object; the only failure of its own is a name that is there already.
    pub(crate) fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        match unique_names(MapAccessDeserializer::new(object), usize::MAX)? {
            Value::Object(members) => Ok(Self(members)),
            // A number, where serde_json keeps their digits.
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
