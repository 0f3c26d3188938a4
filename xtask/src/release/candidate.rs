//! What would be released: the packages of the workspace that are published, in the order of their dependencies, as
//! `cargo metadata` lists them.

use std::{
    collections::BTreeSet,
    error::Error,
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::tools;

/// The packages of one release.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// The root of the repository.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// The version of every package.
    pub(crate) version: String,
    /// The packages, each after those that it depends on.
    pub(crate) packages: Vec<Package>,
}

/// A package that is published.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    /// The folder of its `Cargo.toml`.
    pub(crate) folder: PathBuf,
    /// The published packages that must be in the registry before it.
    pub(crate) needs: BTreeSet<String>,
    /// The package as `cargo metadata` describes it.
    pub(crate) metadata: Value,
}

impl Candidate {
    /// Reads the workspace of this repository.
    pub(crate) fn read() -> Result<Self, Box<dyn Error>> {
        let output =
            tools::cargo(&["metadata", "--format-version", "1", "--locked", "--no-deps"]).output()?;
        if !output.status.success() {
            return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(Self::from_metadata(&serde_json::from_slice(&output.stdout)?)?)
    }

    /// Reads the output of `cargo metadata --no-deps`.
    pub(crate) fn from_metadata(metadata: &Value) -> Result<Self, String> {
        let all = list(&metadata["packages"]);
        let published: BTreeSet<&str> = all
            .iter()
            .filter(|package| is_published(package))
            .map(|package| text(&package["name"]))
            .collect();
        let packages = all
            .iter()
            .filter(|package| published.contains(text(&package["name"])))
            .map(|package| Package::from_metadata(package, &published))
            .collect::<Result<Vec<_>, _>>()?;
        let packages = in_order(packages)?;
        let version =
            packages.first().map(|package| package.version.clone()).ok_or("no package is published")?;
        if let Some(other) = packages.iter().find(|package| package.version != version) {
            return Err(format!(
                "one version for all packages of a release: `{}` has {}, another has {version}",
                other.name, other.version
            ));
        }
        Ok(Self {
            root: PathBuf::from(text(&metadata["workspace_root"])),
            target: PathBuf::from(text(&metadata["target_directory"])),
            version,
            packages,
        })
    }
}

impl Candidate {
    /// The packages with a library, programs with one included.
    pub(crate) fn libraries(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| {
            list(&package.metadata["targets"])
                .iter()
                .any(|target| list(&target["kind"]).iter().any(|kind| kind == "lib"))
        })
    }
}

impl Package {
    fn from_metadata(package: &Value, published: &BTreeSet<&str>) -> Result<Self, String> {
        let name = text(&package["name"]);
        let mut needs = BTreeSet::new();
        for dependency in list(&package["dependencies"]).iter().filter(|it| !it["path"].is_null()) {
            let on = text(&dependency["name"]);
            // Cargo removes a dependency without a version from the published manifest if only tests need it.
            if dependency["req"] == "*" {
                if dependency["kind"] != "dev" {
                    return Err(format!("`{name}` depends on `{on}` without a version"));
                }
            } else if published.contains(on) {
                needs.insert(on.to_owned());
            } else {
                return Err(format!("`{name}` depends on `{on}`, which is not published"));
            }
        }
        let manifest = Path::new(text(&package["manifest_path"]));
        Ok(Self {
            name: name.to_owned(),
            version: text(&package["version"]).to_owned(),
            folder: manifest.parent().unwrap_or(manifest).to_owned(),
            needs,
            metadata: package.clone(),
        })
    }
}

/// `publish = false` is an empty list of registries; no statement is `null`.
fn is_published(package: &Value) -> bool {
    package["publish"].as_array().is_none_or(|registries| !registries.is_empty())
}

