//! No dependency that nothing uses, by cargo-machete.

use std::error::Error;

use super::{outcome::Outcome, run};
use crate::{release::candidate::Candidate, tools};

const TOOL: (&str, &str) = ("machete", "0.9.2");

pub(super) fn check(_: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    // Dependencies that the source names by no path are listed in the manifests, with the reason.
    Ok(
        if run::shown(&mut tools::cargo(&[
            "machete",
            "--with-metadata",
            "crates",
            "docs/frameworks",
            "xtask",
            "fuzz",
            "benches",
        ]))? {
            Outcome::Passed("every dependency is used".to_owned())
        } else {
            Outcome::Failed("a dependency is not used; see above".to_owned())
        },
    )
}
