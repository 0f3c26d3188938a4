//! `cargo xtask metadata-roots`: whether every root of the FIDO metadata can be an anchor.
//!
//! The metadata has 9 MB and is not part of the repository, so this is a command and no test.

use std::{collections::BTreeSet, error::Error, fs, path::PathBuf, process::ExitCode};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign::attestation::{Certificate, TrustAnchor};
use serde::Deserialize;

pub(crate) const HELP: &str = "\
cargo xtask metadata-roots FILE [--expect N]

Reads each distinct certificate in the attestationRootCertificates of FILE as a trust anchor. FILE is the payload of a
metadata BLOB as JSON; it is not part of this repository.
Fails if a certificate can't be read, or if there are not N of them. Lists anchors whose public key is rejected, such as
a short RSA key: no other certificate leads to them.

Exit codes: 0 nothing found, 1 something found, 2 FILE can't be read.
";

#[derive(Deserialize)]
struct Payload {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    metadata_statement: Option<Statement>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::prelude::{Long, Value, ValueExt as _};
    let (mut file, mut expected) = (None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("expect") => expected = Some(arguments.value()?.parse::<usize>()?),
            Value(path) if file.is_none() => file = Some(PathBuf::from(path)),
            other => return Err(other.unexpected().into()),
        }
    }
    let file = file.ok_or("which file? `cargo xtask metadata-roots --help` says more")?;
    let json = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let roots = distinct_roots(&json)?;
    let faults: Vec<_> = roots.iter().filter_map(|root| read(root).err()).collect();
    for fault in &faults {
        println!("{fault}");
    }
    println!("{} distinct roots, {} read as anchors", roots.len(), roots.len() - faults.len());
    for (root, cause) in roots.iter().filter_map(|root| read(root).ok()).filter_map(rejected_key) {
        println!("  its key is rejected ({cause}): {root:?}");
    }
    let is_complete = expected.is_none_or(|expected| expected == roots.len());
    if !is_complete {
        println!("expected {} distinct roots", expected.unwrap_or_default());
    }
    Ok(if faults.is_empty() && is_complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn distinct_roots(json: &[u8]) -> Result<BTreeSet<Vec<u8>>, Box<dyn Error>> {
    let payload: Payload = serde_json::from_slice(json)?;
    let statements = payload.entries.into_iter().filter_map(|entry| entry.metadata_statement);
    let roots = statements.flat_map(|statement| statement.attestation_root_certificates);
    roots.map(|root| Ok(STANDARD.decode(root)?)).collect()
}

fn read(der: &[u8]) -> Result<TrustAnchor, String> {
    let certificate =
        Certificate::from_der(der).map_err(|error| format!("{error}: {}", STANDARD.encode(der)))?;
    Ok(TrustAnchor::from_certificate(certificate))
}

/// The anchor and why its key is rejected, if it is.
fn rejected_key(anchor: TrustAnchor) -> Option<(TrustAnchor, String)> {
    let error = anchor.certificate().public_key().err()?;
    Some((anchor, error.source().map_or_else(|| error.to_string(), ToString::to_string)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_certificate_counts_once_and_what_is_none_is_a_fault() {
        let statement =
            |roots: &str| format!(r#"{{"metadataStatement": {{"attestationRootCertificates": [{roots}]}}}}"#);
        let json = format!(
            r#"{{"entries": [{}, {}, {{}}]}}"#,
            statement(r#""AAAA", "AQID""#),
            statement(r#""AQID""#)
        );
        let roots = distinct_roots(json.as_bytes()).unwrap();
        assert_eq!(roots.len(), 2);
        assert!(roots.iter().all(|root| read(root).is_err()));
        distinct_roots(statement(r#""?""#).as_bytes()).unwrap_err();
    }
}
