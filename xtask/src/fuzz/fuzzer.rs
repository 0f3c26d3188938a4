//! cargo-fuzz, and the folders that targets read.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use crate::tools;

/// Twice the 256 KiB of the longest input, a response, is out of reach of mutation; 64 KiB is the longest attestation
/// object.
pub(super) const LENGTH_MAX: u32 = 64 * 1024;

/// Megabytes that a target may take, the sanitizer's shadow included.
const MEMORY_MAX: u32 = 512;

/// The profile of what measures, or runs for seconds only: optimised a little.
pub(crate) const QUICK: &str = "growth";

/// A toolchain with the address sanitizer, if one is there.
enum Toolchain {
    /// A nightly runs this program, so it is the caller's choice.
    CallersNightly,
    Nightly,
    Stable,
}

/// cargo-fuzz with the toolchain that is there.
pub(super) struct Fuzzer {
    toolchain: Toolchain,
    is_quick: bool,
}

impl Fuzzer {
    pub(super) fn new() -> Result<Self, Box<dyn Error>> {
        tools::install("fuzz")?;
        let toolchain = if rustc("release")?.contains("nightly") {
            Toolchain::CallersNightly
        } else if tools::answers(Command::new("rustup").args(["run", "nightly", "cargo", "--version"])) {
            Toolchain::Nightly
        } else {
            Toolchain::Stable
        };
        Ok(Self { toolchain, is_quick: false })
    }

    /// Builds the targets in half of the time, and they run slower.
    pub(super) fn built_quickly(mut self) -> Self {
        self.is_quick = true;
        self
    }

    pub(super) fn describe(&self) -> &'static str {
        match self.toolchain {
            Toolchain::CallersNightly | Toolchain::Nightly => "nightly, with the address sanitizer",
            Toolchain::Stable => "stable, without a sanitizer",
        }
    }

    pub(super) fn command(&self, command: &str, arguments: &[&str]) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(tools::root()).env_remove("CARGO").env_remove("CARGO_TARGET_DIR");
        if !matches!(self.toolchain, Toolchain::CallersNightly) {
            // The toolchain that runs this program is not the fuzzer's.
            cargo.env_remove("RUSTUP_TOOLCHAIN");
        }
        let sanitizer = match self.toolchain {
            Toolchain::CallersNightly => "address",
            Toolchain::Nightly => {
                cargo.arg("+nightly");
                "address"
            }
            Toolchain::Stable => "none",
        };
        if self.is_quick {
            cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
        }
        cargo.args(["fuzz", command, "--sanitizer", sanitizer]).args(arguments);
        cargo
    }

    /// A line of figures, or an error.
    pub(super) fn run(&self, target: &str, seconds: u32) -> Result<String, String> {
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
        command.arg(found(target)?).arg(seeds(target));
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

/// Cargo's arguments for the fuzz workspace without the fuzzer. Stored inputs, seeds and `cargo xtask growth` have one
/// profile, so that its dependencies are built once.
pub(crate) fn without_fuzzer(command: &str, profile: &str) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(tools::root()).args([command, "--locked", "--manifest-path", "fuzz/Cargo.toml"]);
    cargo.args(["--no-default-features", "--features", "hostile", "--profile", profile]);
    cargo.args(["--target-dir", "target"]);
    cargo
}

/// The folder of the inputs that runs find, outside of the repository.
pub(super) fn found(target: &str) -> Result<PathBuf, Box<dyn Error>> {
    let folder = tools::root().join("target/fuzz-corpus").join(target);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// The folder of the inputs that a target starts from: data of the suites, stored inputs and regressions.
pub(super) fn seeds(target: &str) -> PathBuf {
    tools::root().join("target/fuzz-seeds").join(target)
}

/// Writes it anew.
pub(super) fn write_seeds(targets: &[String]) -> Result<(), Box<dyn Error>> {
    for target in targets {
        fs::remove_dir_all(seeds(target)).or_else(|error| {
            if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
        })?;
    }
    let mut cargo = without_fuzzer("run", QUICK);
    cargo.args(["--quiet", "--bin", "seeds", "--"]);
    // A fuzzing service sets the flags of its targets there, which this program can't be built with.
    cargo.env("RUSTFLAGS", "");
    if cargo.arg("target/fuzz-seeds").args(targets).status()?.success() {
        Ok(())
    } else {
        Err("no seeds could be written".into())
    }
}

/// A field of what the compiler prints about itself: `release`, `host`.
pub(super) fn rustc(field: &str) -> Result<String, Box<dyn Error>> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let value = text.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(": "));
    Ok(value.ok_or_else(|| format!("rustc -vV has no `{field}`"))?.to_owned())
}

/// The words of the target's encoding.
pub(super) fn dictionary(target: &str) -> Option<PathBuf> {
    let name = match target {
        "attestation_tpm" => "tpm",
        "certificate" | "certificate_path" | "remembered_links" | "revocation_list" | "spki_key" => "der",
        "attestation_status_list" => "json",
        name if name.starts_with("attestation_") => "cbor",
        "authenticator_data" | "extensions" | "strict_cbor" | "cose_key" => "cbor",
        name if name.ends_with("_response") || name.ends_with("_ceremony") || name.ends_with("_options") => {
            "json"
        }
        "client_data" | "inspect" | "metadata_blob" => "json",
        _ => return None,
    };
    let path = tools::root().join(Path::new("fuzz/dictionaries")).join(format!("{name}.dict"));
    path.is_file().then_some(path)
}
