//! `cargo xtask metadata`, `metadata-roots` and `metadata-served`: checks on the real data of the FIDO Metadata Service.

#![allow(clippy::print_stdout, reason = "a command-line program prints its results")]

mod roots;
mod served;
mod signer;
mod verify;

use std::{error::Error, process::ExitCode};

/// What a command does with the arguments after its name.
type Command = fn(lexopt::Parser) -> Result<ExitCode, Box<dyn Error>>;

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
    let command = arguments.next()?;
    let (help, run): (&str, Command) = match command {
        Some(lexopt::Arg::Value(command)) if command == "metadata" => (verify::HELP, verify::main),
        Some(lexopt::Arg::Value(command)) if command == "metadata-roots" => (roots::HELP, roots::main),
        Some(lexopt::Arg::Value(command)) if command == "metadata-served" => (served::HELP, served::main),
        _ => return Err("the command is `metadata`, `metadata-roots` or `metadata-served`".into()),
    };
    if arguments.clone().raw_args()?.any(|argument| argument == "--help" || argument == "-h") {
        print!("{help}");
        return Ok(ExitCode::SUCCESS);
    }
    run(arguments)
}
