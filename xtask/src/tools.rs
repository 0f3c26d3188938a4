//! Cargo's subcommands that a command here needs, installed where they are missing.

use std::{error::Error, process::Command};

/// Whether the command can be started and succeeds.
pub(crate) fn answers(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

/// Installs `cargo NAME` from crates.io, if it isn't there.
pub(crate) fn install(name: &str) -> Result<(), Box<dyn Error>> {
    let package = format!("cargo-{name}");
    if !answers(Command::new("cargo").args([name, "--version"]))
        && !Command::new("cargo").args(["install", "--locked", &package]).status()?.success()
    {
        return Err(format!("{package} can't be installed").into());
    }
    Ok(())
}
