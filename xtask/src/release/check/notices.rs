//! The licence texts that must come with a copy of the program: those of every package that it is built from, in one file next to
//! it.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt::Write as _,
    fs, io,
    path::Path,
};

use serde_json::Value;

use super::{outcome::Outcome, program, run};
use crate::{
    release::candidate::{Candidate, list, text},
    tools,
};

/// How the names of files with licences begin, in upper case.
const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// Packages without a file, and another package with the text that is meant.
const ELSEWHERE: [(&str, &str); 1] = [
    // From the repository of asn1-rs, whose licence files only that package has.
    ("asn1-rs-impl", "asn1-rs"),
];

/// Packages under the MIT licence that only state it and their authors: their text is the licence's, with these names.
const STATED: [&str; 1] = ["governor"];

/// Our own licence, from whose permission on the text is that of every package under it.
const MIT: &str = include_str!("../../../../LICENSE-MIT");

/// Each text, with the packages that have it.
type Texts = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let metadata = run::stdout(&mut tools::cargo(&["metadata", "--format-version", "1", "--locked"]))?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let built = program::packages()?;
    let mut texts = Texts::new();
    let mut problems = Vec::new();
    // Those from registries: our own licence files are in the release anyway.
    let foreign = list(&metadata["packages"]).iter().filter(|package| !package["source"].is_null());
    let mut count = 0;
    for package in foreign {
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        if !built.contains(&name) {
            continue;
        }
        count += 1;
        let folder = Path::new(text(&package["manifest_path"])).parent().unwrap_or(Path::new(""));
        let mut own = in_folder(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        own.extend(own.is_empty().then(|| stated(package)).flatten());
        if own.is_empty() && !is_elsewhere(text(&package["name"]), &built) {
            problems.push(format!("{name} has no file with its licence ({})", text(&package["license"])));
        }
        for licence in own {
            texts.entry(licence).or_default().insert(name.clone());
        }
    }
    let file = program::write_next_to_it(candidate, "THIRD-PARTY-LICENSES.txt", &document(&texts))?;
    let file = file.strip_prefix(&candidate.root).unwrap_or(&file).display();
    Ok(Outcome::of(problems, format!("{file} has the {} licence texts of {count} packages", texts.len())))
}

/// The text of a package that only states its licence.
fn stated(package: &Value) -> Option<String> {
    let permission = MIT.find("Permission is hereby granted").and_then(|at| MIT.get(at..))?;
    let is_stated = STATED.contains(&text(&package["name"])) && text(&package["license"]) == "MIT";
    let authors = list(&package["authors"]).iter().map(text).collect::<Vec<_>>().join(", ");
    is_stated.then(|| format!("MIT License\n\nCopyright (c) {authors}\n\n{}", permission.trim()))
}

fn is_elsewhere(name: &str, built: &BTreeSet<String>) -> bool {
    ELSEWHERE.iter().filter(|(without, _)| *without == name).any(|(_, other)| {
        built.iter().any(|package| package.split_once(' ').is_some_and(|(name, _)| name == *other))
    })
}

/// The licence texts of a package, one line ending in all.
fn in_folder(folder: &Path) -> io::Result<Vec<String>> {
    let mut texts = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().to_ascii_uppercase();
        if NAMES.iter().any(|begin| name.starts_with(begin)) && entry.path().is_file() {
            let text = fs::read(entry.path())?;
            texts.push(String::from_utf8_lossy(&text).replace("\r\n", "\n").trim().to_owned());
        }
    }
    Ok(texts)
}

fn document(texts: &Texts) -> String {
    let mut document = format!(
        "The program {} is built from the packages named here, by the licences that follow each list.\n",
        program::NAME
    );
    for (text, packages) in texts {
        let packages = packages.iter().cloned().collect::<Vec<_>>().join(", ");
        let _ = write!(document, "\n{}\n{packages}\n\n{text}\n", "=".repeat(80));
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_with_licences_are_found_by_their_names() {
        let folder = std::env::temp_dir().join(format!("countersign-notices-{}", std::process::id()));
        fs::create_dir_all(folder.join("licenses")).unwrap();
        assert_eq!(in_folder(&folder).unwrap(), [""; 0]);
        fs::write(folder.join("license-mit"), "one\r\ntwo\n").unwrap();
        fs::write(folder.join("lib.rs"), "three").unwrap();
        assert_eq!(in_folder(&folder).unwrap(), ["one\ntwo"]);
        fs::remove_dir_all(&folder).unwrap();
        assert!(in_folder(&folder).is_err());
    }

    #[test]
    fn a_package_that_only_states_its_licence_gets_the_text_with_its_authors() {
        let package =
            |name, license| serde_json::json!({ "name": name, "license": license, "authors": ["A", "B"] });
        let text = stated(&package("governor", "MIT")).unwrap();
        assert!(text.starts_with("MIT License\n\nCopyright (c) A, B\n\nPermission is hereby granted"));
        assert!(text.ends_with("SOFTWARE."));
        assert_eq!(stated(&package("governor", "Apache-2.0")), None);
        assert_eq!(stated(&package("other", "MIT")), None);
    }

    #[test]
    fn a_text_of_another_package_counts_only_if_that_is_built_too() {
        let built = |names: &[&str]| names.iter().map(|name| format!("{name} 1.0.0")).collect();
        assert!(is_elsewhere("asn1-rs-impl", &built(&["asn1-rs-impl", "asn1-rs"])));
        assert!(!is_elsewhere("asn1-rs-impl", &built(&["asn1-rs-impl"])));
        assert!(!is_elsewhere("serde", &built(&["serde", "asn1-rs"])));
    }

    #[test]
    fn a_text_is_written_once_for_all_its_packages() {
        let texts = Texts::from([("Text".to_owned(), BTreeSet::from(["a 1".to_owned(), "b 2".to_owned()]))]);
        assert!(document(&texts).ends_with("a 1, b 2\n\nText\n"));
    }
}
