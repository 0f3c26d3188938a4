//! `cargo xtask bench`: what a build costs a user, and what operations cost.

mod build;
mod instructions;

use std::{error::Error, process::ExitCode};

pub(crate) const HELP: &str = "\
cargo xtask bench build [--runs N] [NAME]...
cargo xtask bench crates
cargo xtask bench instructions [--update]

build    Builds each subject from nothing in release mode, in a folder below target/bench, and prints its crates, the
         processor time (user and system) and the time of the clock, and the size of the program. With several runs the
         subjects take turns, and the medians are printed. Needs Linux.
crates   Counts the crates of our own subjects; fails if one has more than its limit. Builds nothing.
instructions
         Counts the instructions of fixed operations under callgrind, and fails if one differs by more than 3 % from
         benches/instructions.tsv. With --update writes that file. Installs valgrind if it is missing.

The subjects:

  program       the program `countersign`
  countersign   a program that verifies a sign-in, the smallest there is, in benches/minimal
  webauthn_rp   the same over webauthn_rp
  webauthn-rs   the same over webauthn-rs, which links OpenSSL: its headers are installed if they are missing
  dev           the program `countersign` in the profile `dev`

Exit codes: 0 done, 1 a limit is exceeded, 2 the command could not do its work.
";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let command = match arguments.next()? {
        Some(lexopt::Arg::Value(command)) => command,
        None => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    let (mut runs, mut names, mut update) = (1, Vec::new(), false);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("runs") if command == "build" => {
                runs = arguments.value()?.to_string_lossy().parse()?;
            }
            lexopt::Arg::Long("update") if command == "instructions" => update = true,
            lexopt::Arg::Value(name) if command == "build" => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    match command.to_str() {
        Some("build") => build::measure(runs, &names),
        Some("crates") => build::check_crates(),
        Some("instructions") => instructions::main(update),
        _ => Err(format!("no measurement `{}`", command.to_string_lossy()).into()),
    }
}
