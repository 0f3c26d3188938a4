//! `cargo xtask differential`: the program of that name in `benches/`, a workspace of its own, with its arguments.

use std::{error::Error, process::ExitCode};

use crate::tools;

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["run", "--quiet", "--locked", "--manifest-path", "benches/Cargo.toml"]);
    // Next to the other artefacts of benches, and never in the folder of their workspace.
    if std::env::var_os("CARGO_TARGET_DIR").is_none() {
        cargo.args(["--target-dir", "target/benches"]);
    }
    tools::exit_code(cargo.args(["--bin", "differential", "--"]).args(arguments.raw_args()?))
}
