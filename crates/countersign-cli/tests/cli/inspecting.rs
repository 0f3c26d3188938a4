//! `countersign inspect`.

use std::fs;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::Value;

use crate::metadata;
use crate::program::{program, run};

/// A `COSE_Key` with an unknown curve.
const KEY: &str = "a401010326200121410a";

fn shown(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn texts_files_and_standard_input_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("key.hex");
    fs::write(&file, KEY).unwrap();
    let text = shown(&["inspect", KEY]);
    assert!(text.starts_with("public key (COSE_Key), 10 bytes, from hex\n"), "{text}");
    assert!(text.contains("rule 92"), "{text}");
    assert_eq!(shown(&["inspect", file.to_str().unwrap()]), text);

    let mut command = program();
    let mut child =
        command.args(["inspect", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(KEY.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), text);

    let several = shown(&["inspect", KEY, "fbfc3007-154e-4ecc-8c0b-6e020557d7bd"]);
    assert!(several.starts_with(&format!("text:\n{text}\ntext:\nAAGUID")), "{several}");
}

#[test]
fn json_has_an_explanation_for_each_input() {
    let json: Value = serde_json::from_str(&shown(&["inspect", "--json", KEY, "é\u{202e}"])).unwrap();
    assert_eq!((json[0]["kind"].as_str(), json[0]["input"].as_str()), (Some("cose-key"), Some("text")));
    assert_eq!(json[1]["kind"], "text");
    let bytes = run(&["inspect", "--json", "é\u{202e}"]).stdout;
    assert!(bytes.is_ascii(), "no terminal interprets it");
}

#[test]
fn a_kind_can_be_named_and_sources_be_shown() {
    let text = shown(&["inspect", "--as", "cbor", "--sources", KEY]);
    assert!(text.starts_with("CBOR, 10 bytes"), "{text}");
    assert!(text.contains("https://www.rfc-editor.org/rfc/rfc8949#section-3"), "{text}");
}

#[test]
fn an_input_of_no_kind_is_status_1() {
    let output = run(&["inspect", "no-such-file.json"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().contains("there is no file of this name"));
    assert_eq!(run(&["inspect", KEY]).status.code(), Some(0));
}

#[test]
fn what_can_not_be_read_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let output = run(&["inspect", path]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).starts_with(&format!("countersign: {path} can't be read: "))
    );
    let output = run(&["inspect", "--as", "cose-kee", KEY]);
    assert_eq!(output.status.code(), Some(2));
    let sentence = String::from_utf8(output.stderr).unwrap();
    assert!(
        sentence.contains("a similar value exists: 'cose-key'") && sentence.lines().count() == 1,
        "{sentence}"
    );
}

#[test]
fn colors_are_used_on_demand_only() {
    assert!(!shown(&["inspect", KEY]).contains('\u{1b}'));
    assert!(shown(&["inspect", "--color", "always", KEY]).contains("\u{1b}["));
    let mut command = program();
    let output = command.args(["inspect", KEY]).env("NO_COLOR", "1").output().unwrap();
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn a_terminal_gets_no_commands_of_an_input() {
    let text = shown(&["inspect", r#"{"kty":"EC\u001b[2J","crv":"\u202e"}"#]);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text}");
    assert!(text.contains("\\u{202e}"), "{text}");
}

#[test]
fn models_are_named_by_the_metadata() {
    let folder = metadata::folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let model = "01010101-0101-0101-0101-010101010101";
    let arguments =
        ["inspect", "--metadata", &path("new"), "--root", &path("root.pem"), "--at", "2026-01-01", model];
    let text = shown(&arguments);
    assert!(text.contains("A \\u{1b}key"), "{text}");
    assert!(text.contains("REVOKED since 2025-02-01 [authenticator-not-accepted, rule 358]"), "{text}");
}

#[test]
fn a_model_is_explained_by_the_metadata() {
    let folder = metadata::folder();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let model = "01010101-0101-0101-0101-010101010101";
    assert!(shown(&["explain", model]).contains("--metadata FILE"));
    assert!(shown(&["explain", "-7"]).starts_with("-7: ES256"));
    let output = run(&["explain", "--metadata", &path("root.pem"), "--root", &path("root.pem"), model]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is rejected"));
}
