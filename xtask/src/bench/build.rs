//! Builds from nothing.

use std::{
    collections::BTreeSet,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use super::results::Build;
use crate::{cpu_time::CpuTime, tools};

/// What is built.
struct Subject {
    name: &'static str,
    /// The manifest of the workspace, from the root of the repository.
    manifest: &'static str,
    package: &'static str,
    program: &'static str,
    profile: &'static str,
    /// For our own: the most crates that it may have.
    limit: Option<usize>,
}

/// 80 crates are what a user of the libraries should have to trust; the program's number is what it has, so that a new
/// dependency is noticed.
const SUBJECTS: [Subject; 5] = [
    Subject {
        name: "program",
        manifest: "Cargo.toml",
        package: "countersign-cli",
        program: "countersign",
        profile: "release",
        limit: Some(270),
    },
    Subject {
        name: "countersign",
        manifest: "benches/minimal/countersign/Cargo.toml",
        package: "minimal-countersign",
        program: "minimal-countersign",
        profile: "release",
        limit: Some(80),
    },
    Subject {
        name: "webauthn_rp",
        manifest: "benches/minimal/webauthn_rp/Cargo.toml",
        package: "minimal-webauthn_rp",
        program: "minimal-webauthn_rp",
        profile: "release",
        limit: None,
    },
    Subject {
        name: "webauthn-rs",
        manifest: "benches/minimal/webauthn-rs/Cargo.toml",
        package: "minimal-webauthn-rs",
        program: "minimal-webauthn-rs",
        profile: "release",
        limit: None,
    },
    Subject {
        name: "dev",
        manifest: "Cargo.toml",
        package: "countersign-cli",
        program: "countersign",
        profile: "dev",
        limit: None,
    },
];

/// What a build took and made.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Built {
    processor: Duration,
    clock: Duration,
    crates: usize,
    bytes: u64,
}

/// Counts the crates of our own subjects.
pub(super) fn check_crates() -> Result<ExitCode, Box<dyn Error>> {
    let mut passed = true;
    for subject in &SUBJECTS {
        let Some(limit) = subject.limit else { continue };
        let mut cargo = tools::cargo(&["tree", "--locked", "--prefix", "none", "--edges", "normal,build"]);
        cargo.args(["--format", "{p}", "--manifest-path", subject.manifest, "--package", subject.package]);
        let output = cargo.stderr(Stdio::inherit()).output()?;
        if !output.status.success() {
            return Err(format!("{}: cargo tree failed", subject.name).into());
        }
        let crates = crates(&String::from_utf8(output.stdout)?);
        println!("{}: {crates} crates, at most {limit} expected", subject.name);
        passed &= crates <= limit;
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// The crates that `cargo tree --prefix none` lists, each once.
fn crates(tree: &str) -> usize {
    // The version follows the name; marks such as `(*)` follow both.
    let names = tree.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?, words.next()?))
    });
    names.collect::<BTreeSet<_>>().len()
}

