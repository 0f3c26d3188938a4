//! The oldest compiler that each package states: what its dependencies state, what clippy knows of the standard library, and a
//! build with that compiler if it is installed.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
};

use serde_json::Value;

use super::{outcome::Outcome, run, toolchain};
use crate::{
    release::candidate::{Candidate, list, text},
    tools,
};

/// Features that need a newer compiler than their package states, named like the dependency that does. docs/FEATURES.md says
/// which one.
const NEWER: [&str; 1] = ["graviola"];

pub(super) fn dependencies(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let metadata =
        run::stdout(&mut tools::cargo(&["metadata", "--format-version", "1", "--locked", "--all-features"]))?;
    let problems = newer_dependencies(candidate, &serde_json::from_str(&metadata)?);
    Ok(Outcome::of(
        problems,
        "no dependency states a newer compiler than the package that needs it".to_owned(),
    ))
}

pub(super) fn code(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let mut clippy = tools::cargo(&["clippy", "--locked", "--lib", "--bins", "--all-features"]);
    for package in &candidate.packages {
        clippy.args(["--package", &package.name]);
    }
    if !run::shown(clippy.args(["--", "-D", "clippy::incompatible_msrv"]))? {
        return Ok(Outcome::Failed("newer parts of the standard library are used; see above".to_owned()));
    }
    Ok(match built(candidate)? {
        Ok(line) => Outcome::Passed(format!("clippy knows no newer part of the standard library; {line}")),
        Err(line) => Outcome::Failed(line),
    })
}

/// Builds the packages with the compilers that they state, as far as those are here.
fn built(candidate: &Candidate) -> Result<Result<String, String>, Box<dyn Error>> {
    let mut by_version: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for package in &candidate.packages {
        by_version.entry(text(&package.metadata["rust_version"])).or_default().push(&package.metadata);
    }
    let installed = toolchain::installed()?;
    let mut said = Vec::new();
    for (version, packages) in by_version {
        let Some(toolchain) = installed.iter().find(|name| is_version(name, version)) else {
            said.push(format!("not built with {version}, which is not installed here"));
            continue;
        };
        let mut cargo = toolchain::cargo(toolchain);
        cargo.current_dir(&candidate.root).args(["check", "--locked"]);
        cargo.arg("--target-dir").arg(candidate.target.join("release-check/msrv"));
        for package in packages {
            cargo.args(["--package", text(&package["name"]), "--features", &features(package)]);
        }
        if !run::shown(&mut cargo)? {
            return Ok(Err(format!("the build with {version} fails; see above")));
        }
        said.push(format!("built with {version}"));
    }
    Ok(Ok(said.join(", ")))
}

/// All features of a package but [`NEWER`], as an argument of cargo.
fn features(package: &Value) -> String {
    let all = package["features"].as_object().into_iter().flat_map(|features| features.keys());
    let kept: Vec<_> = all
        .filter(|feature| !NEWER.contains(&feature.as_str()))
        .map(|feature| format!("{}/{feature}", text(&package["name"])))
        .collect();
    kept.join(",")
}

/// Whether a toolchain's name is that of a version: `1.88.0-x86_64-unknown-linux-gnu` is 1.88.
fn is_version(toolchain: &str, version: &str) -> bool {
    toolchain.strip_prefix(version).is_some_and(|rest| rest.starts_with(['.', '-']) || rest.is_empty())
}

/// Dependencies that are linked into a package, or that build it, and that state a newer compiler than the package.
fn newer_dependencies(candidate: &Candidate, metadata: &Value) -> Vec<String> {
    let by_id: BTreeMap<&str, &Value> =
        list(&metadata["packages"]).iter().map(|package| (text(&package["id"]), package)).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"]["nodes"]).iter().map(|node| (text(&node["id"]), node)).collect();
    let mut problems = Vec::new();
    for package in &candidate.packages {
        let stated = tools::version(text(&package.metadata["rust_version"]));
        let (mut seen, mut open) = (BTreeSet::new(), vec![text(&package.metadata["id"])]);
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            let other = by_id.get(id).copied().unwrap_or(&Value::Null);
            if NEWER.contains(&text(&other["name"])) {
                continue;
            }
            if tools::version(text(&other["rust_version"])) > stated {
                problems.push(format!(
                    "{} states Rust {} and needs {} {}, which states {}",
                    package.name,
                    text(&package.metadata["rust_version"]),
                    text(&other["name"]),
                    text(&other["version"]),
                    text(&other["rust_version"])
                ));
            }
            let dependencies = nodes.get(id).map_or(&[][..], |node| list(&node["deps"]));
            let needed = dependencies
                .iter()
                .filter(|it| list(&it["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev"));
            open.extend(needed.map(|it| text(&it["pkg"])));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_toolchain_has_the_version_that_its_name_begins_with() {
        assert!(is_version("1.88.0-x86_64-unknown-linux-gnu", "1.88"));
        assert!(is_version("1.88-x86_64-unknown-linux-gnu", "1.88"));
        assert!(!is_version("1.88.0-x86_64-unknown-linux-gnu", "1.8"));
        assert!(!is_version("stable-x86_64-unknown-linux-gnu", "1.88"));
    }

    #[test]
    fn features_that_need_a_newer_compiler_are_left_out() {
        let package = json!({"name": "a", "features": {"default": [], "graviola": [], "jwk": []}});
        assert_eq!(features(&package), "a/default,a/jwk");
        assert_eq!(features(&json!({"name": "a", "features": {}})), "");
    }

    #[test]
    fn a_dependency_with_a_newer_compiler_is_found_unless_only_tests_need_it() {
        let found_in = |name: &str, kind: Value, version: &str| {
            let package = json!({"id": "a", "name": "a", "version": "1.0.0", "rust_version": "1.88", "manifest_path": "/r/Cargo.toml"});
            let candidate = Candidate::from_metadata(
                &json!({"packages": [package], "workspace_root": "/r", "target_directory": "/r/target"}),
            )
            .unwrap();
            let metadata = json!({
                "packages": [package, {"id": "b", "name": name, "version": "2.0.0", "rust_version": version}],
                "resolve": {"nodes": [
                    {"id": "a", "deps": [{"pkg": "b", "dep_kinds": [{"kind": kind}]}]}, {"id": "b", "deps": []},
                ]},
            });
            newer_dependencies(&candidate, &metadata)
        };
        let found = |kind, version| found_in("b", kind, version);
        assert_eq!(found(json!(null), "1.88.0"), [""; 0]);
        assert_eq!(found(json!(null), "1.89"), ["a states Rust 1.88 and needs b 2.0.0, which states 1.89"]);
        assert_eq!(found(json!("build"), "1.100").len(), 1);
        assert_eq!(found(json!("dev"), "1.89"), [""; 0]);
        assert_eq!(found_in("graviola", json!(null), "1.89"), [""; 0]);
    }
}
