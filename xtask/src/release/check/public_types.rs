//! Types of other crates in the public APIs: a new major version of such a crate would be a new major version of ours, so each
//! is listed here with its reason. Read from the JSON that rustdoc writes.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use serde_json::Value;

use super::{outcome::Outcome, rustdoc};
use crate::release::candidate::{Candidate, Package, text};

/// Types, traits and modules of other crates that public items may name, for which of our crates, and why. A path that ends in
/// `::` allows all below it.
const ALLOWED: [Allowed; 7] = [
    Allowed {
        path: "serde_core::",
        package: "",
        reason: "the traits by which users store our types in a form of their choice",
    },
    Allowed {
        path: "serde_json::value::Value",
        package: "countersign-authenticator",
        reason: "a fault puts any JSON in the place of a member",
    },
    Allowed {
        path: "serde_json::value::Value",
        package: "countersign-conformance",
        reason: "suites and results are JSON with members of their own",
    },
    Allowed {
        path: "serde_json::map::Map",
        package: "countersign-conformance",
        reason: "the members of a case that are passed on as they are",
    },
    Allowed {
        path: "rand_core::",
        package: "countersign-authenticator",
        reason: "the crates of keys draw random values from the generator with a seed",
    },
    Allowed {
        path: "serde_json::error::Result",
        package: "countersign-conformance",
        reason: "a report that can't be written says why",
    },
    Allowed {
        path: "axum::routing::Router",
        package: "countersign-server",
        reason: "the server is used in an application of axum",
    },
];

struct Allowed {
    /// The path, as rustdoc writes it.
    path: &'static str,
    /// The package that names it; empty for all.
    package: &'static str,
    /// Why users are given it.
    reason: &'static str,
}

/// A type that a public item names.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Exposed {
    path: String,
    by: String,
}

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    let libraries: Vec<_> = candidate.libraries().collect();
    for (package, json) in libraries.iter().zip(rustdoc::json(candidate, &libraries)?) {
        let ours: BTreeSet<_> = candidate.packages.iter().map(|it| it.name.replace('-', "_")).collect();
        for exposed in exposed(&json, &ours) {
            match ALLOWED.iter().position(|allowed| allowed.is_for(package, &exposed.path)) {
                Some(index) => {
                    used.insert(index);
                }
                None => problems.push(format!("{}: {} names {}", package.name, exposed.by, exposed.path)),
            }
        }
    }
    let stale = ALLOWED.iter().enumerate().filter(|(index, _)| !used.contains(index));
    problems.extend(stale.map(|(_, allowed)| {
        format!("{} is allowed in {} ({}) and not named there", allowed.path, allowed.package, allowed.reason)
    }));
    let count = libraries.len();
    Ok(Outcome::of(
        problems,
        format!("{count} libraries name types of other crates only as listed, in {} entries", ALLOWED.len()),
    ))
}

impl Allowed {
    fn is_for(&self, package: &Package, path: &str) -> bool {
        let below = self.path.ends_with("::") && path.starts_with(self.path);
        (below || self.path == path) && (self.package.is_empty() || self.package == package.name)
    }
}

/// Every type of a crate that is neither ours nor Rust's own, with the first public item that names it.
fn exposed(json: &Value, ours: &BTreeSet<String>) -> Vec<Exposed> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let names = names(json);
    for (id, item) in json["index"].as_object().into_iter().flatten() {
        // Implementations that the compiler derives from other items, or that a trait brings for every type.
        let implementation = &item["inner"]["impl"];
        if implementation["is_synthetic"] == true || !implementation["blanket_impl"].is_null() {
            continue;
        }
        if item["crate_id"] != 0 {
            continue;
        }
        let by = names.get(id.as_str()).cloned().unwrap_or_else(|| "an item".to_owned());
        let mut ids = BTreeSet::new();
        collect(&item["inner"], &mut ids);
        for path in ids.iter().filter_map(|id| foreign(json, id, ours)) {
            found.entry(path).or_insert_with(|| by.clone());
        }
    }
    found.into_iter().map(|(path, by)| Exposed { path, by }).collect()
}

