//! `cargo xtask release`: what would be released, whether it may be, and the upload.

mod api;
mod archive;
mod candidate;
mod changelog;
mod check;
mod git;
mod plan;
mod publish;
mod registry;
mod rehearsal;
mod stand_in;
mod upload;

use std::{error::Error, process::ExitCode};

const HELP: &str = "\
cargo xtask release COMMAND

  plan      print what would be released: packages in order, version, changelog, changes of the public APIs
  check     run every check of a release, and print a table of the results
  rehearse  publish to a registry on this machine, and test each package as a user gets it
  publish   publish the packages in order; with --dry-run do everything but the upload

`cargo xtask release COMMAND --help` describes a command. RELEASING.md describes a release from start to end.
";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let command = match arguments.next()? {
        Some(lexopt::Arg::Value(command)) => command.to_string_lossy().into_owned(),
        Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) | None => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "plan" => plan::main(arguments),
        "check" => check::main(arguments),
        "rehearse" => rehearsal::main(arguments),
        "publish" => publish::main(arguments),
        other => Err(format!("no command `release {other}`; `cargo xtask release --help` lists them").into()),
    }
}
