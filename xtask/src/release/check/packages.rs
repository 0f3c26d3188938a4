//! Every package builds from its own files, without the workspace.

use std::error::Error;

use super::outcome::Outcome;
use crate::{release::candidate::Candidate, tools};

/// Cargo packs each package, unpacks it and builds it with the others from their files.
pub(super) fn build_from_their_files(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["publish", "--workspace", "--dry-run", "--locked", "--allow-dirty"]);
    if cargo.status()?.success() {
        return Ok(Outcome::Passed(format!("{} packages build from their files", candidate.packages.len())));
    }
    Ok(Outcome::Failed("`cargo publish --workspace --dry-run` fails".to_owned()))
}
