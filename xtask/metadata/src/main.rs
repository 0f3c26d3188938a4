//! `cargo xtask metadata`, `metadata-roots` and `metadata-served`: checks on the real data of the FIDO Metadata Service.

#![allow(clippy::print_stdout, reason = "a command-line program prints its results")]

mod roots;
mod served;
mod signer;
mod verify;

use std::{error::Error, process::ExitCode};

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
    match arguments.next()? {
        Some(lexopt::Arg::Value(command)) if command == "metadata" => verify::main(arguments),
        Some(lexopt::Arg::Value(command)) if command == "metadata-roots" => roots::main(arguments),
        Some(lexopt::Arg::Value(command)) if command == "metadata-served" => served::main(arguments),
        _ => Err("the command is `metadata`, `metadata-roots` or `metadata-served`".into()),
    }
}
