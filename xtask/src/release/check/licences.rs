//! Licences, sources, banned packages and advisories of all dependencies, by cargo-deny and `deny.toml`.

use std::{error::Error, path::Path, process::Command};

use serde_json::Value;

use super::{outcome::Outcome, run};
use crate::{
    release::candidate::{Candidate, list, text},
    tools,
};

const TOOL: (&str, &str) = ("deny", "0.20.2");

pub(super) fn licences(candidate: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    let passed = run::shown(&mut deny(&["check", "--hide-inclusion-graph", "licenses", "bans", "sources"]))?;
    if !passed {
        return Ok(Outcome::Failed(
            "a dependency has a licence, a source or a second version that deny.toml does not allow; see above".to_owned(),
        ));
    }
    let metadata =
        run::stdout(&mut tools::cargo(&["metadata", "--format-version", "1", "--locked", "--all-features"]))?;
    let notices = notices(&serde_json::from_str(&metadata)?);
    let count = candidate.packages.len();
    Ok(Outcome::of(
        notices,
        format!(
            "licences, bans and sources of all that {count} packages need are allowed; no package has a NOTICE file"
        ),
    ))
}

fn deny(arguments: &[&str]) -> Command {
    let mut cargo = tools::cargo(&["deny", "--locked", "--all-features", "--workspace"]);
    cargo.args(arguments);
    cargo
}

/// The packages from registries with a file that section 4(d) of the Apache licence wants to be passed on with a program.
fn notices(metadata: &Value) -> Vec<String> {
    let foreign = list(&metadata["packages"]).iter().filter(|package| !package["source"].is_null());
    foreign
        .filter(|package| has_notice(Path::new(text(&package["manifest_path"]))))
        .map(|package| {
            format!("{} has a NOTICE file: the program must come with its text", text(&package["name"]))
        })
        .collect()
}

fn has_notice(manifest: &Path) -> bool {
    let Some(Ok(entries)) = manifest.parent().map(std::fs::read_dir) else { return false };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().to_ascii_uppercase();
        name == "NOTICE" || name.starts_with("NOTICE.")
    })
}

pub(super) fn advisories(_: &Candidate) -> Result<Outcome, Box<dyn Error>> {
    tools::install_version(TOOL.0, TOOL.1)?;
    // The database is a repository that no package registry has. Without a network, a copy from earlier is better than none.
    let fetched = run::captured(&mut deny(&["fetch", "db"]))?;
    let mut check = deny(&["check"]);
    if !fetched.succeeded {
        check.arg("--disable-fetch");
    }
    let checked = run::captured(check.args(["--hide-inclusion-graph", "advisories"]))?;
    print!("{}", checked.stderr);
    Ok(verdict(fetched.succeeded, &checked))
}

fn verdict(fetched: bool, checked: &run::Printed) -> Outcome {
    let no_database =
        ["failed to load advisory database", "failed to open advisory database", "unable to find"];
    if checked.succeeded {
        let age =
            if fetched { "" } else { ", by a copy of the database from earlier: it can't be fetched here" };
        Outcome::Passed(format!("no advisory on a dependency{age}"))
    } else if !fetched && no_database.iter().any(|sign| checked.stderr.contains(sign)) {
        Outcome::Skipped(
            "the RustSec database can't be fetched here and no copy is in cargo's home: `cargo deny fetch db`".to_owned(),
        )
    } else {
        Outcome::Failed("an advisory on a dependency, or a version that was withdrawn; see above".to_owned())
    }
}
