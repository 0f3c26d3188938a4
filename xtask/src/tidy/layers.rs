//! A layer depends only on layers below it, and no library on a package that fetches time, randomness, storage or
//! network.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use serde_json::Value;

use crate::{
    finding::Finding,
    tools,
    workspace::{Package, Workspace},
};

/// The place of the table, for messages.
const HERE: &str = "xtask/src/tidy/layers.rs";

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
const LAYERS: [Layer; 15] = [
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
    // Independent of `countersign`, by the traits of the layer below.
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
    // Explains what the layers below read. It uses them all by `countersign` and `countersign-metadata`.
    Layer {
        package: "countersign-inspect",
        may_use: &["countersign", "countersign-metadata", "countersign-authenticator"],
        kind: Kind::Library,
    },
    // Databases, without HTTP.
    Layer { package: "countersign-store", may_use: &["countersign"], kind: Kind::Program },
    // HTTP over any store. It uses the names and texts of the crate of stores, and its databases in tests and examples.
    Layer {
        package: "countersign-axum",
        may_use: &["countersign", "countersign-store", "countersign-authenticator"],
        kind: Kind::Program,
    },
    Layer {
        package: "countersign-server",
        may_use: &[
            "countersign",
            "countersign-metadata",
            "countersign-inspect",
            "countersign-store",
            "countersign-axum",
            "countersign-authenticator",
        ],
        kind: Kind::Program,
    },
    Layer {
        package: "countersign-cli",
        may_use: &[
            "countersign",
            "countersign-metadata",
            "countersign-inspect",
            "countersign-store",
            "countersign-server",
            "countersign-authenticator",
            "countersign-conformance",
        ],
        kind: Kind::Program,
    },
    // A dependency for tests of every crate above `countersign-cose`, so it needs the verifying side in its own tests only.
    Layer {
        package: "countersign-authenticator",
        may_use: &["countersign-types", "countersign-cose", "countersign"],
        kind: Kind::Library,
    },
    // The guides' program and examples: the code of a user of the top library.
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
    // The checks of the repository build without the libraries; one of their tests compares codes.
    Layer { package: "xtask", may_use: &["countersign-types"], kind: Kind::Program },
    Layer {
        package: "xtask-metadata",
        may_use: &["countersign", "countersign-metadata", "countersign-authenticator"],
        kind: Kind::Program,
    },
];

/// Packages that would bring a runtime, a socket, a database or an entropy source into a library, directly or not.
const FORBIDDEN: [&str; 15] = [
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
    "tokio-postgres",
    "ureq",
];

/// The packages of the workspace, by cargo.
pub(super) fn packages() -> Result<Vec<Package>, Box<dyn Error>> {
    let output = tools::cargo(&["metadata", "--format-version", "1", "--locked"]).output()?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let members = strings(&metadata["workspace_members"]);
    let packages =
        list(&metadata["packages"]).iter().filter(|package| members.contains(text(&package["id"])));
    let package = |package: &Value| Package {
        name: text(&package["name"]).to_owned(),
        dependencies: list(&package["dependencies"]).iter().map(|it| text(&it["name"]).to_owned()).collect(),
        reaches: reaches(&metadata, text(&package["id"])),
        features: features(&package["features"]),
    };
    Ok(packages.map(package).collect())
}

fn features(package: &Value) -> BTreeMap<String, Vec<String>> {
    let features = package.as_object().into_iter().flatten();
    let enables = |on: &Value| list(on).iter().map(|it| text(it).to_owned()).collect();
    features.map(|(name, on)| (name.clone(), enables(on))).collect()
}

/// The names of all packages that a package links, at any depth.
fn reaches(metadata: &Value, from: &str) -> BTreeSet<String> {
    let nodes = list(&metadata["resolve"]["nodes"]);
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(id) = open.pop() {
        let Some(node) = nodes.iter().find(|node| node["id"] == id) else { continue };
        let is_linked =
            |dependency: &&Value| list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null());
        let linked = list(&node["deps"]).iter().filter(is_linked);
        open.extend(linked.map(|dependency| text(&dependency["pkg"])).filter(|id| seen.insert(*id)));
    }
    let packages = list(&metadata["packages"]).iter().filter(|package| seen.contains(text(&package["id"])));
    packages.map(|package| text(&package["name"]).to_owned()).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn strings(value: &Value) -> BTreeSet<&str> {
    list(value).iter().map(text).collect()
}

fn layer(package: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.package == package)
}

/// Whether the package is one of the library layers.
pub(crate) fn is_library(package: &str) -> bool {
    layer(package).is_some_and(|layer| layer.kind == Kind::Library)
}

fn manifest(package: &str) -> String {
    match package {
        "xtask" => "xtask/Cargo.toml".to_owned(),
        "xtask-metadata" => "xtask/metadata/Cargo.toml".to_owned(),
        _ => format!("crates/{package}/Cargo.toml"),
    }
}

pub(super) fn only_on_layers_below(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let ours: BTreeSet<_> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    for package in &workspace.packages {
        let mut find = |what: String| findings.push(Finding::new(manifest(&package.name), what));
        let Some(layer) = layer(&package.name) else {
            find(format!("`{}` has no place among the layers: add it to `LAYERS` in {HERE}", package.name));
            continue;
        };
        for used in package.dependencies.iter().filter(|name| ours.contains(name.as_str())) {
            if !layer.may_use.contains(&used.as_str()) {
                find(format!("`{}` may not depend on `{used}`, by `LAYERS` in {HERE}", package.name));
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
            Package { name: (*name).to_owned(), dependencies: reaches.clone(), reaches, ..Package::default() }
        };
        Workspace { packages: packages.iter().map(package).collect(), ..Workspace::default() }
    }

    #[test]
    fn a_dependency_on_a_layer_above_is_found() {
        let downward = [("countersign-types", &["serde"][..]), ("countersign-cose", &["countersign-types"])];
        assert_eq!(only_on_layers_below(&workspace(&downward)), []);
        let upward = [("countersign-types", &["countersign-cose"][..]), ("countersign-cose", &["serde"])];
        let findings = only_on_layers_below(&workspace(&upward));
        assert_eq!(
            findings[0].what,
            "`countersign-types` may not depend on `countersign-cose`, by `LAYERS` in xtask/src/tidy/layers.rs"
        );
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
        let packages = packages().unwrap();
        let named = |name: &str| packages.iter().find(|package| package.name == name).unwrap();
        assert!(named("countersign").reaches.contains("serde_core"), "by way of serde");
        assert!(!named("countersign").reaches.contains("proptest"), "a dependency of tests");
        assert!(named("countersign").dependencies.contains("proptest"));
        assert!(named("countersign-server").reaches.contains("tokio"));
        assert_eq!(named("countersign-types").features["default"], ["std"]);
        assert_eq!(packages.len(), LAYERS.len());
    }
}
