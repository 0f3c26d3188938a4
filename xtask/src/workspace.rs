//! The input of the checks: the files, and the packages.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::Tree;

/// The parts of a package's metadata that the checks need.
#[derive(Debug, Default, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// The names of all direct dependencies, those for tests and builds included.
    pub(crate) dependencies: BTreeSet<String>,
    /// The names of all packages that are linked into it, at any depth.
    pub(crate) reaches: BTreeSet<String>,
    /// The features, with what each enables.
    pub(crate) features: BTreeMap<String, Vec<String>>,
}

/// The files and packages of the repository.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub(crate) tree: Tree,
    pub(crate) packages: Vec<Package>,
}

impl Workspace {
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self { tree: Tree::of(files), ..Self::default() }
    }
}
