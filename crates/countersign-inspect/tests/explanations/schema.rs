//! The JSON of explanations, by their schema: the keywords of [JSON Schema](https://json-schema.org/draft/2020-12) that it uses.

use std::sync::LazyLock;

use countersign_inspect::{Encoding, Kind, NoteKind, Options, SCHEMA as TEXT, inspect};
use serde_json::{Value, json};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap());

/// Checks an explanation against the schema of one.
#[track_caller]
pub(crate) fn assert_valid(explanation: &Value) {
    let mut explanation = explanation.clone();
    explanation["input"] = "test".into();
    if let Err(error) = valid(&explanation, &SCHEMA["$defs"]["explanation"]) {
        panic!("{error}");
    }
}

fn valid(value: &Value, schema: &Value) -> Result<(), String> {
    for (keyword, wanted) in schema.as_object().unwrap() {
        let fits = match keyword.as_str() {
            "$ref" => {
                let pointer = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                valid(value, SCHEMA.pointer(pointer).unwrap())?;
                true
            }
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_u64(),
                "boolean" => value.is_boolean(),
                other => panic!("the type {other}"),
            },
            "required" => {
                wanted.as_array().unwrap().iter().all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "properties" => {
                for (name, part) in value.as_object().unwrap() {
                    let schema =
                        wanted.get(name).ok_or_else(|| format!("the member {name} is not in the schema"))?;
                    valid(part, schema).map_err(|error| format!("{name}: {error}"))?;
                }
                true
            }
            "items" => {
                for element in value.as_array().unwrap() {
                    valid(element, wanted)?;
                }
                true
            }
            "enum" => wanted.as_array().unwrap().contains(value),
            "const" => wanted == value,
            "minItems" => value.as_array().unwrap().len() as u64 >= wanted.as_u64().unwrap(),
            "maxItems" => value.as_array().unwrap().len() as u64 <= wanted.as_u64().unwrap(),
            "pattern" => match wanted.as_str().unwrap() {
                "^([0-9a-f]{2})*$" => value.as_str().unwrap().bytes().all(|digit| digit.is_ascii_hexdigit()),
                other => panic!("the pattern {other}"),
            },
            "description" | "title" | "additionalProperties" => true,
            other => panic!("the keyword {other}"),
        };
        if !fits {
            return Err(format!("{value} breaks {keyword}: {wanted}"));
        }
    }
    Ok(())
}

#[test]
fn the_schema_has_every_word() {
    let words = |name: &str| SCHEMA["$defs"][name]["enum"].clone();
    assert_eq!(words("kind"), json!(Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>()));
    let notes = [NoteKind::Info, NoteKind::Met, NoteKind::Deviation, NoteKind::Fault];
    assert_eq!(words("noteKind"), json!(notes.map(NoteKind::as_str)));
    let encodings = [
        Encoding::Base64Url,
        Encoding::Base64,
        Encoding::Hex,
        Encoding::Pem,
        Encoding::JsonString,
        Encoding::Percent,
        Encoding::Numbers,
    ];
    assert_eq!(words("encoding"), json!(encodings.map(Encoding::as_str)));
}

#[test]
fn an_explanation_without_a_member_breaks_the_schema() {
    let explanation = serde_json::to_value(inspect(b"a10102", &Options::new())).unwrap();
    assert_valid(&explanation);
    let mut broken = explanation.clone();
    broken.as_object_mut().unwrap().remove("kind");
    assert!(valid(&broken, &SCHEMA["$defs"]["explanation"]).is_err());
    let mut broken = explanation;
    broken["field"]["new"] = 1.into();
    broken["input"] = "test".into();
    assert!(valid(&broken, &SCHEMA["$defs"]["explanation"]).is_err());
}
