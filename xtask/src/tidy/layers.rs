//! A layer depends only on layers below it, and the libraries on nothing that fetches time, randomness,
//! storage or network for itself.

use std::{collections::BTreeSet, error::Error, path::Path};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, PackageId};

use super::{Finding, Workspace};

/// One package of the workspace and the others that it may depend on, for tests too.
struct Layer {
    package: &'static str,
    may_use: &'static [&'static str],
    kind: Kind,
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Kind {
    /// Takes time, randomness, storage and network as arguments.
    Library,
    /// May fetch them.
    Program,
}

/// From the bottom up. A package that is not here is a finding: its place has to be decided.
const LAYERS: [Layer; 11] = [
    Layer { package: "countersign-types", may_use: &[], kind: Kind::Library },
    Layer { package: "countersign-cose", may_use: &["countersign-types"], kind: Kind::Library },
    Layer {
        package: "countersign-attestation",
        may_use: &["countersign-types", "countersign-cose", "countersign-authenticator"],
        kind: Kind::Library,
    },
    Layer {
        package: "countersign",
        may_use: &[
            "countersign-types",
            "countersign-cose",
            "countersign-attestation",
            "countersign-authenticator",
        ],
        kind: Kind::Library,
    },
    // Beside `countersign`: either works without the other, by way of the traits of the layer below.
    Layer {
        package: "countersign-metadata",
        may_use: &[
            "countersign-types",
            "countersign-cose",
            "countersign-attestation",
            "countersign-authenticator",
        ],
        kind: Kind::Library,
    },
    Layer {
        package: "countersign-server",
        may_use: &["countersign", "countersign-metadata", "countersign-authenticator"],
        kind: Kind::Program,
    },
    Layer {
        package: "countersign-cli",
        may_use: &["countersign", "countersign-metadata", "countersign-server", "countersign-authenticator"],
        kind: Kind::Program,
    },
    // A dependency for tests of every crate above `countersign-cose`, so it needs the verifying side in its own tests only.
    Layer {
        package: "countersign-authenticator",
        may_use: &["countersign-types", "countersign-cose", "countersign"],
        kind: Kind::Library,
    },
    // The guides' program and examples: what a user of the top library writes.
    Layer {
        package: "countersign-guide",
        may_use: &["countersign", "countersign-metadata", "countersign-authenticator"],
        kind: Kind::Program,
    },
    // Cases for any relying party, and the two that they are run on and made by here.
    Layer {
        package: "countersign-conformance",
        may_use: &["countersign", "countersign-authenticator"],
        kind: Kind::Program,
    },
    // The conformance cases are run on what every user has, the public API of the top library, and made by the software
    // authenticator.
    Layer {
        package: "xtask",
        may_use: &["countersign", "countersign-metadata", "countersign-authenticator"],
        kind: Kind::Program,
    },
];

/// What would bring a runtime, a socket, a database or an entropy source into a library, directly or not.
const FORBIDDEN: [&str; 14] = [
    "async-std",
    "axum",
    "getrandom",
    "hyper",
    "mio",
    "openssl-sys",
    "rand",
    "reqwest",
    "rusqlite",
    "rustls",
    "smol",
    "sqlx",
    "tokio",
    "ureq",
];

/// What the checks need of a package's metadata.
#[derive(Debug, Default, Clone)]
pub(super) struct Package {
    pub(super) name: String,
    /// The names of all direct dependencies, those for tests and builds too.
    pub(super) dependencies: BTreeSet<String>,
    /// The names of all packages that are linked into it, at any depth.
    pub(super) reaches: BTreeSet<String>,
}

/// The packages of the workspace.
pub(super) fn packages(root: &Path) -> Result<Vec<Package>, Box<dyn Error>> {
    let metadata = MetadataCommand::new().manifest_path(root.join("Cargo.toml")).exec()?;
    let packages = metadata.workspace_packages().into_iter().map(|package| Package {
        name: package.name.to_string(),
        dependencies: package.dependencies.iter().map(|dependency| dependency.name.clone()).collect(),
        reaches: reaches(&metadata, &package.id),
    });
    Ok(packages.collect())
}

