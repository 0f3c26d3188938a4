//! What a fuzzing service runs: OSS-Fuzz calls this through `fuzz/oss-fuzz/build.sh`. The names of the files are those
//! that it reads: <https://google.github.io/oss-fuzz/getting-started/new-project-guide/>.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    str::FromStr,
};

use super::fuzzer::{Fuzzer, LENGTH_MAX, dictionary, rustc, seeds, write_seeds};
use crate::tools;

/// What the programs are built for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sanitizer {
    /// Fuzzing, under the address sanitizer if the toolchain has it.
    Address,
    /// A report of what the inputs cover, by the compiler's own counters.
    Coverage,
}

impl FromStr for Sanitizer {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word {
            "address" => Ok(Self::Address),
            "coverage" => Ok(Self::Coverage),
            other => Err(format!("expected address or coverage, not {other}")),
        }
    }
}

/// Builds the targets, and writes them to a folder with what each starts from.
pub(super) fn build(
    targets: &[String],
    out: &Path,
    sanitizer: Sanitizer,
) -> Result<ExitCode, Box<dyn Error>> {
    tools::install_debian("zip", &["zip"], || tools::find("zip").is_some())?;
    fs::create_dir_all(out)?;
    let out = fs::canonicalize(out)?;
    write_seeds(targets)?;
    let programs = match sanitizer {
        Sanitizer::Address => with_cargo_fuzz(targets)?,
        Sanitizer::Coverage => with_coverage(targets)?,
    };
    for target in targets {
        fs::copy(programs.join(target), out.join(target))?;
        fs::write(out.join(target).with_extension("options"), options())?;
        if let Some(words) = dictionary(target) {
            fs::copy(words, out.join(target).with_extension("dict"))?;
        }
        zip(&seeds(target), &out.join(format!("{target}_seed_corpus.zip")))?;
    }
    println!("{} targets in {}", targets.len(), out.display());
    Ok(ExitCode::SUCCESS)
}

/// The folder of the programs that cargo-fuzz builds.
fn with_cargo_fuzz(targets: &[String]) -> Result<PathBuf, Box<dyn Error>> {
    let (fuzzer, host) = (Fuzzer::new()?, rustc("host")?);
    println!("{}", fuzzer.describe());
    for target in targets {
        if !fuzzer.command("build", &["--target", &host, target]).status()?.success() {
            return Err(format!("{target} can't be built").into());
        }
    }
    Ok(tools::root().join("fuzz/target").join(host).join("release"))
}

/// The folder of the programs with the compiler's counters, which cargo-fuzz does not build.
fn with_coverage(targets: &[String]) -> Result<PathBuf, Box<dyn Error>> {
    let (host, root) = (rustc("host")?, tools::root());
    let flags = env::var("RUSTFLAGS").unwrap_or_default();
    let folder = root.join("target/fuzz-coverage");
    let mut cargo = Command::new("cargo");
    // OSS-Fuzz's own `cargo` asks for the workspace of the current folder.
    cargo.current_dir(root.join("fuzz")).env_remove("CARGO").env("RUSTFLAGS", coverage_flags(&flags, root));
    // A target folder of its own, without optimisation: its counters count lines as they are written.
    cargo.args(["build", "--locked", "--target", &host, "--target-dir"]).arg(&folder);
    for target in targets {
        cargo.args(["--bin", target]);
    }
    if !cargo.status()?.success() {
        return Err("the targets can't be built".into());
    }
    Ok(folder.join(host).join("debug"))
}

/// The compiler's flags for a report of coverage: the service's own, or those that it would set.
fn coverage_flags(given: &str, root: &Path) -> String {
    let flags = if given.contains("instrument-coverage") {
        given.to_owned()
    } else {
        format!("{given} --cfg fuzzing -Cinstrument-coverage")
    };
    // Cargo names the files of this workspace relative to it, and a report has to find them.
    let remapped = ["fuzz_targets", "src"]
        .map(|folder| format!("--remap-path-prefix={folder}={}", root.join("fuzz").join(folder).display()));
    [flags.trim_start(), &remapped.join(" ")].join(" ")
}

/// The options of a target, as libFuzzer's flags.
fn options() -> String {
    format!("[libfuzzer]\nmax_len = {LENGTH_MAX}\n")
}

/// Packs the files of a folder.
fn zip(folder: &Path, archive: &Path) -> Result<(), Box<dyn Error>> {
    // What is there would be added to.
    if archive.exists() {
        fs::remove_file(archive)?;
    }
    let mut zip = Command::new("zip");
    // Quietly, without extra fields, without the names of folders, and with the files below the folder.
    zip.args(["-q", "-X", "-j", "-r"]).arg(archive).arg(folder);
    if zip.status()?.success() { Ok(()) } else { Err(format!("zip {} failed", folder.display()).into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_of_a_service_are_kept() {
        let root = Path::new("/src/countersign");
        let service = "--cfg fuzzing -Cinstrument-coverage -C link-arg=-lc++";
        let flags = coverage_flags(service, root);
        assert!(flags.starts_with(service));
        assert!(flags.ends_with("--remap-path-prefix=src=/src/countersign/fuzz/src"));
        assert_eq!(flags.matches("instrument-coverage").count(), 1);
        assert!(coverage_flags("", root).starts_with("--cfg fuzzing -Cinstrument-coverage "));
    }

    #[test]
    fn a_sanitizer_that_is_not_supported_is_rejected() {
        assert_eq!("address".parse(), Ok(Sanitizer::Address));
        assert_eq!("memory".parse::<Sanitizer>().unwrap_err(), "expected address or coverage, not memory");
    }

    #[test]
    fn the_options_are_lines_that_the_service_reads() {
        assert_eq!(options(), "[libfuzzer]\nmax_len = 65536\n");
    }
}
