//! Suites made by the software authenticator: the specification's test vectors, derived again, and our own.

pub mod authenticator;
mod error;
mod specification;

use std::fmt::Write as _;

use serde_json::Value;

pub use error::VectorError;

/// The test vectors of the specification, by its own derivation.
///
/// # Errors
///
/// If the software authenticator can't make one.
pub fn test_vectors() -> Result<Value, VectorError> {
    specification::suite()
}

/// The text of each file: the suites, and `faults.tsv`, the list of all faults and profiles of the software authenticator
/// with the rules that they break.
///
/// # Errors
///
/// If the software authenticator can't make a case.
pub fn files() -> Result<[(&'static str, String); 5], VectorError> {
    Ok([
        ("test-vectors.json", text_of(&test_vectors()?)?),
        ("authenticator-formats.json", text_of(&authenticator::formats()?)?),
        ("authenticator-faults.json", text_of(&authenticator::faults()?)?),
        ("authenticator-profiles.json", text_of(&authenticator::profiles()?)?),
        ("faults.tsv", authenticator::list()),
    ])
}

/// The members of a response that are bytes of the ceremony: those that both have must be equal.
const MEMBERS: [&str; 6] = [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "publicKey",
    "publicKeyAlgorithm",
    "signature",
];

/// Compares the cases of two suites that have the same ID. Returns the number of ceremonies, and adds a line for each
/// difference.
pub fn compare(ours: &Value, published: &Value, findings: &mut Vec<String>) -> usize {
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

/// The text of a suite with one case a line, so that a changed case is one changed line.
///
/// # Errors
///
/// If the value is no suite.
pub fn text_of(suite: &Value) -> Result<String, VectorError> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_are_regenerated_byte_for_byte() {
        let text = include_str!("../tests/specification.json");
        let published: Value = serde_json::from_str(text).unwrap();
        let mut findings = Vec::new();
        assert!(compare(&test_vectors().unwrap(), &published, &mut findings) > 0);
        assert_eq!(findings, Vec::<String>::new());
    }

    #[test]
    fn a_difference_is_found() {
        let ours = test_vectors().unwrap();
        let mut other = ours.clone();
        other["cases"][0]["authentications"][0]["response"]["response"]["signature"] = "AA".into();
        let mut findings = Vec::new();
        assert_eq!(compare(&ours, &other, &mut findings), 30);
        assert_eq!(findings.len(), 1);
    }
}
