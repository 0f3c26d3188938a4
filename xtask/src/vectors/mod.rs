//! Conformance suites made by the software authenticator: the specification's test vectors, regenerated, and our own.

mod ours;
mod specification;

use std::{error::Error, fmt::Write as _, fs, process::ExitCode};

use serde_json::Value;

const HELP: &str = "\
cargo xtask vectors [--check]

  Makes the conformance suites of the software authenticator anew, in conformance/: the test
  vectors of the specification (test-vectors.json) by the specification's own derivation.
  They are compared, byte for byte, with the copies of the published ones: in
  conformance/specification.json, and in ../shared/conformance/w3c-l3.json where that exists.

  --check   write nothing; complain about a suite that is not what it should be

Exit codes: 0 done, 1 something differs, 2 a suite could not be made or read.
";

pub use ours::{case, is_expressible, suite, valid};

/// Why a suite could not be made.
pub type Failure = Box<dyn Error>;

/// Where copies of the published vectors are, below the root.
const PUBLISHED: [&str; 2] = ["conformance/specification.json", "../shared/conformance/w3c-l3.json"];

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Failure> {
    let mut write = true;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("check") => write = false,
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let vectors = specification::suite()?;
    let mut findings = Vec::new();
    let mut compared = 0;
    for path in PUBLISHED {
        let path = crate::root().join(path);
        if path.exists() {
            let published: Value = serde_json::from_str(&fs::read_to_string(&path)?)?;
            compared += compare(&vectors, &published, &mut findings);
        }
    }
    println!("{compared} ceremonies of the published test vectors compared");
    for (file, suite) in [
        ("test-vectors.json", vectors),
        ("authenticator-formats.json", ours::formats()?),
        ("authenticator-faults.json", ours::faults()?),
        ("authenticator-profiles.json", ours::profiles()?),
    ] {
        let path = crate::root().join("conformance").join(file);
        let text = text_of(&suite)?;
        if write {
            fs::write(&path, text)?;
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            findings.push(format!("{file} is not what `cargo xtask vectors` makes"));
        }
    }
    for finding in &findings {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The text of a response as JSON.
fn as_json(text: &str) -> Result<Value, Failure> {
    Ok(serde_json::from_str(text)?)
}

/// Members of a response that are bytes of the ceremony: those that stand in both must be equal.
const MEMBERS: [&str; 6] = [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "publicKey",
    "publicKeyAlgorithm",
    "signature",
];

/// Compares the cases that have the same ID; the number of ceremonies is returned.
fn compare(ours: &Value, published: &Value, findings: &mut Vec<String>) -> usize {
    let cases = |suite: &Value| suite["cases"].as_array().cloned().unwrap_or_default();
    let mut count = 0;
    for published in cases(published) {
        let Some(ours) = cases(ours).into_iter().find(|ours| ours["id"] == published["id"]) else { continue };
        for step in ["/registration", "/authentications/0"] {
            let (Some(ours), Some(theirs)) = (ours.pointer(step), published.pointer(step)) else { continue };
            count += 1;
            let mut differ = |what: &str, ours: &Value, theirs: &Value| {
                if ours != theirs {
                    findings.push(format!("{}{step}: {what} differs: {ours} and {theirs}", published["id"]));
                }
            };
            differ("challenge", &ours["challenge"], &theirs["challenge"]);
            differ("id", &ours["response"]["id"], &theirs["response"]["id"]);
            for member in MEMBERS.iter().filter(|member| theirs["response"]["response"].get(member).is_some())
            {
                let [ours, theirs] = [ours, theirs].map(|step| &step["response"]["response"][member]);
                differ(member, ours, theirs);
            }
        }
    }
    if ours["anchors"] != published["anchors"] {
        findings.push("the attestation root certificate differs".to_owned());
    }
    count
}

/// A suite with one case a line, so that a change of one is seen as one.
fn text_of(suite: &Value) -> Result<String, Failure> {
    let mut text = String::from("{\n");
    let members = suite.as_object().ok_or("a suite is an object")?;
    for (name, value) in members.iter().filter(|(name, _)| *name != "cases") {
        writeln!(text, "{}: {value},", Value::from(name.as_str()))?;
    }
    text.push_str("\"cases\": [\n");
    let cases = suite["cases"].as_array().ok_or("a suite has cases")?;
    let cases: Vec<_> = cases.iter().map(Value::to_string).collect();
    text.push_str(&cases.join(",\n"));
    text.push_str("\n]\n}\n");
    Ok(text)
}

/// The path of a file in `conformance/`, for tests.
#[cfg(test)]
fn suite_file(name: &str) -> std::path::PathBuf {
    crate::root().join("conformance").join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_are_regenerated_byte_for_byte() {
        let published: Value =
            serde_json::from_str(&fs::read_to_string(suite_file("specification.json")).unwrap()).unwrap();
        let mut findings = Vec::new();
        assert!(compare(&specification::suite().unwrap(), &published, &mut findings) > 0);
        assert_eq!(findings, Vec::<String>::new());
    }

    #[test]
    fn a_difference_is_found() {
        let ours = specification::suite().unwrap();
        let mut other = ours.clone();
        other["cases"][0]["authentications"][0]["response"]["response"]["signature"] = "AA".into();
        let mut findings = Vec::new();
        assert_eq!(compare(&ours, &other, &mut findings), 30);
        assert_eq!(findings.len(), 1);
    }
}
