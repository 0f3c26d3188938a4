//! What is in each package: README, licences, and what crates.io and docs.rs show. Read from the list of files of the
//! package, so that an `exclude` that is too broad is found.

use std::{collections::BTreeSet, error::Error, path::Path};

use super::{outcome::Outcome, run};
use crate::{
    release::candidate::{Candidate, Package, list, text},
    tools,
};

/// Files that every package has, and a text in each that shows that it is the real one.
const LICENCES: [(&str, &str); 2] =
    [("LICENSE-MIT", "Permission is hereby granted, free of charge"), ("LICENSE-APACHE", "Apache License")];

/// crates.io rejects more.
const KEYWORDS_MAX: usize = 5;
/// A page with an example is longer.
const README_MIN: usize = 400;

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let mut problems = Vec::new();
    for package in &candidate.packages {
        let files = files(package)?;
        let mut add = |what: String| problems.push(format!("{}: {what}", package.name));
        in_files(package, &files).into_iter().for_each(&mut add);
        in_metadata(package).into_iter().for_each(&mut add);
    }
    let count = candidate.packages.len();
    Ok(Outcome::of(
        problems,
        format!("{count} packages have README, both licences, docs.rs metadata, keywords and categories"),
    ))
}

/// The files of a package, as cargo would pack them.
pub(super) fn files(package: &Package) -> Result<BTreeSet<String>, Box<dyn Error>> {
    let arguments = ["package", "--list", "--allow-dirty", "--locked", "--package", &package.name];
    Ok(run::stdout(&mut tools::cargo(&arguments))?.lines().map(|path| path.replace('\\', "/")).collect())
}

fn in_files(package: &Package, files: &BTreeSet<String>) -> Vec<String> {
    let mut problems = Vec::new();
    let read = |path: &str| std::fs::read_to_string(package.folder.join(path)).unwrap_or_default();
    for (path, sign) in LICENCES {
        if !files.contains(path) {
            problems.push(format!("{path} is not in the package"));
        } else if !read(path).contains(sign) {
            problems.push(format!("{path} does not have its text"));
        }
    }
    if files.contains("README.md") {
        problems.extend(in_readme(&read("README.md")).into_iter().map(|what| format!("README.md: {what}")));
    } else {
        problems.push("README.md is not in the package".to_owned());
    }
    problems
}

fn in_readme(page: &str) -> Vec<&'static str> {
    let mut problems = Vec::new();
    if page.chars().count() < README_MIN {
        problems.push("too short to say what the package is");
    }
    if !page.contains("\n```") {
        problems.push("no example");
    }
    if !(page.contains("MIT") && page.contains("Apache")) {
        problems.push("no word on the licences");
    }
    // A relative link leads nowhere on crates.io.
    if page.split("](").skip(1).any(|rest| rest.starts_with("../") || rest.starts_with("./")) {
        problems.push("a link to a file that is not in the package");
    }
    problems
}

fn in_metadata(package: &Package) -> Vec<String> {
    let metadata = &package.metadata;
    let mut problems = Vec::new();
    for field in ["description", "license", "repository", "documentation", "readme", "rust_version"] {
        if text(&metadata[field]).is_empty() {
            problems.push(format!("`{field}` is missing"));
        }
    }
    let documentation = text(&metadata["documentation"]);
    if !documentation.is_empty() && Path::new(documentation).file_name() != Some(package.name.as_ref()) {
        problems.push(format!("`documentation` is {documentation}, which is not the page of this package"));
    }
    for field in ["keywords", "categories"] {
        let count = list(&metadata[field]).len();
        if count == 0 || count > KEYWORDS_MAX {
            problems.push(format!("{count} {field}; from 1 to {KEYWORDS_MAX} are shown"));
        }
    }
    let is_library = list(&metadata["targets"])
        .iter()
        .any(|target| list(&target["kind"]).iter().any(|kind| kind == "lib"));
    if is_library && metadata["metadata"]["docs"]["rs"]["all-features"] != true {
        problems.push("`[package.metadata.docs.rs]` without `all-features = true`".to_owned());
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn package() -> Package {
        Package {
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            folder: std::env::temp_dir().join("no-such-package"),
            needs: BTreeSet::new(),
            metadata: json!({
                "description": "d", "license": "MIT", "repository": "r", "readme": "README.md", "rust_version": "1.88",
                "documentation": "https://docs.rs/a", "keywords": ["k"], "categories": ["c"],
                "targets": [{"kind": ["lib"]}], "metadata": {"docs": {"rs": {"all-features": true}}},
            }),
        }
    }

    #[test]
    fn a_complete_package_has_no_problem_and_each_missing_field_is_one() {
        assert_eq!(in_metadata(&package()), [""; 0]);
        let fields = ["description", "license", "repository", "documentation", "readme", "rust_version"];
        for field in fields.into_iter().chain(["keywords", "categories", "metadata"]) {
            let mut package = package();
            package.metadata[field] = json!(null);
            assert_eq!(in_metadata(&package).len(), 1, "{field}");
        }
        let mut other = package();
        other.metadata["documentation"] = json!("https://docs.rs/b");
        assert_eq!(in_metadata(&other).len(), 1);
        let mut program = package();
        program.metadata["targets"] = json!([{"kind": ["bin"]}]);
        program.metadata["metadata"] = json!(null);
        assert_eq!(in_metadata(&program), [""; 0], "docs.rs documents libraries");
    }

    #[test]
    fn a_file_that_is_missing_or_empty_is_found() {
        assert_eq!(in_files(&package(), &BTreeSet::new()).len(), 3);
        let all = LICENCES.map(|(path, _)| path.to_owned()).into_iter().chain(["README.md".to_owned()]);
        // The folder does not exist, so that each file is empty: two texts, and a page without size, example and licence.
        assert_eq!(in_files(&package(), &all.collect()).len(), 2 + 3);
    }

    #[test]
    fn a_page_has_an_example_and_leads_to_nothing_outside_the_package() {
        let page = format!("# a\n\n{}\n\n```rust\n```\nMIT or Apache-2.0\n", "Words. ".repeat(80));
        assert_eq!(in_readme(&page), [""; 0]);
        assert_eq!(in_readme(&page.replace("```", "")), ["no example"]);
        assert_eq!(in_readme(&page.replace("MIT", "")), ["no word on the licences"]);
        assert_eq!(in_readme(&format!("{page}[a](../docs/A.md)")).len(), 1);
    }
}
