//! The schemas of explanations: those of `countersign inspect --json`, as components.

use countersign_inspect::SCHEMA;
use serde_json::{Map, Value};

/// How names of components begin that are about explanations.
const PREFIX: &str = "Inspect";

/// The components. An explanation of the server has no name of its input.
pub(super) fn schemas() -> Map<String, Value> {
    let mut document: Value = serde_json::from_str(SCHEMA).unwrap_or_default();
    let definitions = document.get_mut("$defs").map(Value::take);
    let Some(Value::Object(definitions)) = definitions else { return Map::new() };
    let schemas = definitions.into_iter().map(|(name, mut schema)| {
        if name == "explanation" {
            remove_input(&mut schema);
        }
        refer_to_components(&mut schema);
        (component(&name), schema)
    });
    schemas.collect()
}

/// `noteKind` as `InspectNoteKind`.
fn component(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    PREFIX.chars().chain(first).chain(letters).collect()
}

fn remove_input(schema: &mut Value) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.remove("input");
    }
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| name != "input");
    }
}

fn refer_to_components(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(target) if name == "$ref" => {
                        let definition = target.strip_prefix("#/$defs/").unwrap_or(target);
                        *target = format!("#/components/schemas/{}", component(definition));
                    }
                    other => refer_to_components(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(refer_to_components),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_definition_is_a_component_without_the_name_of_an_input() {
        let schemas = schemas();
        let names: Vec<_> = schemas.keys().map(String::as_str).collect();
        assert!(names.contains(&"InspectExplanation") && names.contains(&"InspectNoteKind"), "{names:?}");
        let explanation = &schemas["InspectExplanation"];
        assert_eq!(
            explanation.pointer("/properties/field/$ref").unwrap(),
            "#/components/schemas/InspectField"
        );
        assert!(explanation["properties"].get("input").is_none());
        assert_eq!(explanation["required"][0], "kind");
    }
}
