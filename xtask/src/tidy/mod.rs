//! `cargo xtask tidy`: what no compiler checks, each check a function from the tree to its findings.

mod codes;
mod documents;
mod layers;
mod lints;
mod modules;
mod text;
mod tree;
mod vulnerabilities;

use std::{error::Error, fmt, process::ExitCode};

pub(crate) use codes::of_the_server as server_codes;
pub(crate) use tree::{Tree, test_code};

use layers::Package;

const HELP: &str = "\
cargo xtask tidy

Checks the files that git tracks, or would track: layering, module files, file sizes, forbidden words
and paths, lints, the tables of docs/, and that docs/RULES.md and the public suffixes are up to date. A line for each finding.

Exit codes: 0 nothing found, 1 something found, 2 the tree can't be read.
";

/// What the checks look at.
#[derive(Debug, Default)]
struct Workspace {
    tree: Tree,
    packages: Vec<Package>,
}

/// One thing that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    path: String,
    line: Option<usize>,
    what: String,
}

impl Finding {
    pub(crate) fn new(path: impl Into<String>, what: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, what: what.into() }
    }

    /// At a line, counted from 1.
    fn at(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line: Some(line), what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.path, self.what),
            None => write!(f, "{}: {}", self.path, self.what),
        }
    }
}

const CHECKS: [fn(&Workspace) -> Vec<Finding>; 16] = [
    layers::only_on_layers_below,
    layers::nothing_forbidden_below_the_server,
    modules::every_file_is_reached,
    text::files_are_short,
    text::nothing_is_left_over,
    text::no_path_of_one_machine,
    lints::every_crate_takes_the_lints,
    lints::libraries_cannot_panic,
    codes::the_table_is_complete,
    codes::the_servers_table_is_complete,
    codes::every_code_is_tested,
    documents::everything_is_documented,
    documents::links_lead_somewhere,
    documents::examples_are_compiled,
    documents::examples_of_guides_are_run,
    vulnerabilities::every_advisory_has_its_tests,
];

pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    match arguments.next()? {
        None => {}
        Some(lexopt::Arg::Long("help") | lexopt::Arg::Short('h')) => {
            print!("{HELP}");
            return Ok(ExitCode::SUCCESS);
        }
        Some(other) => return Err(other.unexpected().into()),
    }
    let workspace =
        Workspace { tree: Tree::read(crate::root())?, packages: layers::packages(crate::root())? };
    let mut findings: Vec<_> = CHECKS.iter().flat_map(|check| check(&workspace)).collect();
    findings.extend(crate::rules::findings(&workspace.tree));
    findings.extend(crate::public_suffixes::findings(&workspace.tree)?);
    for finding in &findings {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

#[cfg(test)]
impl Workspace {
    fn of(files: &[(&str, &str)]) -> Self {
        Self { tree: Tree::of(files), packages: Vec::new() }
    }
}
