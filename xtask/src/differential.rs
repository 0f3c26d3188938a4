//! `cargo xtask differential`: the program of that name in `benches/`, a workspace of its own, with its arguments.

use std::{error::Error, process::ExitCode};

use crate::tools;

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["run", "--quiet", "--locked", "--manifest-path", "benches/Cargo.toml"]);
    cargo.args([
        "--target-dir",
        "target",
        "--profile",
        "differential",
        "--features",
        "differential",
        "--bin",
        "differential",
        "--",
    ]);
    tools::exit_code(cargo.args(arguments.raw_args()?))
}
