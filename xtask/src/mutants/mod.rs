//! `cargo xtask mutants`: mutation testing of the verifying code.
//!
//! cargo-mutants says what is changed. A build for each change would take days, so all of them are woven into one
//! copy of the code, where a variable of the environment turns one on, and each is tried with the tests that come to its
//! place. What can't be woven, above all constants, is left to cargo-mutants.

mod alone;
mod build;
mod list;
mod report;
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

use self::{
    list::Mutant,
    report::{Explained, Outcome},
};
use crate::tools;

const HELP: &str = "\
cargo xtask mutants [--shard K/N] [--woven] [FILE]...

Changes the verifying code one place at a time, and sees that a test fails. cargo-mutants, installed where it is
missing, lists the changes. Nearly all are woven into one build, in target/mutants; the rest, such as changes of
constants, each take a build of their own by cargo-mutants.

FILE is a path or a pattern, such as 'crates/countersign/src/ceremony/checks/**'; without one it is the ceremonies, client and
authenticator data, strict CBOR, COSE keys, every attestation format and path validation.

  --shard K/N  the K-th of N parts, from 0
  --woven      only what can be woven

Survivors are printed. One that changes nothing is listed with its reason in xtask/mutants-explained.txt; the run fails
where another survives, and where a listed one is caught or no longer there.
";

/// The verifying code.
const FILES: [&str; 37] = [
    // The ceremonies.
    "crates/countersign/src/ceremony/registration.rs",
    "crates/countersign/src/ceremony/registration/*.rs",
    "crates/countersign/src/ceremony/authentication.rs",
    "crates/countersign/src/ceremony/authentication/*.rs",
    "crates/countersign/src/ceremony/checks.rs",
    "crates/countersign/src/ceremony/checks/*.rs",
    "crates/countersign/src/ceremony/extensions/*.rs",
    "crates/countersign/src/ceremony/session.rs",
    "crates/countersign/src/ceremony/state/*.rs",
    "crates/countersign/src/ceremony/step_up.rs",
    "crates/countersign/src/relying_party/appid.rs",
    "crates/countersign/src/relying_party/origin.rs",
    "crates/countersign/src/relying_party/origin/*.rs",
    "crates/countersign/src/relying_party/policy/*.rs",
    "crates/countersign/src/relying_party/warnings.rs",
    "crates/countersign/src/report/encoding.rs",
    "crates/countersign/src/record/update.rs",
    // Certificates, paths, revocation, and every attestation format.
    "crates/countersign-attestation/src/**/*.rs",
    // What was received.
    "crates/countersign-types/src/cbor.rs",
    "crates/countersign-types/src/client_data.rs",
    "crates/countersign-types/src/authenticator_data.rs",
    "crates/countersign-types/src/attestation_object.rs",
    "crates/countersign-types/src/base64url.rs",
    "crates/countersign-types/src/extensions/*.rs",
    "crates/countersign-types/src/response/*.rs",
    // Keys and signatures.
    "crates/countersign-cose/src/key/*.rs",
    "crates/countersign-cose/src/ecdsa_der.rs",
    "crates/countersign-cose/src/ecdsa_padding.rs",
    "crates/countersign-cose/src/verifiers.rs",
    "crates/countersign-cose/src/algorithm.rs",
    "crates/countersign-cose/src/hash.rs",
    "crates/countersign-cose/src/rust_crypto/ecdsa.rs",
    "crates/countersign-cose/src/rust_crypto/ed25519.rs",
    "crates/countersign-cose/src/rust_crypto/ed448.rs",
    "crates/countersign-cose/src/rust_crypto/ml_dsa.rs",
    "crates/countersign-cose/src/rust_crypto/rsa.rs",
    "crates/countersign-cose/src/rust_crypto.rs",
];

struct Options {
    files: Vec<String>,
    shard: Shard,
    rest: Rest,
}

/// What to do with mutants that can't be woven.
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

pub(crate) fn main(arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let Some(options) = Options::parse(arguments)? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    tools::install("mutants")?;
    let explained = Explained::read()?;
    let mut mutants = list::list(&options.files)?;
    let gone = explained.gone(&options.files, &mutants);
    mutants.retain(|mutant| options.shard.has(mutant.number));
    println!("{} mutants", mutants.len());
    let outcomes = outcomes(&mutants, &options)?;
    let report = report::Report::new(&mutants, &outcomes, &explained);
    fs::write(tools::root().join("target/mutants/outcomes.tsv"), report.tsv())?;
    println!("{report}");
    for key in &gone {
        println!("explained, and no longer there: {key}");
    }
    Ok(if report.passed() && gone.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What became of each, by number.
fn outcomes(mutants: &[Mutant], options: &Options) -> Result<BTreeMap<u32, Outcome>, Box<dyn Error>> {
    let folder = tools::root().join("target/mutants");
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
        // Whoever stops a run still has this.
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

    #[test]
    fn every_pattern_is_of_a_file_that_there_is() {
        for file in FILES {
            let folder = file.split('*').next().unwrap();
            assert!(tools::root().join(folder).exists(), "{file}");
        }
    }
}
