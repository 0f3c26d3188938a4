//! `cargo xtask mutants`: the program of `xtask/mutants`, a workspace of its own, with its arguments.

use std::{error::Error, process::ExitCode};

use crate::tools;

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut cargo =
        tools::cargo(&["run", "--quiet", "--locked", "--manifest-path", "xtask/mutants/Cargo.toml"]);
    cargo.args(["--target-dir", "target", "--"]);
    tools::exit_code(cargo.args(arguments.raw_args()?))
}
