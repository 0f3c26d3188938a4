//! What is in the program, as a CycloneDX document next to it, by cargo-cyclonedx.

use std::{collections::BTreeSet, error::Error, fs, path::Path};

use serde_json::Value;

use super::{outcome::Outcome, program, run};
use crate::{
    release::candidate::{Candidate, list, text},
    tools,
};

const TOOL: (&str, &str) = ("cyclonedx", "0.5.9");

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    // The tool writes next to each manifest, so it works on a copy.
    let copy = candidate.target.join("release-check/sbom");
    run::copy_tree(&candidate.root, &copy)?;
    let manifest = format!("crates/{}/Cargo.toml", program::PACKAGE);
    let name = format!("{}.cdx", program::NAME);
    let mut cargo =
        run::cargo_in(&copy, &["cyclonedx", "--quiet", "--format", "json", "--spec-version", "1.5"]);
    cargo.args(["--manifest-path", &manifest, "--override-filename", &name]);
    run::stdout(cargo.env("SOURCE_DATE_EPOCH", commit_time(candidate)?))?;
    let written = copy.join(format!("crates/{}/{name}.json", program::PACKAGE));
    let document = fs::read_to_string(&written).map_err(|error| format!("{}: {error}", written.display()))?;
    let mut document = serde_json::from_str(&without_paths(&document, &copy))?;

    let built = program::packages()?;
    let removed = restrict(&mut document, &built);
    let problems = missing(&document, &built);
    let file = program::write_next_to_it(candidate, &format!("{name}.json"), &format!("{document:#}\n"))?;
    let file = file.strip_prefix(&candidate.root).unwrap_or(&file).display();
    Ok(Outcome::of(
        problems,
        format!(
            "{file} lists the {} packages that are built; {removed} of other features were removed",
            built.len()
        ),
    ))
}

/// The time of the last commit, so that the document of a commit is the same at any time.
fn commit_time(candidate: &Candidate) -> Result<String, Box<dyn Error>> {
    let mut git = std::process::Command::new("git");
    git.current_dir(&candidate.root).args(["-c", "safe.directory=*", "log", "-1", "--format=%ct"]);
    Ok(run::stdout(&mut git)?.trim().to_owned())
}

/// A document that names no folder of this machine: our own packages are those of crates.io.
fn without_paths(document: &str, copy: &Path) -> String {
    let document = document.replace(&copy.display().to_string(), "/countersign");
    let mut parts = document.split("?download_url=file://");
    let mut shorter = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shorter.push_str(part.find('"').and_then(|end| part.get(end..)).unwrap_or_default());
    }
    shorter
}

/// A component of a CycloneDX document, as `name version`.
fn component(it: &Value) -> String {
    format!("{} {}", text(&it["name"]), text(&it["version"]))
}

/// Removes the components that are not built, and returns their number. The tool reads `cargo metadata`, whose features are those
/// of all packages of the workspace together.
fn restrict(document: &mut Value, built: &BTreeSet<String>) -> usize {
    let removed: BTreeSet<String> = list(&document["components"])
        .iter()
        .filter(|it| !built.contains(&component(it)))
        .map(|it| text(&it["bom-ref"]).to_owned())
        .collect();
    let is_kept = |reference: &Value| !removed.contains(text(reference));
    if let Some(components) = document["components"].as_array_mut() {
        components.retain(|it| is_kept(&it["bom-ref"]));
    }
    if let Some(dependencies) = document["dependencies"].as_array_mut() {
        dependencies.retain(|it| is_kept(&it["ref"]));
        for on in dependencies.iter_mut().filter_map(|it| it["dependsOn"].as_array_mut()) {
            on.retain(is_kept);
        }
    }
    removed.len()
}

fn missing(document: &Value, built: &BTreeSet<String>) -> Vec<String> {
    let mut listed: BTreeSet<_> = list(&document["components"]).iter().map(component).collect();
    listed.insert(component(&document["metadata"]["component"]));
    built.difference(&listed).map(|it| format!("{it} is built and not in the document")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_names_no_folder_of_the_machine() {
        let document = r#"{"a": "path+file:///home/me/own#1", "b": "pkg:cargo/own@1?download_url=file://../own", "c": 1}"#;
        let expected = r#"{"a": "path+file:///countersign/own#1", "b": "pkg:cargo/own@1", "c": 1}"#;
        assert_eq!(without_paths(document, Path::new("/home/me")), expected);
    }

    #[test]
    fn the_document_lists_what_is_built_and_no_more() {
        let mut document = json!({
            "metadata": {"component": {"name": "own", "version": "1.0.0"}},
            "components": [
                {"name": "a", "version": "2.0.0", "bom-ref": "#a"}, {"name": "b", "version": "3.0.0", "bom-ref": "#b"},
            ],
            "dependencies": [{"ref": "#a", "dependsOn": ["#b"]}, {"ref": "#b"}],
        });
        let built = program::in_tree("own v1.0.0 (/r/own)\na v2.0.0\na v2.0.0 (*)\n");
        assert_eq!(restrict(&mut document, &built), 1);
        assert_eq!(document["components"], json!([{"name": "a", "version": "2.0.0", "bom-ref": "#a"}]));
        assert_eq!(document["dependencies"], json!([{"ref": "#a", "dependsOn": []}]));
        assert_eq!(missing(&document, &built), [""; 0]);
        let other = program::in_tree("own v1.0.0\na v2.1.0\n");
        assert_eq!(missing(&document, &other), ["a 2.1.0 is built and not in the document"]);
    }
}
