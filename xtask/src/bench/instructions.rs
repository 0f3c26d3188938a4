//! `cargo xtask bench instructions`: the instructions of fixed operations, compared with a file.
//!
//! Counts don't depend on other work of the machine, nor on the model of the processor: valgrind shows programs the same one on
//! every x86-64 machine with AVX2, without the instructions for SHA-256. AWS-LC's code is left out because it asks the processor
//! itself. Another compiler makes other code, so counts of another version are printed and not judged.

use std::{
    error::Error,
    fmt::Write as _,
    fs,
    process::{Command, ExitCode},
};

use crate::{
    callgrind,
    fuzz::fuzzer::{QUICK, without_fuzzer},
    tools,
};

/// Where the expected counts are.
const FILE: &str = "benches/instructions.tsv";

/// The most difference from the expected count, as a part of it.
const TOLERANCE: f64 = 0.03;

/// An operation with its count.
type Count = (String, u64);

/// The function whose calls are counted.
const FUNCTION: &str = "instructions_measured";

/// Counts the operations. With `update` their counts become the expected ones.
pub(super) fn main(update: bool) -> Result<ExitCode, Box<dyn Error>> {
    if !fs::read_to_string("/proc/cpuinfo").unwrap_or_default().contains(" avx2 ") {
        println!("not counted: the expected counts are those of an x86-64 processor with AVX2");
        return Ok(ExitCode::SUCCESS);
    }
    if let Err(error) = callgrind::install() {
        println!("not counted: {error}");
        return Ok(ExitCode::SUCCESS);
    }
    let (counts, compiler) = (count()?, compiler()?);
    let file = tools::root().join(FILE);
    if update {
        fs::write(file, written(&compiler, &counts))?;
        return Ok(ExitCode::SUCCESS);
    }
    let expected = fs::read_to_string(file)?;
    let (passed, table) = judge(&expected, &counts);
    print!("{table}");
    if !expected.contains(&compiler) {
        println!("not judged: {FILE} is of another compiler than {compiler}");
        return Ok(ExitCode::SUCCESS);
    }
    if !passed {
        println!("if the change is worth it: cargo xtask bench instructions --update");
    }
    Ok(if passed { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Builds the program of the operations with what `cargo xtask growth` builds, and counts them.
fn count() -> Result<Vec<Count>, Box<dyn Error>> {
    let mut cargo = without_fuzzer("build", QUICK);
    if !cargo.args(["--quiet", "--bin", "instructions"]).status()?.success() {
        return Err("the program of the operations can't be built".into());
    }
    let program = tools::root().join("target").join(QUICK).join("instructions");
    let names = Command::new(&program).arg("names").output()?.stdout;
    let names: Vec<String> = String::from_utf8(names)?.lines().map(str::to_owned).collect();
    let folder = tools::root().join("target/instructions");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let counts = callgrind::counts(&program, &["run"], FUNCTION, &folder.join("callgrind"))?;
    if counts.len() != names.len() {
        return Err(format!("{} operations and {} counts", names.len(), counts.len()).into());
    }
    Ok(names.into_iter().zip(counts).collect())
}

fn compiler() -> Result<String, Box<dyn Error>> {
    Ok(String::from_utf8(Command::new("rustc").arg("--version").output()?.stdout)?.trim().to_owned())
}

fn written(compiler: &str, counts: &[Count]) -> String {
    let mut text = format!("# cargo xtask bench instructions --update, {compiler}\n");
    for (name, count) in counts {
        let _ = writeln!(text, "{name}\t{count}");
    }
    text
}

/// Whether every operation has about its expected count, and a table of them. An operation that is in one list only fails too.
fn judge(expected: &str, counts: &[Count]) -> (bool, String) {
    let expected: Vec<(&str, u64)> = expected
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .filter_map(|(name, count)| Some((name, count.parse().ok()?)))
        .collect();
    let (mut passed, mut table) = (true, String::new());
    for (name, count) in counts {
        let known = expected.iter().find(|(known, _)| known == name);
        let line = match known {
            None => "not in the file".to_owned(),
            Some((_, known)) => {
                let part = difference(*known, *count);
                let verdict = if part.abs() > TOLERANCE { "  DIFFERS" } else { "" };
                format!("{:+6.2} %{verdict}", part * 100.0)
            }
        };
        passed &= known.is_some_and(|(_, known)| difference(*known, *count).abs() <= TOLERANCE);
        let _ = writeln!(table, "{count:>12}  {line:<9}  {name}");
    }
    for (name, _) in expected.iter().filter(|(known, _)| counts.iter().all(|(name, _)| name != known)) {
        passed = false;
        let _ = writeln!(table, "           -  not counted  {name}");
    }
    (passed, table)
}

/// How much more it is than expected, as a part of that.
#[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a part of two digits")]
fn difference(expected: u64, count: u64) -> f64 {
    count as f64 / expected.max(1) as f64 - 1.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(count: u64) -> bool {
        let expected = written("a compiler", &[("a".into(), 1_000_000), ("b".into(), 500)]);
        judge(&expected, &[("a".into(), count), ("b".into(), 500)]).0
    }

    #[test]
    fn a_count_that_differs_by_four_percent_fails_and_one_by_two_percent_passes() {
        assert!(passes(1_000_000));
        assert!(passes(1_020_000));
        assert!(passes(980_000));
        assert!(!passes(1_040_000));
        assert!(!passes(960_000));
    }

    #[test]
    fn an_operation_that_is_in_one_list_only_fails() {
        let expected = written("a compiler", &[("a".into(), 1)]);
        assert!(judge(&expected, &[("a".into(), 1)]).0);
        assert!(!judge(&expected, &[]).0);
        assert!(!judge(&expected, &[("a".into(), 1), ("b".into(), 1)]).0);
    }
}
