//! The outputs in the documents are what the program prints.

use std::fs;
use std::process::Command;

use countersign_authenticator::Scenario;
use serde_json::json;

/// The time of the scenarios.
const NOW: &str = "--now=2026-01-01T00:00:00Z";

fn document(name: &str) -> String {
    fs::read_to_string(format!("{}/../../docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The blocks of text of a document that begin with this line.
fn block(document: &str, first: &str) -> String {
    let begin = format!("```text\n{first}");
    let start = document.find(&begin).unwrap_or_else(|| panic!("no block begins with {first:?}"));
    let block = &document[start + "```text\n".len()..];
    block.split_once("```").unwrap().0.to_owned()
}

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_countersign")).args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_explanation_of_the_page_is_what_inspect_prints() {
    // The data of the example, with BS and without BE.
    let data = "a379a6f6eeafb9a55e378c118034e2751e682fab9f2d30ab13d2125586ce19471500000007";
    let text = printed(&["inspect", data]);
    let block = block(&document("INSPECT.md"), "authenticator data, 37 bytes");
    assert!(text.starts_with(&block), "{block}\nis not the beginning of\n{text}");
}

#[test]
fn the_changes_of_the_page_are_what_verify_prints() {
    let exchange = Scenario::REGISTRATION.run(&[], &[]).unwrap();
    let step = exchange.registration.as_ref().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, content: String| {
        let path = folder.path().join(name).to_str().unwrap().to_owned();
        fs::write(&path, content).unwrap();
        path
    };
    let response: serde_json::Value = serde_json::from_str(&step.response).unwrap();
    let options = Scenario::REGISTRATION.creation_options(&step.challenge);
    let ceremony = write("ceremony.json", json!({ "options": options, "response": response }).to_string());
    let policy = write("policy.toml", "[policy]\nbackup = \"required\"\n".into());
    let text = printed(&["verify", &ceremony, "--policy", &policy, NOW, "--lenient"]);
    let block = block(&document("VERIFY.md"), "one of these changes accepts this response");
    assert!(text.contains(&block), "{block}\nis not in\n{text}");
}

#[test]
fn the_members_of_the_page_are_those_of_the_judgement() {
    let exchange = Scenario::REGISTRATION.run(&[], &[]).unwrap();
    let step = exchange.registration.as_ref().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ceremony.json");
    let response: serde_json::Value = serde_json::from_str(&step.response).unwrap();
    let options = Scenario::REGISTRATION.creation_options(&step.challenge);
    fs::write(&path, json!({ "options": options, "response": response }).to_string()).unwrap();
    let text = printed(&["verify", path.to_str().unwrap(), NOW, "--json"]);
    let judgement: serde_json::Value = serde_json::from_str(&text).unwrap();
    let page = document("VERIFY.md");
    let table = page.split_once("| member | value |").unwrap().1;
    let rows =
        table.lines().filter_map(|line| line.strip_prefix("| `")).take_while(|row| !row.starts_with("place"));
    let mut documented: Vec<_> = rows
        .flat_map(|row| row.split(" | ").next().unwrap().split('`').step_by(2))
        .filter(|name| !name.trim_matches([',', ' ']).is_empty())
        .map(str::to_owned)
        .collect();
    documented.sort();
    let mut members: Vec<_> = judgement.as_object().unwrap().keys().cloned().collect();
    members.sort();
    assert_eq!(documented, members);
}
