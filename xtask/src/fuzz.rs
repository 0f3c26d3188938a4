//! `cargo xtask fuzz`: runs the targets of `fuzz/` through cargo-fuzz.

use std::{
    collections::BTreeSet,
    env,
    error::Error,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Output},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::tools;

const HELP: &str = "\
cargo xtask fuzz smoke [TARGET]...                   each target for 20 seconds, two at a time
cargo xtask fuzz run TARGET... [--minutes N]         each target for N minutes [5], two at a time
cargo xtask fuzz merge [TARGET]...                   store found inputs that cover more, as hexadecimal text, in
                                                     fuzz/corpus/TARGET
cargo xtask fuzz slow [TARGET]...                    time each target with inputs that take long: in an optimised build
                                                     no input of 64 KiB may take over 50 ms of processor time
cargo xtask fuzz list                                the targets

Installs cargo-fuzz if it is missing. With a nightly toolchain the targets run under the address sanitizer; without
one they are built on stable with `--sanitizer none`. The inputs that a run finds are in target/fuzz-corpus. An input
that fails a target is in fuzz/artifacts; when its cause is fixed, move it to fuzz/regressions/TARGET.

Exit codes: 0 no target failed, 1 one did, 2 the command could not do its work.
";

/// Twice the 256 KiB of the longest input, a response, is out of reach of mutation; 64 KiB is the longest attestation
/// object.
const LENGTH_MAX: u32 = 64 * 1024;

/// Megabytes that a target may take, the sanitizer's shadow included.
const MEMORY_MAX: u32 = 512;

