//! `cargo xtask release`: what would be released, whether it may be, and the upload.

#[allow(dead_code, reason = "the first checks follow")]
mod candidate;
#[allow(dead_code, reason = "the first checks follow")]
mod check;
mod plan;
mod publish;

use std::{error::Error, process::ExitCode};

const HELP: &str = "\
cargo xtask release COMMAND

  plan      print what would be released: packages in order, version, changelog, changes of the public APIs
  check     run every check of a release, and print a table of the results
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
        "publish" => publish::main(arguments),
        other => Err(format!("no command `release {other}`; `cargo xtask release --help` lists them").into()),
    }
}
