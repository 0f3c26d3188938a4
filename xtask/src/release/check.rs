//! `cargo xtask release check`: what must hold before a release, each with the tool of the field, and a table at the end.

mod clock;
mod contents;
mod features;
mod licences;
mod minimal;
mod msrv;
mod notices;
mod outcome;
mod packages;
mod pages;
mod program;
mod public_types;
mod reproducible;
mod run;
pub(super) mod rustdoc;
mod sbom;
mod semver;
mod toolchain;
mod unused;

use std::{error::Error, fmt::Write as _, process::ExitCode};

use clock::{Clock, Cost};
use outcome::Outcome;

use super::candidate::Candidate;

const HELP: &str = "\
cargo xtask release check [--only NAME]... [--quick] [--list]

Runs every check of a release in order, and prints a table of the results. Missing tools are installed by cargo.

  --only NAME  run the check of this name only; may be repeated
  --quick      run the checks that install nothing and need no long build
  --list       print the names of the checks, and what each looks at

Exit codes: 0 nothing failed, 1 a check failed, 2 the command could not do its work.
";

/// A check of a release.
pub(crate) struct Check {
    pub(crate) name: &'static str,
    /// What it looks at.
    pub(crate) of: &'static str,
    /// Whether it installs nothing and needs no long build.
    pub(crate) quick: bool,
    /// An error is a failure: what could not be checked does not hold.
    pub(crate) run: fn(&Candidate) -> Result<Outcome, Box<dyn Error>>,
}

/// Every check, in the order in which they run.
const CHECKS: &[Check] = &[
    Check {
        name: "contents",
        quick: true,
        run: contents::check,
        of: "README, licences and what crates.io shows, in every package",
    },
    Check {
        name: "includes",
        quick: true,
        run: packages::include_only_their_files,
        of: "files that sources include, which must be in the same package",
    },
    Check {
        name: "rust-version",
        quick: true,
        run: msrv::dependencies,
        of: "the compiler that each package states, against what its dependencies state",
    },
    Check {
        name: "notices",
        quick: true,
        run: notices::check,
        of: "the licence texts that must come with the program, written next to it",
    },
    Check {
        name: "packages",
        quick: false,
        run: packages::build_from_their_files,
        of: "each package built from its own files, by cargo publish --dry-run",
    },
    Check {
        name: "semver",
        quick: false,
        run: semver::check,
        of: "changes of the public APIs since the last tag, by cargo-semver-checks",
    },
    Check {
        name: "licences",
        quick: false,
        run: licences::licences,
        of: "licences, bans and sources of all dependencies, by cargo-deny",
    },
    Check {
        name: "advisories",
        quick: false,
        run: licences::advisories,
        of: "advisories on the dependencies, by cargo-deny",
    },
    Check {
        name: "unused",
        quick: false,
        run: unused::check,
        of: "dependencies that nothing uses, by cargo-machete",
    },
    Check {
        name: "sbom",
        quick: false,
        run: sbom::check,
        of: "the packages in the program, written next to it by cargo-cyclonedx",
    },
    Check {
        name: "pages",
        quick: false,
        run: pages::check,
        of: "documentation without a warning or a dead link",
    },
    Check {
        name: "public-types",
        quick: false,
        run: public_types::check,
        of: "types of other crates in the public APIs, by rustdoc's JSON",
    },
    Check {
        name: "features",
        quick: false,
        run: features::check,
        of: "every pair of features of every package, by cargo-hack",
    },
    Check {
        name: "msrv",
        quick: false,
        run: msrv::code,
        of: "the standard library of the stated compiler, by clippy, and a build if it is installed",
    },
    Check {
        name: "minimal-versions",
        quick: false,
        run: minimal::check,
        of: "the least versions that the manifests allow",
    },
    Check {
        name: "reproducible",
        quick: false,
        run: reproducible::check,
        of: "two builds of the program in two folders",
    },
];

