//! House-keeping as code: what CI runs is a program that anyone runs locally, as `cargo xtask COMMAND`.
//!
//! It is a library too, for the measurements in `benches/`, which put its conformance cases to other libraries.

#![allow(clippy::print_stdout, reason = "a command-line program prints its results")]

mod conformance;
mod differential;
mod fuzz;
mod growth;
mod metadata;
mod metadata_roots;
mod metadata_served;
mod mutants;
mod rules;
mod test;
mod tidy;
mod tools;

use std::{error::Error, process::ExitCode};

const HELP: &str = "\
cargo xtask COMMAND

  conformance     run conformance suites on the public API (see `conformance --help`)
  differential    put the same responses to published libraries, and compare the verdicts
                  (see `differential --help`)
  fuzz            run the fuzz targets (see `fuzz --help`)
  growth          see that no parser's work grows faster than its input; installs valgrind first where it is missing
  metadata        verify the real BLOBs of the FIDO Metadata Service (see `metadata --help`)
  metadata-roots  read every root of a metadata payload as a trust anchor
  metadata-served print what the roots of a metadata payload serve, as a page
  mutants         change the verifying code, one place at a time, and see that a test fails (see `mutants --help`)
  rules           print the rules, what checks and tests each, and its code; write docs/RULES.md
  test            run every test; installs Chromium and its driver first where they are missing
  tidy            check what no compiler checks: layers, file sizes, tables, documents
  vectors         make the suites of the software authenticator, the specification's vectors among them

Exit codes: 0 nothing found, 1 something found or failed, 2 the command could not do its work.
";

/// The program: its exit code.
pub fn main() -> ExitCode {
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
        "conformance" => conformance::main(arguments),
        "differential" => differential::main(arguments),
        "fuzz" => fuzz::main(arguments),
        "growth" => growth::main(arguments),
        "metadata" => metadata::main(arguments),
        "metadata-roots" => metadata_roots::main(arguments),
        "metadata-served" => metadata_served::main(arguments),
        "mutants" => mutants::main(arguments),
        "rules" => rules::main(arguments),
        "test" => test::main(arguments),
        "tidy" => tidy::main(arguments),
        "vectors" => conformance::vectors(arguments),
        other => Err(format!("no command `{other}`; `cargo xtask --help` lists them").into()),
    }
}
