//! `cargo xtask release plan`: what would be released. Nothing is uploaded.

use std::{error::Error, fs, process::ExitCode};

use super::{api, candidate::Candidate, changelog, git};

const HELP: &str = "\
cargo xtask release plan [--quick]

Prints the packages in the order of publishing, their version, the section of CHANGELOG.md, and what changed in the
public API of each since the last tag. Nothing is changed or uploaded.

The APIs are read from the JSON of rustdoc, so the first run documents every library, which takes minutes.

  --quick   leave out the public APIs

Exit codes: 0 printed, 2 there is no plan, for the reason that is printed.
";

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let mut quick = false;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            lexopt::Arg::Long("quick") => quick = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let candidate = Candidate::read()?;
    let text = fs::read_to_string(candidate.root.join("CHANGELOG.md"))?;
    let section = changelog::section(&text, &candidate.version)?;
    let last = git::last_tag(&candidate.version)?;
    let since = last.as_deref().map_or_else(|| "the first release".to_owned(), |tag| format!("after {tag}"));
    println!("Version {}, {since}: {} packages, in this order", candidate.version, candidate.packages.len());
    for (number, package) in (1..).zip(&candidate.packages) {
        let needs: Vec<_> = package.needs.iter().map(String::as_str).collect();
        let after = if needs.is_empty() { String::new() } else { format!(" (after {})", needs.join(", ")) };
        println!("{number:3}. {}{after}", package.name);
    }
    let place = if section.is_released { "" } else { ", still headed Unreleased" };
    println!("\nChangelog{place}\n\n{}\n", section.text);
    for objection in git::Checkout::read()?.objections(&candidate.version) {
        println!("It can't be published yet: {objection}.");
    }
    if !quick {
        println!("\nPublic API");
        api::print_changes(&candidate, last.as_deref())?;
    }
    Ok(ExitCode::SUCCESS)
}
