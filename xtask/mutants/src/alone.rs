//! Mutants that each need a build of their own, by cargo-mutants.

use std::{
    collections::BTreeMap,
    error::Error,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use crate::repository::root;
use crate::{list::Mutant, report::Outcome};

/// The files of cargo-mutants, and their meaning.
const LISTS: [(&str, Outcome); 4] = [
    ("caught.txt", Outcome::Caught),
    ("timeout.txt", Outcome::Timeout),
    ("unviable.txt", Outcome::Unviable),
    ("missed.txt", Outcome::Missed),
];

/// The packages that see a change in one: its own, and those above it.
const ABOVE: [&str; 5] = [
    "countersign-types",
    "countersign-cose",
    "countersign-attestation",
    "countersign",
    "countersign-authenticator",
];

/// Seconds for a build or the tests.
const PATIENCE: &str = "900";

/// Tries each with the unit tests of its own package, and the survivors with the tests of all packages above it.
pub(super) fn run(mutants: &[&Mutant], folder: &Path) -> Result<BTreeMap<u32, Outcome>, Box<dyn Error>> {
    let mut outcomes = BTreeMap::new();
    for (index, package) in ABOVE.iter().enumerate() {
        let of_package: Vec<&Mutant> =
            mutants.iter().copied().filter(|mutant| mutant.package == *package).collect();
        if of_package.is_empty() {
            continue;
        }
        println!("{package}: {} with a build each", of_package.len());
        outcomes.extend(cargo_mutants(&of_package, &[package], folder)?);
        let survived = |mutant: &&Mutant| outcomes.get(&mutant.number) == Some(&Outcome::Missed);
        let survivors: Vec<&Mutant> = of_package.into_iter().filter(survived).collect();
        let above = ABOVE.get(index.saturating_add(1)..).unwrap_or_default();
        if !survivors.is_empty() && !above.is_empty() {
            outcomes.extend(cargo_mutants(&survivors, above, folder)?);
        }
    }
    Ok(outcomes)
}

fn cargo_mutants(
    mutants: &[&Mutant],
    tests_of: &[&str],
    folder: &Path,
) -> Result<BTreeMap<u32, Outcome>, Box<dyn Error>> {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(["mutants", "--workspace", "--baseline", "skip", "--jobs", "1"]);
    command.args(["--all-features", "--timeout", PATIENCE, "--build-timeout", PATIENCE, "--no-times"]);
    command.arg("--output").arg(folder).args(["--test-package", &tests_of.join(",")]);
    command.args(["--cargo-test-arg", "--lib", "--cargo-test-arg", "--tests"]);
    for mutant in mutants {
        command.arg("--file").arg(&mutant.file).args(["--re", &format!("^{}$", escaped(&mutant.name))]);
    }
    // Its copy of the tree is a new one each time; the dependencies are built once.
    command.env("CARGO_TARGET_DIR", folder.join("alone"));
    // 2 and 3: some survived, or took too long.
    let status = command.stdout(Stdio::null()).status()?;
    if !matches!(status.code(), Some(0 | 2 | 3)) {
        return Err(format!("cargo mutants: {status}").into());
    }
    let mut outcomes = BTreeMap::new();
    for (file, outcome) in LISTS {
        let text = fs::read_to_string(folder.join("mutants.out").join(file))?;
        for line in text.lines() {
            let found = mutants.iter().find(|mutant| mutant.name == line);
            outcomes.extend(found.map(|mutant| (mutant.number, outcome)));
        }
    }
    Ok(outcomes)
}

/// A name as a regular expression.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if r"\.+*?()|[]{}^$#&-~/<>".contains(character) && !"/<>".contains(character) {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_pattern() {
        assert_eq!(
            escaped("a.rs:1:2: replace + with - in A<'a>::f"),
            r"a\.rs:1:2: replace \+ with \- in A<'a>::f"
        );
    }
}
