//! `cargo xtask metadata`, `metadata-roots` and `metadata-served`: the program of `xtask/metadata`, with its arguments.

use std::{error::Error, process::ExitCode};

use crate::{programs, tools};

pub(crate) fn main(command: &str, mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    tools::exit_code(programs::command("xtask-metadata")?.arg(command).args(arguments.raw_args()?))
}
