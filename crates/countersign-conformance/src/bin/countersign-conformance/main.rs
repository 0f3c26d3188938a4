//! `countersign-conformance COMMAND`: runs suites on an implementation, and makes suites.

#![allow(clippy::print_stdout, reason = "a command-line program prints its results")]

mod run;
mod vectors;

use std::{error::Error, process::ExitCode};

const HELP: &str = "\
countersign-conformance COMMAND

  run      run suites on a relying party in any language, or on the crate countersign
  vectors  make the suites of the software authenticator

`countersign-conformance COMMAND --help` describes a command.

Exit codes: 0 nothing failed, 1 a case failed or a suite differs, 2 the command could not do its work.
";

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn dispatch() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = lexopt::Parser::from_env();
    let command = match arguments.next()? {
        Some(lexopt::Arg::Value(command)) => command.to_string_lossy().into_owned(),
        Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) | None => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    match command.as_str() {
        "run" => run::main(arguments),
        "vectors" => vectors::main(arguments),
        other => Err(format!("no command `{other}`; `countersign-conformance --help` lists them").into()),
    }
}
