//! `cargo xtask release publish`: the upload, in order, after every check.

use std::{error::Error, fs, process::ExitCode};

use super::{archive, candidate::Candidate, changelog, check, git, registry::Client, rehearsal, upload};

const HELP: &str = "\
cargo xtask release publish [--dry-run]

Publishes the packages on crates.io, in the order of their dependencies, each when the index has those before it. Needs
the token of `cargo login`. The tree must be committed, the commit tagged `v` and the version, the changelog must have a
section of the version, and every check of `cargo xtask release check` must pass.

After a break, run it again: what the index has with the same checksum is skipped, and other bytes are an error.

  --dry-run   do everything but the upload: run the checks and then `cargo xtask release rehearse`. The tree needs no tag
              and may have changes; what a release would object to is printed.

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
    let candidate = Candidate::read()?;
    let objections = objections(&candidate)?;
    for objection in &objections {
        println!("a release is not possible yet: {objection}");
    }
    if !dry_run && !objections.is_empty() {
        return Ok(ExitCode::from(1));
    }
    if !check::everything(&candidate) {
        println!("nothing is published, because a check failed");
        return Ok(ExitCode::from(1));
    }
    // The checks take long, and read the files that are there while they run.
    if !dry_run && let Some(objection) = self::objections(&candidate)?.first() {
        println!("nothing is published, because of a change during the checks: {objection}");
        return Ok(ExitCode::from(1));
    }
    if dry_run { rehearsal::rehearse(&candidate, &[]) } else { publish(&candidate) }
}

/// What a release needs apart from the checks.
fn objections(candidate: &Candidate) -> Result<Vec<String>, Box<dyn Error>> {
    let mut objections = git::Checkout::read()?.objections(&candidate.version);
    let text = fs::read_to_string(candidate.root.join("CHANGELOG.md"))?;
    match changelog::section(&text, &candidate.version) {
        Ok(section) if section.is_released => {}
        Ok(_) => objections.push(format!("CHANGELOG.md has no section [{}]", candidate.version)),
        Err(error) => objections.push(error),
    }
    Ok(objections)
}

fn publish(candidate: &Candidate) -> Result<ExitCode, Box<dyn Error>> {
    let archives = archive::pack(candidate)?;
    let scratch = candidate.target.join("release-question");
    // By name, so that no setting of the caller sends the packages elsewhere.
    let arguments = ["--registry", "crates-io"].map(str::to_owned).into();
    let mut client = Client { scratch, arguments, environment: Vec::new() };
    let uploaded = upload::upload_all(&archives, &mut client);
    let _ = fs::remove_dir_all(&client.scratch);
    println!("{} packages are published, {} of them now", archives.len(), uploaded?);
    Ok(ExitCode::SUCCESS)
}