fn reaches(metadata: &Metadata, from: &PackageId) -> BTreeSet<String> {
    let Some(resolve) = &metadata.resolve else { return BTreeSet::new() };
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(id) = open.pop() {
        let Some(node) = resolve.nodes.iter().find(|node| node.id == *id) else { continue };
        let linked = node
            .deps
            .iter()
            .filter(|dependency| dependency.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
        open.extend(linked.map(|dependency| &dependency.pkg).filter(|id| seen.insert(*id)));
    }
    metadata
        .packages
        .iter()
        .filter(|package| seen.contains(&package.id))
        .map(|p| p.name.to_string())
        .collect()
}

fn layer(package: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.package == package)
}

/// Whether the package is one of the library layers.
pub(super) fn is_library(package: &str) -> bool {
    layer(package).is_some_and(|layer| layer.kind == Kind::Library)
}

fn manifest(package: &str) -> String {
    if package == "xtask" { "xtask/Cargo.toml".to_owned() } else { format!("crates/{package}/Cargo.toml") }
}

pub(super) fn only_on_layers_below(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ours: BTreeSet<_> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    for package in &workspace.packages {
        let mut find = |what: String| findings.push(Finding::new(manifest(&package.name), what));
        let Some(layer) = layer(&package.name) else {
            find(format!("`{}` has no place among the layers (xtask/src/tidy/layers.rs)", package.name));
            continue;
        };
        for used in package.dependencies.iter().filter(|name| ours.contains(name.as_str())) {
            if !layer.may_use.contains(&used.as_str()) {
                find(format!("`{}` may not depend on `{used}`", package.name));
            }
        }
    }
    findings
}

pub(super) fn nothing_forbidden_below_the_server(workspace: &Workspace) -> Vec<Finding> {
    let libraries = workspace.packages.iter().filter(|package| is_library(&package.name));
    libraries
        .flat_map(|package| {
            FORBIDDEN.iter().filter(|name| package.reaches.contains(**name)).map(|name| {
                Finding::new(
                    manifest(&package.name),
                    format!("`{}` is a library and reaches `{name}`", package.name),
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace(packages: &[(&str, &[&str])]) -> Workspace {
        let package = |(name, reaches): &(&str, &[&str])| {
            let reaches: BTreeSet<_> = reaches.iter().map(|name| (*name).to_owned()).collect();
            Package { name: (*name).to_owned(), dependencies: reaches.clone(), reaches }
        };
        Workspace { packages: packages.iter().map(package).collect(), ..Workspace::default() }
    }

    #[test]
    fn a_dependency_on_a_layer_above_is_found() {
        let downward = [("countersign-types", &["serde"][..]), ("countersign-cose", &["countersign-types"])];
        assert_eq!(only_on_layers_below(&workspace(&downward)), []);
        let upward = [("countersign-types", &["countersign-cose"][..]), ("countersign-cose", &["serde"])];
        let findings = only_on_layers_below(&workspace(&upward));
        assert_eq!(findings[0].what, "`countersign-types` may not depend on `countersign-cose`");
    }

    #[test]
    fn this_program_depends_on_the_top_library_alone() {
        let packages = [("countersign-cose", &[][..]), ("countersign", &[]), ("xtask", &["countersign"])];
        assert_eq!(only_on_layers_below(&workspace(&packages)), []);
        let packages = [("countersign-cose", &[][..]), ("xtask", &["countersign-cose"])];
        assert_eq!(only_on_layers_below(&workspace(&packages)).len(), 1);
    }

    #[test]
    fn a_package_without_a_layer_is_found() {
        assert_eq!(only_on_layers_below(&workspace(&[("countersign-new", &[])])).len(), 1);
    }

    #[test]
    fn a_library_that_reaches_a_runtime_is_found() {
        assert_eq!(nothing_forbidden_below_the_server(&workspace(&[("countersign-server", &["tokio"])])), []);
        assert_eq!(nothing_forbidden_below_the_server(&workspace(&[("countersign", &["tokio"])])).len(), 1);
    }

    #[test]
    fn the_metadata_is_read_with_what_each_package_reaches() {
        let packages = packages(crate::tools::root()).unwrap();
        let named = |name: &str| packages.iter().find(|package| package.name == name).unwrap();
        assert!(named("countersign").reaches.contains("serde_core"), "by way of serde");
        assert!(!named("countersign").reaches.contains("proptest"), "a dependency of tests");
        assert!(named("countersign").dependencies.contains("proptest"));
        assert!(named("countersign-server").reaches.contains("tokio"));
        assert_eq!(packages.len(), LAYERS.len());
    }
}
