//! The toolchains that rustup has here.

use std::{error::Error, process::Command};

use super::run;
use crate::tools;

/// The names of the toolchains; none without rustup.
pub(super) fn installed() -> Result<Vec<String>, Box<dyn Error>> {
    if tools::find("rustup").is_none() {
        return Ok(Vec::new());
    }
    let list = run::stdout(Command::new("rustup").args(["toolchain", "list"]))?;
    Ok(list.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect())
}

/// The cargo of another toolchain.
pub(super) fn cargo(toolchain: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.arg(format!("+{toolchain}"));
    // Set by the cargo that started this program.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        cargo.env_remove(variable);
    }
    cargo
}
