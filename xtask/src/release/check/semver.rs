//! The public APIs against those of the last release, by cargo-semver-checks.

use std::{error::Error, process::Command};

use super::{outcome::Outcome, run};
use crate::{release::candidate::Candidate, tools};

const TOOL: (&str, &str) = ("semver-checks", "0.51.0");

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let tags = run::stdout(git(candidate).args(["tag", "--list", "v*", "--merged", "HEAD"]))?;
    let own = format!("v{}", candidate.version);
    let Some(last) = last(&tags, &own) else {
        return Ok(Outcome::Skipped(
            "no earlier release: there is no tag `v…` before this version to compare with".to_owned(),
        ));
    };
    tools::install_version(TOOL.0, TOOL.1)?;
    let mut cargo = tools::cargo(&["semver-checks", "--baseline-rev", last]);
    for package in candidate.libraries() {
        // A package that is new in this release has nothing to be compared with.
        let manifest = format!("{last}:crates/{}/Cargo.toml", package.name);
        if run::captured(git(candidate).args(["cat-file", "-e", &manifest]))?.succeeded {
            cargo.args(["--package", &package.name]);
        }
    }
    Ok(if run::shown(&mut cargo)? {
        Outcome::Passed(format!("no change since {last} that its version number does not allow"))
    } else {
        Outcome::Failed(format!("a change since {last} needs a higher version; see above"))
    })
}

fn git(candidate: &Candidate) -> Command {
    let mut git = Command::new("git");
    git.current_dir(&candidate.root).args(["-c", "safe.directory=*"]);
    git
}

/// The highest version among the tags, except the candidate's own.
fn last<'a>(tags: &'a str, own: &str) -> Option<&'a str> {
    tags.lines().filter(|tag| *tag != own).max_by_key(|tag| tools::version(tag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_release_is_the_highest_version_and_not_the_candidate() {
        assert_eq!(last("", "v0.1.0"), None);
        assert_eq!(last("v0.1.0\n", "v0.1.0"), None);
        assert_eq!(last("v0.1.0\nv0.10.0\nv0.9.0\n", "v0.11.0"), Some("v0.10.0"));
    }
}
