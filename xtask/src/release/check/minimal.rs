//! The least versions that the manifests allow: what they lower is built and tested with them.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    path::Path,
    process::Command,
};

use serde_json::Value;

use super::{outcome::Outcome, run, toolchain};
use crate::{
    release::candidate::{Candidate, list, text},
    tidy::layers,
    tools,
};

/// The versions of each package in a lock file.
type Locked = BTreeMap<String, BTreeSet<String>>;

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let copy = candidate.target.join("release-check/minimal-versions");
    run::copy_tree(&candidate.root, &copy)?;
    let resolver = resolve(&copy)?;
    let lowered = lowered(
        &locked(&std::fs::read_to_string(candidate.root.join("Cargo.lock"))?),
        &locked(&std::fs::read_to_string(copy.join("Cargo.lock"))?),
    );
    if lowered.is_empty() {
        return Ok(Outcome::Passed(format!("{resolver}: the lock file has the least versions already")));
    }
    let list =
        lowered.iter().map(|(name, version)| format!("{name} {version}")).collect::<Vec<_>>().join(", ");
    println!("{resolver} lowers {list}");
    let metadata =
        run::stdout(&mut run::cargo_in(&copy, &["metadata", "--format-version", "1", "--locked"]))?;
    let concerned = concerned(candidate, &serde_json::from_str(&metadata)?, &lowered);
    let programs: Vec<_> = concerned.iter().filter(|name| !layers::is_library(name)).copied().collect();
    let libraries: Vec<_> = concerned.iter().filter(|name| layers::is_library(name)).copied().collect();
    let passed = cargo(&copy, "check", &programs)? && cargo(&copy, "test", &libraries)?;
    let rest = candidate.packages.len() - concerned.len();
    Ok(if passed {
        Outcome::Passed(format!(
            "{resolver} lowers {}; of the packages that they reach, {} libraries pass their tests and {} others compile; \
             {rest} have the least versions already",
            count(lowered.len()),
            libraries.len(),
            programs.len()
        ))
    } else {
        Outcome::Failed(format!("raise a bound in Cargo.toml, of one of {list}; see above"))
    })
}

fn count(packages: usize) -> String {
    if packages == 1 { "1 package".to_owned() } else { format!("{packages} packages") }
}

/// Locks the least version of each direct dependency, and returns what did it. Cargo has this resolver behind an unstable
/// option, which the stable cargo accepts like the compiler: by an environment variable. Nothing is compiled with it.
fn resolve(copy: &Path) -> Result<&'static str, Box<dyn Error>> {
    std::fs::remove_file(copy.join("Cargo.lock"))?;
    let arguments = ["update", "--quiet", "-Z", "direct-minimal-versions"];
    // By its whole name: that of a nightly may end in a date.
    if let Some(nightly) = toolchain::installed()?.iter().find(|name| name.starts_with("nightly")) {
        run::stdout(toolchain::cargo(nightly).current_dir(copy).args(arguments))?;
        return Ok("nightly cargo");
    }
    let mut cargo: Command = run::cargo_in(copy, &arguments);
    run::stdout(cargo.env("RUSTC_BOOTSTRAP", "1"))?;
    Ok("stable cargo with its unstable resolver")
}

/// Runs `cargo check` or `cargo test` for packages, with all features.
fn cargo(copy: &Path, command: &str, packages: &[&str]) -> Result<bool, Box<dyn Error>> {
    if packages.is_empty() {
        return Ok(true);
    }
    let mut cargo = run::cargo_in(copy, &[command, "--locked", "--all-features"]);
    cargo.arg("--target-dir").arg(copy.join("target"));
    for package in packages {
        cargo.args(["--package", package]);
    }
    run::shown(&mut cargo)
}

/// The packages of a lock file.
fn locked(lock: &str) -> Locked {
    let mut packages = Locked::new();
    let mut name = "";
    for line in lock.lines() {
        if let Some(value) = line.strip_prefix("name = ") {
            name = value.trim_matches('"');
        } else if let Some(value) = line.strip_prefix("version = ")
            && !name.is_empty()
        {
            packages.entry(name.to_owned()).or_default().insert(value.trim_matches('"').to_owned());
            name = "";
        }
    }
    packages
}

/// The packages in `least` whose version is lower than each in `usual`. A higher one is a dependency of a dependency with a
/// newer release.
fn lowered(usual: &Locked, least: &Locked) -> BTreeMap<String, String> {
    let mut lowered = BTreeMap::new();
    for (name, versions) in least {
        let Some(known) = usual.get(name).and_then(|known| known.iter().map(|it| tools::version(it)).min())
        else {
            continue;
        };
        if let Some(version) = versions.iter().find(|version| tools::version(version) < known) {
            lowered.insert(name.clone(), version.clone());
        }
    }
    lowered
}

/// The published packages that reach a lowered package, by whatever kind of dependency.
fn concerned<'a>(
    candidate: &'a Candidate,
    metadata: &Value,
    lowered: &BTreeMap<String, String>,
) -> Vec<&'a str> {
    let names: BTreeMap<&str, &str> = list(&metadata["packages"])
        .iter()
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let edges: BTreeMap<&str, Vec<&str>> = list(&metadata["resolve"]["nodes"])
        .iter()
        .map(|node| (text(&node["id"]), list(&node["deps"]).iter().map(|it| text(&it["pkg"])).collect()))
        .collect();
    let reaches = |name: &str| {
        let (mut seen, mut open) = (BTreeSet::new(), Vec::new());
        open.extend(names.iter().filter(|(_, other)| **other == name).map(|(id, _)| *id));
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(edges.get(id).into_iter().flatten());
            }
        }
        seen.iter().any(|id| names.get(id).is_some_and(|name| lowered.contains_key(*name)))
    };
    candidate.packages.iter().map(|package| package.name.as_str()).filter(|name| reaches(name)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_below_those_of_the_other_lock_file_are_lowered() {
        let usual = locked(
            "version = 4\n\n[[package]]\nname = \"a\"\nversion = \"1.1.0\"\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n",
        );
        let least = locked(
            "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\ndependencies = [\n \"b\",\n]\n\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n",
        );
        assert_eq!(lowered(&usual, &least), BTreeMap::from([("a".to_owned(), "1.0.0".to_owned())]));
        assert!(lowered(&usual, &usual).is_empty());
        assert!(lowered(&least, &usual).is_empty(), "a newer one");
    }

    #[test]
    fn packages_that_reach_a_lowered_one_are_concerned() {
        let metadata = json!({
            "packages": [{"id": "1", "name": "one"}, {"id": "2", "name": "two"}, {"id": "3", "name": "three"},
                         {"id": "4", "name": "deep"}],
            "resolve": {"nodes": [
                {"id": "1", "deps": [{"pkg": "2"}]}, {"id": "2", "deps": [{"pkg": "4"}]},
                {"id": "3", "deps": []}, {"id": "4", "deps": []},
            ]},
        });
        let package =
            |name: &str| json!({"name": name, "version": "1.0.0", "manifest_path": "/r/Cargo.toml"});
        let candidate = Candidate::from_metadata(&json!({
            "packages": [package("one"), package("two"), package("three")],
            "workspace_root": "/r", "target_directory": "/r/target",
        }))
        .unwrap();
        let lowered = BTreeMap::from([("deep".to_owned(), "1.0.0".to_owned())]);
        assert_eq!(concerned(&candidate, &metadata, &lowered), ["one", "two"]);
    }
}
