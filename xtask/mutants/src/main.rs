//! `cargo xtask mutants`: mutation testing of the verifying code.
//!
//! cargo-mutants lists the changes. A build for each change would take days, so all of them are woven into one copy of the
//! code, in which an environment variable turns one on, and each is tried with the tests that reach its place. Changes
//! that can't be woven, most of them of constants, are left to cargo-mutants.

#![allow(clippy::print_stdout, reason = "a command-line program prints its results")]

mod alone;
mod build;
mod files;
mod list;
mod report;
mod repository;
mod run;
mod weave;

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs::{self, OpenOptions},
    io::Write as _,
    process::ExitCode,
    sync::{Mutex, PoisonError},
};

use files::FILES;
use list::Mutant;
use report::{Explained, Outcome};
use repository::{install_cargo_mutants, root};

const HELP: &str = "\
cargo xtask mutants [--shard K/N] [--woven] [FILE]...

Changes the verifying code one place at a time, and verifies that a test fails. cargo-mutants lists the changes; it
is installed if it is missing. Nearly all changes are woven into one build, in target/mutants. The others, such as
changes of constants, each take a build of their own by cargo-mutants.

FILE is a path or a pattern, such as 'crates/countersign/src/ceremony/checks/**'. The default is the ceremonies,
client and authenticator data, strict CBOR, COSE keys, every attestation format and path validation. A pattern that
matches no file is an error.

  --shard K/N  only the K-th of N parts, from 0
  --woven      only changes that can be woven

Survivors are printed. A survivor that changes nothing is listed with its reason in xtask/mutants/explained.txt. The
run fails if another change survives, or if a listed one is caught or no longer exists.

Exit codes: 0 no change survived, 1 one did, 2 the run could not be made.
";

struct Options {
    files: Vec<String>,
    shard: Shard,
    rest: Rest,
}

/// The choice for mutants that can't be woven.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Rest {
    Run,
    Leave,
}

/// The `part`-th of `of` parts.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct Shard {
    part: u32,
    of: u32,
}

impl Shard {
    const WHOLE: Self = Self { part: 0, of: 1 };

    fn parse(text: &str) -> Result<Self, String> {
        let parsed = text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
        match parsed {
            Some((part, of)) if part < of => Ok(Self { part, of }),
            _ => Err(format!("a shard is K/N with K below N, not `{text}`")),
        }
    }

    fn has(self, number: u32) -> bool {
        number.checked_rem(self.of) == Some(self.part)
    }
}

fn main() -> ExitCode {
    match try_all() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn try_all() -> Result<ExitCode, Box<dyn Error>> {
    let Some(options) = Options::parse(lexopt::Parser::from_env())? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    files::check(root(), &options.files)?;
    install_cargo_mutants()?;
    let explained = Explained::read()?;
    let mut mutants = list::list(&options.files)?;
    let gone = explained.gone(&options.files, &mutants);
    mutants.retain(|mutant| options.shard.has(mutant.number));
    println!("{} mutants", mutants.len());
    let outcomes = outcomes(&mutants, &options)?;
    let report = report::Report::new(&mutants, &outcomes, &explained);
    fs::write(root().join("target/mutants/outcomes.tsv"), report.tsv())?;
    println!("{report}");
    for key in &gone {
        println!("explained, but no longer there: {key}");
    }
    Ok(if report.passed() && gone.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The outcome of each mutant, by number.
fn outcomes(mutants: &[Mutant], options: &Options) -> Result<BTreeMap<u32, Outcome>, Box<dyn Error>> {
    let folder = root().join("target/mutants");
    let built = build::build(mutants, &folder)?;
    let mut outcomes: BTreeMap<u32, Outcome> =
        built.unviable.iter().map(|number| (*number, Outcome::Unviable)).collect();
    let tests = run::trace(&built.programs, &folder.join("trace"))?;
    let apart: BTreeSet<u32> = built.unviable.union(&built.left).copied().collect();
    let woven: Vec<&Mutant> = mutants.iter().filter(|mutant| !apart.contains(&mutant.number)).collect();
    println!("{} in one build, {} tests; {} apart", woven.len(), tests.len(), built.left.len());
    let path = folder.join("so-far.tsv");
    fs::write(&path, "")?;
    let file = Mutex::new(OpenOptions::new().append(true).open(path)?);
    outcomes.extend(run::run(&woven, &built.programs, &tests, |mutant, outcome| {
        if outcome == Outcome::Missed {
            println!("survived: {}", mutant.name);
        }
        // A run that is stopped leaves this.
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write!(file, "{}", report::line(mutant, Some(outcome)));
    }));
    let left: Vec<&Mutant> = mutants.iter().filter(|mutant| built.left.contains(&mutant.number)).collect();
    if options.rest == Rest::Run && !left.is_empty() {
        outcomes.extend(alone::run(&left, &folder)?);
    }
    Ok(outcomes)
}

impl Options {
    fn parse(mut arguments: lexopt::Parser) -> Result<Option<Self>, Box<dyn Error>> {
        use lexopt::prelude::{Long, Short, Value, ValueExt as _};
        let (mut files, mut shard, mut rest) = (Vec::new(), Shard::WHOLE, Rest::Run);
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("help") | Short('h') => return Ok(None),
                Long("shard") => shard = Shard::parse(&arguments.value()?.string()?)?,
                Long("woven") => rest = Rest::Leave,
                Value(word) => files.push(word.string()?),
                other => return Err(other.unexpected().into()),
            }
        }
        if files.is_empty() {
            files = FILES.map(str::to_owned).to_vec();
        }
        Ok(Some(Self { files, shard, rest }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_share_all_mutants_out() {
        let shards: Vec<Shard> = ["0/3", "1/3", "2/3"].map(|text| Shard::parse(text).unwrap()).to_vec();
        for number in 1..20 {
            assert_eq!(shards.iter().filter(|shard| shard.has(number)).count(), 1, "{number}");
        }
        for text in ["3/3", "0/0", "1", "a/2", "-1/2"] {
            assert!(Shard::parse(text).is_err(), "{text}");
        }
    }
}
