//! What is in the program, as a CycloneDX document next to it, by cargo-cyclonedx.

use std::{collections::BTreeSet, error::Error, fs};

use serde_json::Value;

use super::{outcome::Outcome, run};
use crate::{
    release::candidate::{Candidate, list, text},
    tools,
};

const TOOL: (&str, &str) = ("cyclonedx", "0.5.9");

/// The package of the program, and the program's name.
const PROGRAM: (&str, &str) = ("countersign-cli", "countersign");

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    // The tool writes next to each manifest, so it works on a copy.
    let copy = candidate.target.join("release-check/sbom");
    run::copy_tree(&candidate.root, &copy)?;
    let manifest = format!("crates/{}/Cargo.toml", PROGRAM.0);
    let name = format!("{}.cdx", PROGRAM.1);
    let arguments = ["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5", "--target", "all"];
    let mut cargo = run::cargo_in(&copy, &arguments);
    cargo.args(["--manifest-path", &manifest, "--override-filename", &name]);
    run::stdout(cargo.env("SOURCE_DATE_EPOCH", commit_time(candidate)?))?;
    let written = copy.join(format!("crates/{}/{name}.json", PROGRAM.0));
    let document = fs::read_to_string(&written).map_err(|error| format!("{}: {error}", written.display()))?;

    let arguments =
        ["tree", "--locked", "--package", PROGRAM.0, "--edges", "normal,build", "--target", "all"];
    let tree = run::stdout(&mut run::cargo_in(
        &copy,
        &[&arguments[..], &["--prefix", "none", "--format", "{p}"]].concat(),
    ))?;
    let problems = differences(&in_document(&serde_json::from_str(&document)?), &in_tree(&tree));
    let release = candidate.target.join("release");
    fs::create_dir_all(&release)?;
    fs::write(release.join(format!("{name}.json")), document)?;
    let count = in_tree(&tree).len();
    Ok(Outcome::of(
        problems,
        format!("target/release/{name}.json lists {count} packages, all that cargo links or runs"),
    ))
}

/// The time of the last commit, so that the document of a commit is the same at any time.
fn commit_time(candidate: &Candidate) -> Result<String, Box<dyn Error>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(&candidate.root).args(["-c", "safe.directory=*", "log", "-1", "--format=%ct"]);
    Ok(run::stdout(&mut git)?.trim().to_owned())
}

/// The packages of a CycloneDX document, as `name version`, with the program's own.
fn in_document(document: &Value) -> BTreeSet<String> {
    let component = |it: &Value| format!("{} {}", text(&it["name"]), text(&it["version"]));
    let mut packages: BTreeSet<_> = list(&document["components"]).iter().map(component).collect();
    packages.insert(component(&document["metadata"]["component"]));
    packages
}

/// The packages of `cargo tree`, whose lines are `name v1.2.3`, and more words.
fn in_tree(tree: &str) -> BTreeSet<String> {
    let package = |line: &str| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?.trim_start_matches('v')))
    };
    tree.lines().filter_map(package).collect()
}

fn differences(document: &BTreeSet<String>, tree: &BTreeSet<String>) -> Vec<String> {
    let missing = tree.difference(document).map(|it| format!("{it} is built and not in the document"));
    missing
        .chain(document.difference(tree).map(|it| format!("{it} is in the document and not built")))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_package_that_only_one_side_has_is_found() {
        let document = in_document(&json!({
            "metadata": {"component": {"name": "own", "version": "1.0.0"}},
            "components": [{"name": "a", "version": "2.0.0"}],
        }));
        let tree = "own v1.0.0 (/r/own)\na v2.0.0\na v2.0.0 (*)\n";
        assert_eq!(differences(&document, &in_tree(tree)), [""; 0]);
        assert_eq!(differences(&document, &in_tree("own v1.0.0\na v2.1.0\n")).len(), 2);
    }
}