/// The identifiers of all types and traits that a part of an item names.
fn collect(value: &Value, ids: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            // A path to a type or a trait, and the target of a re-export.
            if (members.contains_key("path") || members.contains_key("source"))
                && let Some(id) = members.get("id").and_then(Value::as_u64)
            {
                ids.insert(id.to_string());
            }
            for member in members.values() {
                collect(member, ids);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        _ => {}
    }
}

/// The path of an item that is neither ours nor Rust's own.
fn foreign(json: &Value, id: &str, ours: &BTreeSet<String>) -> Option<String> {
    const RUST: [&str; 4] = ["std", "core", "alloc", "proc_macro"];
    let summary = &json["paths"][id];
    let crate_id = summary["crate_id"].as_u64()?;
    if crate_id == 0 {
        return None;
    }
    let name = text(&json["external_crates"][crate_id.to_string()]["name"]);
    if RUST.contains(&name) || ours.contains(name) {
        return None;
    }
    let path = summary["path"].as_array()?.iter().map(text);
    Some(path.collect::<Vec<_>>().join("::"))
}

/// A name for each item, for messages: its path, or the type that an implementation is for.
fn names(json: &Value) -> BTreeMap<&str, String> {
    let mut names = BTreeMap::new();
    for (id, item) in json["index"].as_object().into_iter().flatten() {
        let path = json["paths"][id]["path"]
            .as_array()
            .map(|path| path.iter().map(text).collect::<Vec<_>>().join("::"));
        let place = || {
            let file = text(&item["span"]["filename"]);
            let line = item["span"]["begin"][0].as_u64().unwrap_or_default();
            let name = item["name"].as_str().unwrap_or("an implementation");
            format!("{name} ({file}:{line})")
        };
        names.insert(id.as_str(), path.unwrap_or_else(place));
    }
    names
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rustdoc(inner: &Value) -> Vec<Exposed> {
        let json = json!({
            "index": {"1": {"crate_id": 0, "name": "f", "inner": inner}},
            "paths": {
                "1": {"crate_id": 0, "path": ["own", "f"]},
                "2": {"crate_id": 1, "path": ["core", "option", "Option"]},
                "3": {"crate_id": 2, "path": ["other", "Type"]},
                "4": {"crate_id": 3, "path": ["sister", "Type"]},
            },
            "external_crates": {"1": {"name": "core"}, "2": {"name": "other"}, "3": {"name": "sister"}},
        });
        exposed(&json, &BTreeSet::from(["sister".to_owned()]))
    }

    fn path(id: u64) -> Value {
        json!({"resolved_path": {"path": "X", "id": id, "args": null}})
    }

    #[test]
    fn a_type_of_another_crate_is_found_at_any_depth() {
        let found = rustdoc(&json!({"function": {"sig": {"inputs": [["a", path(3)]]}}}));
        assert_eq!(found, [Exposed { path: "other::Type".to_owned(), by: "own::f".to_owned() }]);
        assert_eq!(rustdoc(&json!({"use": {"source": "other::Type", "id": 3}})).len(), 1, "a re-export");
        assert_eq!(
            rustdoc(&json!({"impl": {"trait": {"path": "T", "id": 3}, "blanket_impl": null}})).len(),
            1
        );
    }

    #[test]
    fn types_of_rust_and_of_our_other_crates_are_not_found() {
        let both = json!({"function": {"sig": {"inputs": [["a", path(2)], ["b", path(4)], ["c", path(1)]]}}});
        assert_eq!(rustdoc(&both), []);
        let blanket = json!({"impl": {"trait": {"path": "T", "id": 3}, "blanket_impl": {"generic": "T"}}});
        assert_eq!(rustdoc(&blanket), []);
    }
}
