//! The public APIs against those of the last release, by cargo-semver-checks.

use std::{error::Error, process::Command};

use super::{outcome::Outcome, run};
use crate::{
    release::{candidate::Candidate, git},
    tools,
};

const TOOL: (&str, &str) = ("semver-checks", "0.51.0");

pub(super) fn check(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let Some(last) = git::last_tag(&candidate.version)? else {
        return Ok(Outcome::Skipped(if git::is_shallow()? {
            "a clone without history has no tag of an earlier release: `git fetch --unshallow --tags`"
                .to_owned()
        } else {
            "no earlier release: there is no tag `v…` before this version to compare with".to_owned()
        }));
    };
    tools::install_version(TOOL.0, TOOL.1)?;
    let mut cargo = tools::cargo(&["semver-checks", "--baseline-rev", &last]);
    for package in candidate.libraries() {
        // A package that is new in this release has nothing to be compared with.
        let manifest = format!("{last}:crates/{}/Cargo.toml", package.name);
        if run::captured(in_repository(candidate).args(["cat-file", "-e", &manifest]))?.succeeded {
            cargo.args(["--package", &package.name]);
        }
    }
    Ok(if run::shown(&mut cargo)? {
        Outcome::Passed(format!("no change since {last} that its version number does not allow"))
    } else {
        Outcome::Failed(format!("a change since {last} needs a higher version; see above"))
    })
}

fn in_repository(candidate: &Candidate) -> Command {
    let mut git = Command::new("git");
    git.current_dir(&candidate.root).args(["-c", "safe.directory=*"]);
    git
}
