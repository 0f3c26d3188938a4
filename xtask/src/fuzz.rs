//! `cargo xtask fuzz`: runs the targets of `fuzz/` through cargo-fuzz.

mod build;
pub(crate) mod fuzzer;

use std::{
    collections::BTreeSet,
    error::Error,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::tools;
use build::Sanitizer;
use fuzzer::{Fuzzer, found, seeds, without_fuzzer, write_seeds};

pub(crate) const HELP: &str = "\
cargo xtask fuzz smoke [TARGET]...                   each target for 10 seconds, two at a time
cargo xtask fuzz run TARGET... [--minutes N]         each target for N minutes [5], two at a time
cargo xtask fuzz merge [TARGET]...                   store found inputs that cover more, as hexadecimal text, in
                                                     fuzz/corpus/TARGET
cargo xtask fuzz slow [TARGET]...                    time each target with inputs that take long: in an optimised build
                                                     no input of 64 KiB may take over 50 ms of processor time
cargo xtask fuzz build --out FOLDER [TARGET]...      write what a fuzzing service runs: each program with its seeds,
      [--sanitizer address|coverage]                 dictionary and options, which read nothing of the repository
cargo xtask fuzz list                                the targets

Installs cargo-fuzz if it is missing. With a nightly toolchain the targets run under the address sanitizer; without
one they are built on stable with `--sanitizer none`. The inputs that a run finds are in target/fuzz-corpus. An input
that fails a target is in fuzz/artifacts; when its cause is fixed, move it to fuzz/regressions/TARGET.

Exit codes: 0 no target failed, 1 one did, 2 the command could not do its work.
";

/// Targets at a time: more than two make each other's input slow.
const JOBS: usize = 2;

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::prelude::{Long, Value, ValueExt as _};
    let (mut command, mut chosen, mut minutes) = (None, Vec::new(), 5_u32);
    let (mut out, mut sanitizer) = (None, Sanitizer::Address);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("out") => out = Some(PathBuf::from(arguments.value()?)),
            Long("sanitizer") => sanitizer = arguments.value()?.parse()?,
            Long("minutes") => minutes = arguments.value()?.parse()?,
            Value(word) if command.is_none() => command = Some(word.string()?),
            Value(word) => chosen.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let targets = targets(&chosen)?;
    match command.as_deref() {
        Some("list") => {
            println!("{}", targets.join("\n"));
            Ok(ExitCode::SUCCESS)
        }
        Some("smoke") => run(&Fuzzer::new()?.built_quickly(), &targets, 10),
        Some("run") if chosen.is_empty() => Err("which target? `cargo xtask fuzz list` lists them".into()),
        Some("run") => run(&Fuzzer::new()?, &targets, minutes.checked_mul(60).ok_or("too many minutes")?),
        Some("build") => {
            let out = out.ok_or("which folder? `--out FOLDER` names it")?;
            build::build(&targets, &out, sanitizer)
        }
        Some("merge") => merge(&targets),
        Some("slow") => slow(&targets),
        _ => {
            print!("{HELP}");
            Ok(ExitCode::from(2))
        }
    }
}

/// The targets chosen, or all: the programs in `fuzz/fuzz_targets`.
fn targets(chosen: &[String]) -> Result<Vec<String>, Box<dyn Error>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(tools::root().join("fuzz/fuzz_targets"))? {
        all.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    all.sort();
    if let Some(unknown) = chosen.iter().find(|name| !all.contains(name)) {
        return Err(format!("no target {unknown}; there are {}", all.join(", ")).into());
    }
    Ok(if chosen.is_empty() { all } else { chosen.to_vec() })
}

/// Builds all, runs each for so many seconds, and prints a line each.
fn run(fuzzer: &Fuzzer, targets: &[String], seconds: u32) -> Result<ExitCode, Box<dyn Error>> {
    write_seeds(targets)?;
    println!("{}", fuzzer.describe());
    if !fuzzer.command("build", &[]).status()?.success() {
        return Err("the targets don't build".into());
    }
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..JOBS {
            scope.spawn(|| {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = fuzzer.run(target, seconds);
                    match &outcome {
                        Ok(line) => println!("{line}"),
                        Err(line) => println!("{target}: FAILED\n{line}"),
                    }
                    if outcome.is_err() {
                        failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(target.clone());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner()?;
    println!("{} passed, {} failed", targets.len().saturating_sub(failed.len()), failed.len());
    Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Adds inputs to each corpus that runs have found and that cover new code.
fn merge(targets: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let fuzzer = Fuzzer::new()?;
    write_seeds(targets)?;
    for target in targets {
        let (found, seeds) = (found(target)?, seeds(target));
        let before = names(&seeds)?;
        let mut command = fuzzer.command("run", &[target]);
        let status =
            command.arg(&seeds).arg(found).arg("--").args(["-merge=1", "-max_len=16384"]).status()?;
        if !status.success() {
            return Err(format!("{target}: merging failed").into());
        }
        let kept = tools::root().join("fuzz/corpus").join(target);
        fs::create_dir_all(&kept)?;
        for name in names(&seeds)?.difference(&before) {
            fs::write(kept.join(name).with_extension("hex"), hex(&fs::read(seeds.join(name))?))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Times the inputs that take long.
fn slow(targets: &[String]) -> Result<ExitCode, Box<dyn Error>> {
    let mut cargo = without_fuzzer("run", "release");
    cargo.args(["--quiet", "--bin", "slow", "--"]);
    Ok(if cargo.args(targets).status()?.success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>, Box<dyn Error>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name())).collect()
}

/// Lines of sixty bytes each, so that a change to an input can be read.
fn hex(data: &[u8]) -> String {
    data.chunks(60)
        .flat_map(|line| line.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_that_has_a_dictionary_finds_it() {
        for target in targets(&[]).unwrap() {
            let without =
                ["signature", "base64url_text", "origin", "sealed_state"].contains(&target.as_str());
            assert_eq!(fuzzer::dictionary(&target).is_none(), without, "{target}");
        }
    }

    #[test]
    fn an_unknown_target_is_rejected() {
        assert!(targets(&["nothing".to_owned()]).unwrap_err().to_string().contains("no target nothing"));
    }
}