/// Targets at a time: more than two make each other's input slow.
const JOBS: usize = 2;

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    use lexopt::prelude::{Long, Short, Value, ValueExt as _};
    let (mut command, mut chosen, mut minutes) = (None, Vec::new(), 5_u32);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("help") | Short('h') => {
                print!("{HELP}");
                return Ok(ExitCode::SUCCESS);
            }
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
        Some("smoke") => run(&targets, 20),
        Some("run") if chosen.is_empty() => Err("which target? `cargo xtask fuzz list` lists them".into()),
        Some("run") => run(&targets, minutes.checked_mul(60).ok_or("too many minutes")?),
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
fn run(targets: &[String], seconds: u32) -> Result<ExitCode, Box<dyn Error>> {
    let fuzzer = Fuzzer::new()?;
    Fuzzer::write_seeds(targets)?;
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
    Fuzzer::write_seeds(targets)?;
    for target in targets {
        let (found, seeds) = (Fuzzer::found(target)?, Fuzzer::seeds(target));
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
    let mut cargo = tool("slow", &["--release", "--features", "hostile"]);
    Ok(if cargo.args(targets).status()?.success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// A program of the fuzz workspace, without the fuzzer.
fn tool(name: &str, options: &[&str]) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(tools::root());
    cargo.args(["run", "--quiet", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--no-default-features"]);
    cargo.args(["--target-dir", "target/fuzz", "--bin", name]).args(options).arg("--");
    cargo
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

/// cargo-fuzz with the toolchain that is there.
struct Fuzzer {
    nightly: bool,
}

impl Fuzzer {
    fn new() -> Result<Self, Box<dyn Error>> {
        tools::install("fuzz")?;
        let nightly = tools::answers(Command::new("rustup").args(["run", "nightly", "cargo", "--version"]));
        Ok(Self { nightly })
    }

    fn describe(&self) -> &'static str {
        if self.nightly { "nightly, with the address sanitizer" } else { "stable, without a sanitizer" }
    }

    fn command(&self, command: &str, arguments: &[&str]) -> Command {
        let (toolchain, sanitizer) = if self.nightly { ("+nightly", "address") } else { ("+stable", "none") };
        let mut cargo = Command::new("cargo");
        cargo.current_dir(tools::root());
        // The toolchain that runs this program is not the fuzzer's.
        cargo.env_remove("RUSTUP_TOOLCHAIN").env_remove("CARGO");
        if env::var_os("CARGO_TARGET_DIR").is_some() {
            cargo.env_remove("CARGO_TARGET_DIR");
        }
        if self.nightly {
            cargo.arg(toolchain);
        }
        cargo.args(["fuzz", command, "--sanitizer", sanitizer]).args(arguments);
        cargo
    }

    /// The folder of the inputs that runs find, outside of the repository.
    fn found(target: &str) -> Result<PathBuf, Box<dyn Error>> {
        let folder = tools::root().join("target/fuzz-corpus").join(target);
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// The folder of the inputs that a target starts from: data of the suites, stored inputs and regressions.
    fn seeds(target: &str) -> PathBuf {
        tools::root().join("target/fuzz-seeds").join(target)
    }

    /// Writes it anew.
    fn write_seeds(targets: &[String]) -> Result<(), Box<dyn Error>> {
        for target in targets {
            fs::remove_dir_all(Self::seeds(target)).or_else(|error| {
                if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
            })?;
        }
        let mut cargo = tool("seeds", &[]);
        if cargo.arg("target/fuzz-seeds").args(targets).status()?.success() {
            Ok(())
        } else {
            Err("no seeds could be written".into())
        }
    }

    /// A line of figures, or an error.
    fn run(&self, target: &str, seconds: u32) -> Result<String, String> {
        let output = self.output(target, seconds).map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            let tail: Vec<&str> = text.lines().rev().take(40).collect();
            return Err(tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
        }
        let figure = |name: &str| {
            text.lines().find_map(|line| line.strip_prefix(name)).map_or("?", str::trim).to_owned()
        };
        let last = text.lines().rev().find_map(|line| line.split_once(" cov: ")).map(|(_, rest)| rest);
        let edges = last.and_then(|rest| rest.split_whitespace().next()).unwrap_or("?");
        let executions = figure("stat::number_of_executed_units:");
        let memory = figure("stat::peak_rss_mb:");
        if executions == "?" || executions == "0" {
            return Err(format!("nothing was executed\n{text}"));
        }
        Ok(format!("{target}: {executions} executions, {edges} edges, {memory} MB"))
    }

    fn output(&self, target: &str, seconds: u32) -> Result<Output, Box<dyn Error>> {
        let mut command = self.command("run", &[target]);
        command.arg(Self::found(target)?).arg(Self::seeds(target));
        command.arg("--").args([
            format!("-max_total_time={seconds}"),
            format!("-max_len={LENGTH_MAX}"),
            format!("-rss_limit_mb={MEMORY_MAX}"),
            "-timeout=10".to_owned(),
            "-print_final_stats=1".to_owned(),
        ]);
        if let Some(dictionary) = dictionary(target) {
            command.arg(format!("-dict={}", dictionary.display()));
        }
        Ok(command.output()?)
    }
}

/// The words of the target's encoding.
fn dictionary(target: &str) -> Option<PathBuf> {
    let name = match target {
        "attestation_tpm" => "tpm",
        "certificate" | "certificate_path" | "revocation_list" | "spki_key" => "der",
        "attestation_status_list" => "json",
        name if name.starts_with("attestation_") => "cbor",
        "authenticator_data" | "extensions" | "strict_cbor" | "cose_key" => "cbor",
        name if name.ends_with("_response") || name.ends_with("_ceremony") || name.ends_with("_options") => {
            "json"
        }
        "client_data" | "metadata_blob" => "json",
        _ => return None,
    };
    let path = tools::root().join(Path::new("fuzz/dictionaries")).join(format!("{name}.dict"));
    path.is_file().then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_that_has_a_dictionary_finds_it() {
        for target in targets(&[]).unwrap() {
            let without =
                ["signature", "base64url_text", "origin", "sealed_state"].contains(&target.as_str());
            assert_eq!(dictionary(&target).is_none(), without, "{target}");
        }
    }

    #[test]
    fn an_unknown_target_is_rejected() {
        assert!(targets(&["nothing".to_owned()]).unwrap_err().to_string().contains("no target nothing"));
    }
}
