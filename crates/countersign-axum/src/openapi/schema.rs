//! The parts of which schemas are built
//! ([JSON Schema 2020-12](https://json-schema.org/draft/2020-12/json-schema-validation)).

#![expect(clippy::needless_pass_by_value, reason = "schemas are written where they are passed")]

use serde_json::{Value, json};

/// The schema of an object that has exactly these members, all of them required. `members` is an object with the schema of each
/// member.
pub fn object(members: Value) -> Value {
    let required: Vec<_> = members.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
    json!({
        "type": "object", "required": required, "properties": members, "additionalProperties": false,
    })
}

/// The schema of an array whose elements have the schema `items`.
pub fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// The schema of a string.
pub fn text() -> Value {
    json!({ "type": "string" })
}

/// The schema of `true` or `false`.
pub fn boolean() -> Value {
    json!({ "type": "boolean" })
}

/// The schema of an integer from zero on.
pub fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// The schema of a time in RFC 3339, in UTC.
pub fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// The schema of a value of this schema, or `null`.
pub fn nullable(mut schema: Value) -> Value {
    let kind = schema.get("type").cloned();
    match (schema.as_object_mut(), kind) {
        (Some(members), Some(kind)) => {
            members.insert("type".into(), json!([kind, "null"]));
            schema
        }
        _ => json!({ "anyOf": [schema, { "type": "null" }] }),
    }
}

/// A reference to the schema of this name in [`components`](super::components).
pub fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
