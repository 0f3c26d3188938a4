//! `cargo xtask release plan`: what would be released. Nothing is written.

use std::{error::Error, process::ExitCode};

use super::candidate::Candidate;

const HELP: &str = "\
cargo xtask release plan

Prints the packages in the order of publishing, with their version. Nothing is written or uploaded.

Exit codes: 0 printed, 2 there is no plan, for the reason that is printed.
";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    }
    let candidate = Candidate::read()?;
    println!("version {}, {} packages, in this order:", candidate.version, candidate.packages.len());
    for package in &candidate.packages {
        println!("  {}", package.name);
    }
    Ok(ExitCode::SUCCESS)
}
