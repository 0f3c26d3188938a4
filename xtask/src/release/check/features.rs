//! Every pair of features of every package compiles, without a warning, by cargo-hack.

use std::error::Error;

use super::{outcome::Outcome, run};
use crate::{release::candidate::Candidate, tools};

const TOOL: (&str, &str) = ("hack", "0.6.46");

/// All subsets of up to this many features, and all features. Features only add items, so that a conflict is one of two; the
/// whole power set of `countersign` alone has 256 subsets.
const DEPTH: &str = "2";

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    let list = run::stdout(&mut hack(candidate, &["--print-command-list"]))?;
    let count = list.lines().filter(|line| line.contains("check")).count();
    if count < candidate.packages.len() {
        return Err(format!("{count} combinations for {} packages", candidate.packages.len()).into());
    }
    println!("{count} combinations of features");
    let printed = run::captured(&mut hack(candidate, &["--keep-going"]))?;
    let warned = printed.stderr.lines().any(is_warning);
    if printed.succeeded && !warned {
        return Ok(Outcome::Passed(format!(
            "{count} combinations, all of up to {DEPTH} features of a package, compile without a warning"
        )));
    }
    println!("{}", printed.stderr);
    Ok(Outcome::Failed("a combination of features does not compile, or with a warning; see above".to_owned()))
}

/// `default` is left out because it is a combination of up to two features itself.
fn hack(candidate: &Candidate, more: &[&str]) -> std::process::Command {
    let mut cargo = tools::cargo(&["hack", "check", "--locked", "--feature-powerset", "--depth", DEPTH]);
    cargo.args(["--exclude-features", "default"]).args(more);
    for package in &candidate.packages {
        cargo.args(["--package", &package.name]);
    }
    cargo
}

/// A warning of the compiler, not of cargo-hack on features that it was asked to skip.
fn is_warning(line: &str) -> bool {
    line.starts_with("warning: ") && !line.contains("specified feature `default` not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_of_the_compiler_is_one() {
        assert!(is_warning("warning: unused variable: `a`"));
        assert!(!is_warning("    Checking countersign-types v0.1.0"));
    }
}