/// The result of a check that ran.
struct Row {
    name: &'static str,
    outcome: Outcome,
    cost: Cost,
}

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let (mut only, mut quick) = (Vec::new(), false);
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
            lexopt::Arg::Long("list") => {
                for check in CHECKS {
                    let length = if check.quick { "quick" } else { "" };
                    println!("{:17} {length:6} {}", check.name, check.of);
                }
                return Ok(ExitCode::SUCCESS);
            }
            lexopt::Arg::Long("only") => only.push(arguments.value()?.to_string_lossy().into_owned()),
            lexopt::Arg::Long("quick") => quick = true,
            other => return Err(other.unexpected().into()),
        }
    }
    let checks = select(CHECKS, &only, quick)?;
    let passed = all_pass(&checks, &Candidate::read()?);
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Runs every check on the candidate, prints the table, and returns whether none failed.
pub(super) fn everything(candidate: &Candidate) -> bool {
    all_pass(&CHECKS.iter().collect::<Vec<_>>(), candidate)
}

fn select<'a>(checks: &'a [Check], only: &[String], quick: bool) -> Result<Vec<&'a Check>, String> {
    if let Some(unknown) = only.iter().find(|name| checks.iter().all(|check| check.name != **name)) {
        return Err(format!("no check `{unknown}`; --list prints their names"));
    }
    let is_selected = |check: &&Check| {
        (only.is_empty() || only.iter().any(|name| name == check.name)) && (!quick || check.quick)
    };
    Ok(checks.iter().filter(is_selected).collect())
}

fn all_pass(checks: &[&Check], candidate: &Candidate) -> bool {
    let mut rows = Vec::new();
    for check in checks {
        println!("== {}", check.name);
        let clock = Clock::start();
        let outcome = (check.run)(candidate).unwrap_or_else(|error| Outcome::Failed(error.to_string()));
        rows.push(Row { name: check.name, outcome, cost: clock.stop() });
    }
    print!("{}", table(&rows));
    !rows.iter().any(|row| matches!(row.outcome, Outcome::Failed(_)))
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.name.len()).chain(["check".len()]).max().unwrap_or_default();
    let mut table = format!("{:width$}  {:7}  {:>7}  {:>7}\n", "check", "", "time", "CPU");
    for row in rows {
        let (word, line) = match &row.outcome {
            Outcome::Passed(line) => ("passed", line),
            Outcome::Failed(line) => ("FAILED", line),
            Outcome::Skipped(line) => ("skipped", line),
        };
        let passed = row.cost.passed.as_secs();
        let processor = row.cost.processor.map_or_else(|| "?".to_owned(), |it| it.as_secs().to_string());
        let _ = writeln!(table, "{:width$}  {word:7}  {passed:>5} s  {processor:>5} s  {line}", row.name);
    }
    table
}

#[cfg(test)]
mod tests {
    use std::{path::PathBuf, time::Duration};

    use super::*;

    const SOME: &[Check] = &[
        Check { name: "good", quick: true, run: |_| Ok(Outcome::Passed("all of it".to_owned())), of: "" },
        Check { name: "absent", quick: true, run: |_| Ok(Outcome::Skipped("no tool".to_owned())), of: "" },
        Check { name: "bad", quick: false, run: |_| Ok(Outcome::Failed("mend it".to_owned())), of: "" },
        Check { name: "broken", quick: false, run: |_| Err("no file".into()), of: "" },
    ];

    fn passes(only: &[&str], quick: bool) -> bool {
        let candidate = Candidate {
            root: PathBuf::new(),
            target: PathBuf::new(),
            version: "1.0.0".to_owned(),
            packages: Vec::new(),
        };
        let only: Vec<_> = only.iter().map(|name| (*name).to_owned()).collect();
        all_pass(&select(SOME, &only, quick).unwrap(), &candidate)
    }

    #[test]
    fn a_failure_or_an_error_fails_the_whole_and_a_skip_does_not() {
        assert!(passes(&[], true));
        assert!(!passes(&[], false));
        assert!(passes(&["good", "absent"], false));
        assert!(!passes(&["bad"], false));
        assert!(!passes(&["broken"], false));
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert!(select(SOME, &["goood".to_owned()], false).is_err());
    }

    #[test]
    fn the_table_says_what_happened_and_why() {
        let cost = Cost { passed: Duration::from_secs(61), processor: Some(Duration::from_secs(7)) };
        let row = |name, outcome| Row { name, outcome, cost };
        let rows = [row("good", Outcome::Passed("x".to_owned())), row("no", Outcome::Failed("y".to_owned()))];
        assert_eq!(
            table(&rows),
            "check              time      CPU\n\
             good   passed      61 s      7 s  x\n\
             no     FAILED      61 s      7 s  y\n"
        );
    }
}
