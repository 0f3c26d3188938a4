//! Every response of the conformance suites of this repository, and of those next to it, if there are any.

use std::{collections::BTreeMap, fs, path::Path};

use countersign_inspect::{Kind, Note, Options, inspect};
use serde_json::Value;

use crate::{each_field, schema};

/// The folders with suites. The second is on the machines of maintainers only.
const FOLDERS: [&str; 2] = ["../../conformance", "../../../shared/conformance"];

/// Members that no specification names, and that the suites have on purpose.
const UNKNOWN: [&str; 31] = [
    "other_keys_can_be_added_here",
    "extraData",
    "future",
    "futureMember",
    "example",
    "example.org/future",
    "epAtt",
    "alg",
    "x",
    "nested",
    "deep",
    "pad",
    "[900]",
    "[16000]",
    "\"\"",
    "__proto__",
    // Of captures: members of pages, and of an extension that the specification removed.
    "aaguid",
    "attestationObject",
    "devicePubKey",
    "devicePublicKey",
    "dpk",
    "getAuthenticatorData",
    "getClientExtensionResults",
    "getPublicKey",
    "getPublicKeyAlgorithm",
    "getTransports",
    "new_keys_may_be_added_here",
    "registrationClientExtensions",
    "scp",
    "sig",
    "1.3.6.1.4.1.41482.13.1",
];

/// A response of a suite.
struct Response {
    text: String,
    kind: Kind,
    /// The codes of errors that are expected; none if the response is to be accepted.
    codes: Vec<String>,
    /// The case.
    id: String,
}

/// The responses of a suite.
fn responses(suite: &Value) -> Vec<Response> {
    let mut found = Vec::new();
    for case in suite["cases"].as_array().into_iter().flatten() {
        let id = case["id"].as_str().unwrap_or_default().to_owned();
        let mut add = |step: &Value, kind| {
            let text = match (&step["response_text"], &step["response"]) {
                (Value::String(text), _) => text.clone(),
                (_, Value::Null) => return,
                (_, response) => response.to_string(),
            };
            let codes = step["expect"]["reject"].as_array().cloned().unwrap_or_default();
            let codes = codes.iter().filter_map(|code| code.as_str().map(str::to_owned)).collect();
            found.push(Response { text, kind, codes, id: id.clone() });
        };
        add(&case["registration"], Kind::RegistrationResponse);
        for step in case["authentications"].as_array().into_iter().flatten() {
            add(step, Kind::AuthenticationResponse);
        }
    }
    found
}

/// The suites of some folders.
fn suites(folders: &[&str]) -> Vec<(String, Value)> {
    let mut suites = Vec::new();
    for folder in folders {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let Ok(files) = fs::read_dir(folder) else { continue };
        for file in files {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let suite: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                suites.push((path.display().to_string(), suite));
            }
        }
    }
    assert!(suites.len() >= 4);
    suites
}

#[test]
fn every_response_is_explained_with_the_names_of_its_specification() {
    let (mut number, mut surprising, mut wrong) = (0, BTreeMap::new(), BTreeMap::new());
    let rules = Rules::read();
    for (file, suite) in suites(&FOLDERS) {
        for Response { text, kind, codes, id } in responses(&suite) {
            number += 1;
            let place = format!("{file}: {id}");
            let explanation = inspect(text.as_bytes(), &Options::new().with_kind(kind));
            schema::assert_valid(&serde_json::to_value(&explanation).unwrap());
            let mut unknown = Vec::new();
            each_field(&explanation, &mut |field, path, is_defined| {
                assert!(is_defined, "{place}: {path:?} has no source");
                assert!(!field.name.is_empty(), "{place}: {path:?}");
                if field.unknown {
                    unknown.push(field.name.to_string());
                }
                for note in &field.notes {
                    wrong.extend(rules.contradiction(note).map(|error| (error, place.clone())));
                }
                if let Some(range) = &field.range {
                    assert!(range.start <= range.end && range.end <= text.len(), "{place}: {path:?}");
                }
            });
            if codes.is_empty() {
                assert_eq!(explanation.fault, None, "{place}");
                unknown.retain(|name| !UNKNOWN.contains(&name.as_str()) && !name.starts_with("ext"));
                surprising.extend(unknown.into_iter().map(|name| (name, place.clone())));
            }
            if !codes.is_empty() && codes.iter().all(|code| is_of_form(code, kind)) {
                assert!(explanation.deviations > 0 || explanation.fault.is_some(), "{place}: {codes:?}");
            }
        }
    }
    assert_eq!(surprising, BTreeMap::new());
    assert_eq!(wrong, BTreeMap::new());
    assert!(number > 300);
}

/// The table of rules: the codes of each number.
struct Rules(BTreeMap<u16, String>);

impl Rules {
    fn read() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../countersign-cli/src/explain/rules.tsv");
        let table = fs::read_to_string(path).unwrap();
        let row = |line: &str| {
            let columns: Vec<_> = line.split('\t').collect();
            (columns[0].parse().unwrap(), columns[5].to_owned())
        };
        Self(table.lines().map(row).collect())
    }

    /// How a note contradicts the table: by a number that is not in it, or by a code that none of its rules has.
    fn contradiction(&self, note: &Note) -> Option<String> {
        let codes: Option<Vec<_>> = note.rules.iter().map(|rule| self.0.get(rule)).collect();
        let Some(codes) = codes else { return Some(format!("{note:?}")) };
        let code = note.code?.as_str();
        let is_there =
            codes.iter().any(|words| words.split(' ').any(|word| word == code || word == "reported"));
        (!is_there && !codes.is_empty()).then(|| format!("{code}: {:?}: {}", note.rules, note.text))
    }
}

/// Whether a code is about the form of a response, and not about what a relying party expects or has stored: the key of
/// an authentication is stored.
fn is_of_form(code: &str, kind: Kind) -> bool {
    code.ends_with("-malformed") && (code != "public-key-malformed" || kind == Kind::RegistrationResponse)
}

#[test]
fn a_response_is_recognised_without_being_named() {
    for (file, suite) in suites(&FOLDERS[..1]) {
        for Response { text, kind, codes, id } in responses(&suite) {
            if codes.is_empty() {
                assert_eq!(inspect(text.as_bytes(), &Options::new()).kind, kind, "{file}: {id}");
            }
        }
    }
}

#[test]
fn a_whole_suite_is_a_document_with_its_ceremonies() {
    for (file, suite) in suites(&FOLDERS[..1]) {
        let wanted = responses(&suite).iter().filter(|response| response.codes.is_empty()).count();
        let explanation = inspect(suite.to_string().as_bytes(), &Options::new());
        if wanted > 0 {
            assert_eq!(explanation.kind, Kind::JsonDocument, "{file}");
            let found =
                explanation.field.fields.iter().filter(|field| field.name.starts_with("ceremony")).count();
            assert!(found >= wanted, "{file}: {found} of {wanted}");
        }
    }
}
