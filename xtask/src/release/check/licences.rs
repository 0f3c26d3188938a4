//! Licences, sources, banned packages and advisories of all dependencies, by cargo-deny and `deny.toml`.

use std::{error::Error, process::Command};

use super::{outcome::Outcome, run};
use crate::{release::candidate::Candidate, tools};

const TOOL: (&str, &str) = ("deny", "0.20.2");

pub(super) fn licences(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    let passed = run::shown(&mut deny(&["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    if !passed {
        return Ok(Outcome::Failed(
            "a dependency has a licence, a source or a second version that deny.toml does not allow; see above".to_owned(),
        ));
    }
    let count = candidate.packages.len();
    Ok(Outcome::Passed(format!(
        "licences, bans and sources of all that {count} packages need are as deny.toml allows"
    )))
}

fn deny(arguments: &[&str]) -> Command {
    let mut cargo = tools::cargo(&["deny", "--locked", "--all-features", "--workspace"]);
    cargo.args(arguments);
    cargo
}

pub(super) fn advisories(_: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    // The database is a repository that no package registry has. Without it, a copy from earlier is better than none.
    let fetched = run::captured(&mut deny(&["fetch", "db"]))?.succeeded;
    let network: &[&str] = if fetched { &[] } else { &["--offline"] };
    let checked =
        run::captured(&mut deny(&[network, &["check", "--hide-inclusion-graph", "advisories"]].concat()))?;
    print!("{}", checked.stderr);
    Ok(verdict(fetched, &checked))
}

/// What the database's absence or age is called in the messages of cargo-deny.
const NO_DATABASE: [&str; 3] =
    ["failed to get 'FETCH_HEAD' metadata", "failed to load advisory database", "repository is stale"];

fn verdict(fetched: bool, checked: &run::Printed) -> Outcome {
    if checked.succeeded {
        let age = if fetched {
            ""
        } else {
            "; by a copy of the database from earlier, as it can't be fetched here"
        };
        Outcome::Passed(format!("no advisory on a dependency, and no withdrawn version{age}"))
    } else if !fetched && NO_DATABASE.iter().any(|sign| checked.stderr.contains(sign)) {
        Outcome::Skipped(
            "the RustSec database is on GitHub, can't be fetched here, and no copy of the last 90 days is in cargo's home".to_owned(),
        )
    } else {
        Outcome::Failed("an advisory on a dependency, or a withdrawn version; see above".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(succeeded: bool, stderr: &str) -> run::Printed {
        run::Printed { succeeded, stdout: String::new(), stderr: stderr.to_owned() }
    }

    #[test]
    fn a_missing_database_is_skipped_only_if_it_cannot_be_fetched() {
        let missing = printed(false, "[ERROR] failed to load advisory database: no such file");
        assert!(matches!(verdict(false, &missing), Outcome::Skipped(_)));
        assert!(matches!(verdict(true, &missing), Outcome::Failed(_)));
        assert!(matches!(verdict(false, &printed(false, "error[vulnerability]: a")), Outcome::Failed(_)));
        assert!(matches!(verdict(true, &printed(true, "")), Outcome::Passed(_)));
    }
}