/// Sorts the packages so that each is after those that it needs; by name if the dependencies leave a choice.
fn in_order(mut open: Vec<Package>) -> Result<Vec<Package>, String> {
    open.sort_by(|a, b| a.name.cmp(&b.name));
    let (mut done, mut order) = (BTreeSet::new(), Vec::new());
    while !open.is_empty() {
        let Some(next) = open.iter().position(|package| package.needs.is_subset(&done)) else {
            let names: Vec<_> = open
                .iter()
                .map(|package| {
                    let missing: Vec<_> = package.needs.difference(&done).map(String::as_str).collect();
                    format!("`{}` needs {}", package.name, missing.join(", "))
                })
                .collect();
            return Err(format!(
                "no order of publishing, because dependencies form a circle: {}; a dependency that only tests need is \
                 left out of it if it has a path and no version",
                names.join("; ")
            ));
        };
        let package = open.remove(next);
        done.insert(package.name.clone());
        order.push(package);
    }
    Ok(order)
}

pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A dependency: its name, kind and requirement.
    type Dependency = (&'static str, Option<&'static str>, &'static str);

    fn package(name: &str, version: &str, dependencies: &[Dependency]) -> Value {
        let dependencies: Vec<_> = dependencies
            .iter()
            .map(|(name, kind, req)| json!({"name": name, "kind": kind, "req": req, "path": format!("/r/{name}")}))
            .collect();
        json!({
            "name": name, "version": version, "publish": null, "dependencies": dependencies,
            "manifest_path": format!("/r/crates/{name}/Cargo.toml"),
        })
    }

    fn read(packages: &[Value]) -> Result<Candidate, String> {
        Candidate::from_metadata(
            &json!({"packages": packages, "workspace_root": "/r", "target_directory": "/r/target"}),
        )
    }

    fn names(candidate: &Candidate) -> Vec<&str> {
        candidate.packages.iter().map(|package| package.name.as_str()).collect()
    }

    #[test]
    fn each_package_is_after_those_that_it_depends_on() {
        let candidate = read(&[
            package("a", "1.0.0", &[("b", None, "^1.0.0"), ("d", Some("dev"), "^1.0.0")]),
            package("b", "1.0.0", &[("c", Some("build"), "^1.0.0")]),
            package("c", "1.0.0", &[]),
            package("d", "1.0.0", &[("b", None, "^1.0.0")]),
        ])
        .unwrap();
        assert_eq!(names(&candidate), ["c", "b", "d", "a"]);
        assert_eq!(candidate.version, "1.0.0");
        assert_eq!(candidate.packages[0].folder, Path::new("/r/crates/c"));
    }

    #[test]
    fn a_circle_is_an_error_that_names_it() {
        let circle = |requirement| {
            read(&[
                package("a", "1.0.0", &[("b", None, "^1.0.0")]),
                package("b", "1.0.0", &[("a", Some("dev"), requirement)]),
                package("c", "1.0.0", &[]),
            ])
        };
        let error = circle("^1.0.0").unwrap_err();
        assert!(error.contains("`a` needs b; `b` needs a"), "{error}");
        assert_eq!(names(&circle("*").unwrap()), ["b", "a", "c"], "a path alone is removed at publishing");
    }

    #[test]
    fn a_dependency_that_users_would_lack_is_an_error() {
        let mut private = package("b", "1.0.0", &[]);
        private["publish"] = json!([]);
        let error = read(&[package("a", "1.0.0", &[("b", None, "^1.0.0")]), private.clone()]).unwrap_err();
        assert_eq!(error, "`a` depends on `b`, which is not published");
        let error =
            read(&[package("a", "1.0.0", &[("b", None, "*")]), package("b", "1.0.0", &[])]).unwrap_err();
        assert_eq!(error, "`a` depends on `b` without a version");
        assert_eq!(names(&read(&[package("a", "1.0.0", &[]), private]).unwrap()), ["a"]);
    }

    #[test]
    fn two_versions_are_an_error() {
        let error = read(&[package("a", "1.0.0", &[]), package("b", "1.0.1", &[])]).unwrap_err();
        assert!(error.contains("`b` has 1.0.1, another has 1.0.0"), "{error}");
    }

    #[test]
    fn the_tools_of_the_repository_are_not_published() {
        let candidate = Candidate::read().unwrap();
        let expected = [
            "countersign-types",
            "countersign-cose",
            "countersign-authenticator",
            "countersign-attestation",
            "countersign",
            "countersign-conformance",
            "countersign-metadata",
            "countersign-inspect",
            "countersign-store",
            "countersign-axum",
            "countersign-server",
            "countersign-cli",
        ];
        assert_eq!(names(&candidate), expected);
    }
}
