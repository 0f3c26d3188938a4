//! `countersign-conformance vectors`: makes the suites of the software authenticator.

use std::{error::Error, fs, path::PathBuf, process::ExitCode};

use countersign_conformance::vectors::{compare, files, test_vectors};
use serde_json::Value;

const HELP: &str = "\
countersign-conformance vectors --into DIR [--check] [--published FILE]...

Makes the suites of the software authenticator in DIR: every attestation format with every algorithm, named
faults, the behaviour of real devices, and the test vectors of the specification (test-vectors.json), by the
derivation in its section \"Test Vectors\". Also lists all faults with the rules that they break, in faults.tsv.

  --into DIR        the folder of the suites
  --check           write nothing; a suite in DIR that differs is a finding
  --published FILE  a suite with copies of the published test vectors; each byte must be the same. A FILE that
                    does not exist is skipped with a message

Exit codes: 0 done, 1 something differs, 2 a suite could not be made or read.
";

pub(super) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::prelude::*;
    let (mut folder, mut write, mut published) = (None, true, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("into") => folder = Some(PathBuf::from(arguments.value()?)),
            Long("check") => write = false,
            Long("published") => published.push(PathBuf::from(arguments.value()?)),
            Long("help") | Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    let folder = folder.ok_or("--into DIR is missing")?;
    let mut findings = Vec::new();
    compare_with_published(&published, &mut findings)?;
    for (file, text) in files()? {
        let path = folder.join(file);
        if write {
            fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        } else if fs::read_to_string(&path).unwrap_or_default() != text {
            findings.push(format!("{} differs from what this command makes", path.display()));
        }
    }
    for finding in &findings {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn compare_with_published(files: &[PathBuf], findings: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    for file in files {
        if !file.exists() {
            println!("{}: not there, so not compared", file.display());
            continue;
        }
        let published: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        let compared = compare(&test_vectors()?, &published, findings);
        println!("{}: {compared} ceremonies of the published test vectors compared", file.display());
    }
    Ok(())
}
