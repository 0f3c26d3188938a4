//! What rustdoc writes: pages for people, and JSON for the checks.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::run;
use crate::{
    release::candidate::{Candidate, Package},
    tools,
};

/// The pages of all packages, made anew, with warnings as errors; `None` if one came.
pub(super) fn pages(candidate: &Candidate) -> Result<Option<PathBuf>, Box<dyn Error>> {
    // rustdoc removes no page of an item that is gone.
    let folder = candidate.target.join("doc");
    if folder.exists() {
        run::stdout(&mut tools::cargo(&["clean", "--doc", "--quiet"]))?;
    }
    let mut cargo = tools::cargo(&["doc", "--locked", "--workspace", "--all-features", "--no-deps"]);
    cargo.env("RUSTDOCFLAGS", "-D warnings");
    Ok(run::shown(&mut cargo)?.then_some(folder))
}

/// The JSON of each library with all features, in the same order.
pub(super) fn json(candidate: &Candidate, packages: &[&Package]) -> Result<Vec<Value>, Box<dyn Error>> {
    let names: Vec<_> = packages.iter().map(|package| package.name.as_str()).collect();
    json_in(&candidate.root, &candidate.target, &names)
}

/// The JSON of these libraries of the workspace in a folder, with all features, in the same order.
pub(in crate::release) fn json_in(
    root: &Path,
    target: &Path,
    libraries: &[&str],
) -> Result<Vec<Value>, Box<dyn Error>> {
    let folder = target.join("doc");
    let files: Vec<_> =
        libraries.iter().map(|name| folder.join(format!("{}.json", name.replace('-', "_")))).collect();
    // A file from before would hide that none is written.
    files.iter().filter(|file| file.exists()).try_for_each(fs::remove_file)?;
    // All of the workspace at once, as for the pages, so that the dependencies have the same features and are built already.
    let arguments =
        ["doc", "--locked", "--workspace", "--lib", "--all-features", "--no-deps", "--target-dir"];
    let mut cargo = run::cargo_in(root, &arguments);
    cargo
        .arg(target)
        .env("RUSTDOC", unlocked(target)?)
        .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json");
    run::stdout(&mut cargo)?;
    let mut jsons = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        jsons.push(serde_json::from_str(&text)?);
    }
    Ok(jsons)
}

/// A rustdoc with its unstable options. As a script around it, so that no other program sees the variable: cargo would build all
/// dependencies again.
fn unlocked(target: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let folder = target.join("release-check");
    fs::create_dir_all(&folder)?;
    let script = folder.join("rustdoc");
    fs::write(&script, "#!/bin/sh\nRUSTC_BOOTSTRAP=1 exec rustdoc \"$@\"\n")?;
    run::stdout(Command::new("chmod").arg("+x").arg(&script))?;
    Ok(script)
}
