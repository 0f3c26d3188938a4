//! Documents that have ceremonies in them: HAR files and lines of logs.

use std::fs;

use countersign_inspect::{Encoding, Explanation, Field, Kind, NoteKind, Options, inspect};
use serde_json::Value;

/// Traffic of a browser with `countersign serve`: a registration and two sign-ins, and what a page loads besides.
fn archive() -> Vec<u8> {
    fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/explanations/session.har")).unwrap()
}

fn explained(input: impl AsRef<[u8]>) -> Explanation {
    inspect(input.as_ref(), &Options::new())
}

fn ceremonies(explanation: &Explanation) -> Vec<&Field> {
    explanation.field.fields.iter().filter(|field| field.name.starts_with("ceremony")).collect()
}

fn notes(field: &Field) -> String {
    field.notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_har_file_is_explained_whole() {
    let explanation = explained(archive());
    assert_eq!(explanation.kind, Kind::Har);
    assert_eq!(explanation.fault, None);
    let ceremonies = ceremonies(&explanation);
    let kinds: Vec<_> = ceremonies.iter().map(|field| field.value.as_deref().unwrap()).collect();
    // The page also asks the browser for suggestions, and none was chosen.
    assert_eq!(kinds, ["registration", "authentication", "authentication", "authentication, options only"]);
    for ceremony in &ceremonies[..3] {
        assert_eq!(ceremony.fields.len(), 2, "options and a response");
        assert!(notes(ceremony).contains("is that of the options"), "{}", notes(ceremony));
        assert!(notes(&ceremony.fields[1]).contains("at entry "), "{}", notes(&ceremony.fields[1]));
        assert_eq!(ceremony.count(NoteKind::Deviation), 0, "{ceremony:?}");
    }
    // The RP ID behind the hash is that of the traffic.
    assert!(serde_json::to_string(&explanation).unwrap().contains("SHA-256 of \\\"localhost\\\""));
}

#[test]
fn a_response_to_other_options_is_noted() {
    let mut archive: Value = serde_json::from_slice(&archive()).unwrap();
    let entries = archive["log"]["entries"].as_array_mut().unwrap();
    let start = entries.iter_mut().find(|entry| {
        entry["response"]["content"]["text"].as_str().is_some_and(|text| text.contains("pubKeyCredParams"))
    });
    let text = &mut start.unwrap()["response"]["content"]["text"];
    let start = text.as_str().unwrap().find("\"challenge\":\"").unwrap() + 13;
    let mut changed = text.as_str().unwrap().to_owned();
    let other = if &changed[start..=start] == "A" { "B" } else { "A" };
    changed.replace_range(start..=start, other);
    *text = changed.into();
    let explanation = explained(archive.to_string());
    let registration = ceremonies(&explanation)[0].clone();
    assert!(notes(&registration).contains("not that of the options at entry"), "{}", notes(&registration));
}

#[test]
fn a_cut_har_file_is_explained_up_to_the_cut() {
    let archive = archive();
    let explanation = explained(&archive[..archive.len() * 2 / 3]);
    assert_eq!(explanation.kind, Kind::Har);
    assert!(explanation.fault.is_some());
    assert!(!ceremonies(&explanation).is_empty());
}

/// The responses of the archive, as JSON texts.
fn responses() -> Vec<String> {
    let archive: Value = serde_json::from_slice(&archive()).unwrap();
    let entries = archive["log"]["entries"].as_array().unwrap();
    let bodies = entries.iter().filter_map(|entry| entry["request"]["postData"]["text"].as_str());
    let bodies: Vec<_> = bodies.filter(|text| text.contains("clientDataJSON")).map(str::to_owned).collect();
    assert_eq!(bodies.len(), 3);
    bodies
}

#[test]
fn ceremonies_are_found_in_lines_of_a_log_in_every_form() {
    let [first, second, third] = &responses()[..] else { panic!() };
    let escaped = Value::from(second.as_str()).to_string();
    let percent = third.replace('%', "%25").replace('{', "%7B").replace('}', "%7D").replace('"', "%22");
    let log = format!(
        "2026-12-01T10:00:00Z INFO [17] start\n\
         2026-12-01T10:00:01Z INFO body={first} status=200\n\
         {{\"level\":\"info\",\"body\":{escaped}}}\n\
         10.0.0.1 - - \"POST /finish\" body={percent}\n"
    );
    let explanation = explained(&log);
    assert_eq!(explanation.kind, Kind::Log);
    assert_eq!(ceremonies(&explanation).len(), 3, "{:?}", explanation.field.value);
    let shown = serde_json::to_string(&explanation).unwrap();
    assert!(
        shown.contains("at line 2") && shown.contains("at line 3") && shown.contains("at line 4"),
        "{shown}"
    );
}

#[test]
fn a_word_of_a_log_that_encodes_bytes_is_explained() {
    let response: Value = serde_json::from_str(&responses()[0]).unwrap();
    let object = response["response"]["response"]["attestationObject"].as_str().unwrap();
    let explanation = explained(format!("WARN attestation={object} rejected"));
    assert_eq!(explanation.kind, Kind::Log);
    assert_eq!(explanation.field.fields[0].name, "attestationObject");
    assert_eq!(explanation.field.fields[0].decoded.as_ref().unwrap().encodings, [Encoding::Base64Url]);
}

#[test]
fn a_log_without_a_ceremony_is_text() {
    let explanation = explained("2026-12-01 INFO all is well\n2026-12-01 INFO {\"status\":\"ok\"}\n");
    assert_eq!(explanation.kind, Kind::Text);
    assert_eq!(explanation.fault, None);
}
