//! Every package stands alone: it builds from its own files, and reads no other.

use std::{collections::BTreeSet, error::Error};

use super::{contents, outcome::Outcome};
use crate::{release::candidate::Candidate, tools, tree::has_extension};

/// How a source file names another file that it needs.
const INCLUDES: [&str; 3] = ["include_str!(\"", "include_bytes!(\"", "#[path = \""];

/// Cargo packs each package, unpacks it and builds it with the others from their files.
pub(super) fn build_from_their_files(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["publish", "--workspace", "--dry-run", "--locked", "--allow-dirty"]);
    if cargo.status()?.success() {
        return Ok(Outcome::Passed(format!("{} packages build from their files", candidate.packages.len())));
    }
    Ok(Outcome::Failed("`cargo publish --workspace --dry-run` fails".to_owned()))
}

/// Every file that a source of a package includes, those of tests too, is in the package.
pub(super) fn include_only_their_files(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let mut problems = Vec::new();
    let mut count = 0;
    for package in &candidate.packages {
        let files = contents::files(package)?;
        for path in files.iter().filter(|path| has_extension(path, "rs")) {
            let text = std::fs::read_to_string(package.folder.join(path))?;
            count += 1;
            let missing = missing(path, &text, &files);
            problems
                .extend(missing.into_iter().map(|file| format!("{}: {path} includes {file}", package.name)));
        }
    }
    Ok(Outcome::of(problems, format!("{count} sources include only files of their packages")))
}

/// The files that a source includes and the package lacks.
fn missing(path: &str, text: &str, files: &BTreeSet<String>) -> Vec<String> {
    let named = INCLUDES.iter().flat_map(|include| text.split(include).skip(1));
    let named = named.filter_map(|rest| Some(rest.split_once('"')?.0));
    named
        .filter(|file| resolve(path, file).is_none_or(|resolved| !files.contains(&resolved)))
        .map(str::to_owned)
        .collect()
}

/// A path relative to a file, from the root of the package; `None` if it leaves the package.
fn resolve(from: &str, file: &str) -> Option<String> {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in file.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_outside_the_package_is_found() {
        let files = ["src/a/b.rs", "src/page.html", "README.md"].map(str::to_owned).into();
        let missing = |text| missing("src/a/b.rs", text, &files);
        assert_eq!(missing("include_str!(\"../page.html\") include_str!(\"../../README.md\")"), [""; 0]);
        assert_eq!(missing("include_str!(\"../../../README.md\")"), ["../../../README.md"]);
        assert_eq!(missing("#[path = \"../../other/tests/c.rs\"]"), ["../../other/tests/c.rs"]);
        assert_eq!(missing("include_bytes!(\"excluded.bin\")"), ["excluded.bin"]);
    }
}
