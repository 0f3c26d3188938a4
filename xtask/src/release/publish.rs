//! `cargo xtask release publish`: the upload, in order.

use std::{error::Error, process::ExitCode};

use super::{candidate::Candidate, check};

const HELP: &str = "\
cargo xtask release publish --dry-run

Runs every check, packs every package and builds it from its packed files, without an upload.

Exit codes: 0 done, 1 a check or a build failed, 2 the command could not do its work.
";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut dry_run = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            lexopt::Arg::Long("dry-run") => dry_run = true,
            other => return Err(other.unexpected().into()),
        }
    }
    if !dry_run {
        return Err("only --dry-run is possible yet".into());
    }
    let candidate = Candidate::read()?;
    Ok(if check::everything(&candidate) { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