/// Builds the subjects by turns, and prints a table of the medians, which it returns.
pub(super) fn measure(runs: usize, names: &[String]) -> Result<Vec<Build>, Box<dyn Error>> {
    if let Some(unknown) = names.iter().find(|name| SUBJECTS.iter().all(|subject| subject.name != **name)) {
        return Err(format!("no subject `{unknown}`; `cargo xtask bench --help` lists them").into());
    }
    let is_wanted = |subject: &&Subject| names.is_empty() || names.iter().any(|name| name == subject.name);
    let subjects: Vec<_> = SUBJECTS.iter().filter(is_wanted).collect();
    if subjects.iter().any(|subject| subject.name == "webauthn-rs") {
        install_openssl()?;
    }
    for subject in &subjects {
        // Downloads are no part of a build.
        run(Command::new("cargo")
            .args(["fetch", "--locked", "--manifest-path"])
            .arg(path(subject.manifest)))?;
    }
    let mut all: Vec<Vec<Built>> = vec![Vec::new(); subjects.len()];
    println!("load at the start: {}", load());
    for _ in 0..runs {
        for (subject, built) in subjects.iter().zip(&mut all) {
            built.push(build(subject)?);
        }
    }
    println!("load at the end: {}\n", load());
    println!("| subject | crates | processor time | time | program |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    let mut builds = Vec::new();
    for (subject, built) in subjects.iter().zip(&all) {
        if let Some(built) = median(built) {
            println!("{}", row(subject.name, &built));
            builds.push(Build {
                name: subject.name.to_owned(),
                crates: built.crates,
                processor_time: built.processor.as_secs(),
                time: built.clock.as_secs(),
                kibibytes: built.bytes / 1024,
            });
        }
    }
    Ok(builds)
}

fn row(name: &str, built: &Built) -> String {
    let Built { processor, clock, crates, bytes } = built;
    let (processor, clock, kibibytes) = (processor.as_secs_f64(), clock.as_secs_f64(), bytes / 1024);
    format!("| {name} | {crates} | {processor:.0} s | {clock:.0} s | {kibibytes} KiB |")
}

/// Crates and size are those of each run; the times are medians, each its own.
fn median(all: &[Built]) -> Option<Built> {
    let middle = |time: fn(&Built) -> Duration| {
        let mut times: Vec<_> = all.iter().map(time).collect();
        times.sort();
        times.get(times.len() / 2).copied()
    };
    let Built { crates, bytes, .. } = all.first()?.clone();
    Some(Built {
        processor: middle(|built| built.processor)?,
        clock: middle(|built| built.clock)?,
        crates,
        bytes,
    })
}

fn build(subject: &Subject) -> Result<Built, Box<dyn Error>> {
    let folder = tools::root().join("target/bench").join(subject.name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut cargo = Command::new("cargo");
    // As a user builds it: what CI sets to save time is left out.
    for variable in ["CARGO_INCREMENTAL", "CARGO_PROFILE_DEV_DEBUG", "RUSTFLAGS"] {
        cargo.env_remove(variable);
    }
    cargo.args(["build", "--quiet", "--locked", "--message-format", "json", "--package", subject.package]);
    cargo.args(["--profile", subject.profile, "--target-dir"]).arg(&folder);
    cargo.arg("--manifest-path").arg(path(subject.manifest)).stderr(Stdio::inherit());
    let (before, start) = (CpuTime::now()?.children, Instant::now());
    let output = cargo.output()?;
    let (processor, clock) = (CpuTime::now()?.children.saturating_sub(before), start.elapsed());
    if !output.status.success() {
        return Err(format!("{} can't be built", subject.name).into());
    }
    let crates = artifacts(&String::from_utf8(output.stdout)?);
    let profile = if subject.profile == "dev" { "debug" } else { subject.profile };
    let bytes = fs::metadata(folder.join(profile).join(subject.program))?.len();
    fs::remove_dir_all(&folder)?;
    let built = Built { processor, clock, crates, bytes };
    eprintln!("{}", row(subject.name, &built));
    Ok(built)
}

/// The packages of which cargo's messages name something that was built.
fn artifacts(messages: &str) -> usize {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let built = messages.filter(|message| message["reason"] == "compiler-artifact");
    built
        .filter_map(|message| message["package_id"].as_str().map(str::to_owned))
        .collect::<BTreeSet<_>>()
        .len()
}

fn install_openssl() -> Result<(), Box<dyn Error>> {
    let is_there = || tools::answers(Command::new("pkg-config").args(["--exists", "openssl"]));
    tools::install_debian("the headers of OpenSSL", &["libssl-dev", "pkg-config"], is_there)
}

fn path(manifest: &str) -> PathBuf {
    tools::root().join(manifest)
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    if command.status()?.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}

/// The average numbers of processes that wanted to run, of the last 1, 5 and 15 minutes, and the number of processors.
fn load() -> String {
    let load = fs::read_to_string(Path::new("/proc/loadavg")).unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    let numbers: Vec<_> = load.split(' ').take(3).collect();
    format!("{} on {processors} processors", numbers.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(processor: u64, clock: u64) -> Built {
        let [processor, clock] = [processor, clock].map(Duration::from_secs);
        Built { processor, clock, crates: 7, bytes: 2048 }
    }

    #[test]
    fn each_crate_is_counted_once() {
        let tree = "a v1.0.0 (/folder)\nb v1.0.0\nb v2.0.0\nc v1.0.0 (proc-macro)\nc v1.0.0 (proc-macro) (*)\nb v1.0.0 (*)\n";
        assert_eq!(crates(tree), 4);
        assert_eq!(crates(""), 0);
    }

    #[test]
    fn packages_that_were_built_are_counted_once() {
        let messages = r#"{"reason":"compiler-artifact","package_id":"a"}
{"reason":"compiler-artifact","package_id":"a"}
{"reason":"build-script-executed","package_id":"b"}
{"reason":"compiler-artifact","package_id":"c"}"#;
        assert_eq!(artifacts(messages), 2);
    }

    #[test]
    fn the_median_of_each_time_is_its_own() {
        assert_eq!(median(&[]), None);
        assert_eq!(median(&[built(3, 9), built(1, 8), built(2, 7)]), Some(built(2, 8)));
        assert_eq!(row("x", &built(2, 8)), "| x | 7 | 2 s | 8 s | 2 KiB |");
    }
}
