//! The repository, and cargo-mutants.

use std::{error::Error, path::Path, process::Command};

/// The root of the repository, two folders above this package.
pub(super) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

/// Installs cargo-mutants from crates.io, unless it is there.
pub(super) fn install_cargo_mutants() -> Result<(), Box<dyn Error>> {
    let answers = Command::new("cargo").args(["mutants", "--version"]).output();
    let is_there = answers.is_ok_and(|output| output.status.success());
    if !is_there && !Command::new("cargo").args(["install", "--locked", "cargo-mutants"]).status()?.success()
    {
        return Err("cargo-mutants can't be installed".into());
    }
    Ok(())
}
