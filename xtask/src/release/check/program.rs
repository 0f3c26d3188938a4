//! The program that is released, and the packages that it is built from.

use std::{collections::BTreeSet, error::Error, fs, path::PathBuf};

use super::run;
use crate::{release::candidate::Candidate, tools};

/// The package of the program.
pub(super) const PACKAGE: &str = "countersign-cli";

/// The program's name.
pub(super) const NAME: &str = "countersign";

/// The packages that cargo links into the program for this system, or runs to build it, as `name version`, and the program's own.
pub(super) fn packages() -> Result<BTreeSet<String>, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["tree", "--locked", "--package", PACKAGE, "--edges", "normal,build"]);
    Ok(in_tree(&run::stdout(cargo.args(["--prefix", "none", "--format", "{p}"]))?))
}

/// The packages of `cargo tree`, whose lines are `name v1.2.3`, and more words.
pub(super) fn in_tree(tree: &str) -> BTreeSet<String> {
    let package = |line: &str| {
        let mut words = line.split_whitespace();
        Some(format!("{} {}", words.next()?, words.next()?.trim_start_matches('v')))
    };
    tree.lines().filter_map(package).collect()
}

/// Writes a file next to the program of a release build, and returns its path.
pub(super) fn write_next_to_it(
    candidate: &Candidate,
    name: &str,
    text: &str,
) -> Result<PathBuf, Box<dyn Error>> {
    let folder = candidate.target.join("release");
    fs::create_dir_all(&folder)?;
    let file = folder.join(name);
    fs::write(&file, text)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_listed_once() {
        let tree = "own v1.0.0 (/r/own)\na v2.0.0\na v2.0.0 (*)\n";
        assert_eq!(in_tree(tree), BTreeSet::from(["a 2.0.0".to_owned(), "own 1.0.0".to_owned()]));
    }
}
