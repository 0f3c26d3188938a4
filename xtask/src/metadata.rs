//! `cargo xtask metadata`, `metadata-roots` and `metadata-served`: the program of `xtask/metadata`, with its arguments.

use std::{error::Error, process::ExitCode};

use crate::tools;

pub(crate) fn main(command: &str, mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut cargo = tools::cargo_run("xtask-metadata");
    tools::exit_code(cargo.args(["--", command]).args(arguments.raw_args()?))
}
