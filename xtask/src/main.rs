//! `cargo xtask COMMAND`: the checks and tools of this repository, as a program that runs everywhere.

#![allow(clippy::print_stdout, reason = "a command-line program prints its results")]

mod bench;
mod book;
mod callgrind;
mod code_source;
mod conformance;
mod cpu_time;
mod differential;
mod error_table;
mod examples;
mod finding;
mod fuzz;
mod growth;
mod html;
mod markdown;
mod metadata;
mod mutants;
mod programs;
mod release;
mod rules;
mod rust;
mod test;
mod tidy;
mod tools;
mod tree;
mod workspace;

use std::{error::Error, process::ExitCode};

const HELP: &str = "\
cargo xtask COMMAND

  bench            measure ceremonies, builds and instructions, next to other libraries
  book             build docs/ as a book, and check its links; installs mdBook if it is missing
  conformance      run conformance suites on the crate countersign
  differential     compare the verdicts of published libraries with ours
  errors           write docs/ERRORS.md
  examples         run the crates' examples, and compare what they print with their documentation
  fuzz             run the fuzz targets
  growth           verify that no parser's work grows faster than its input; installs valgrind if it is missing
  metadata         verify the real BLOBs of the FIDO Metadata Service, from a neighbour folder
  metadata-roots   read every root of a metadata payload as a trust anchor
  metadata-served  print the formats and models that the roots of a metadata payload serve, as a page
  mutants          change the verifying code one place at a time, and verify that a test fails
  release          print the plan of a release, check it, or publish it
  rules            write docs/RULES.md and docs/rules-tests.tsv, and check the table of rules
  test             run every test; gets Chromium, its driver, npm, nginx, Caddy and PostgreSQL if they are missing
  tidy             check layers, imports, file sizes, words, tables and documents
  vectors          make the suites of the software authenticator

`cargo xtask COMMAND --help` describes a command.

Exit codes: 0 nothing found, 1 something found or failed, 2 the command could not do its work.
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

/// What a command does with the arguments after its name.
type Command = fn(lexopt::Parser) -> Result<ExitCode, Box<dyn Error>>;

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
    let (help, run): (&str, Command) = match command.as_str() {
        "bench" => (bench::HELP, bench::main),
        "book" => (book::HELP, book::main),
        "errors" => (error_table::HELP, error_table::main),
        "examples" => (examples::HELP, examples::main),
        "fuzz" => (fuzz::HELP, fuzz::main),
        "growth" => (growth::HELP, growth::main),
        "rules" => (rules::HELP, rules::main),
        "test" => (test::HELP, test::main),
        "tidy" => (tidy::HELP, tidy::main),
        // These have commands, or run a program, that describe themselves.
        "conformance" => return conformance::main(arguments),
        "differential" => return differential::main(arguments),
        command @ ("metadata" | "metadata-roots" | "metadata-served") => {
            return metadata::main(command, arguments);
        }
        "mutants" => return mutants::main(arguments),
        "release" => return release::main(arguments),
        "vectors" => return conformance::vectors(arguments),
        other => return Err(format!("no command `{other}`; `cargo xtask --help` lists them").into()),
    };
    let rest: Vec<_> = arguments.clone().raw_args()?.collect();
    if tools::asks_for_help(&rest) {
        print!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    run(arguments)
}
