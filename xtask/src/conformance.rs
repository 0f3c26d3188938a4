//! `cargo xtask conformance` and `cargo xtask vectors`: the program `countersign-conformance`, for this repository's suites.

use std::{error::Error, ffi::OsString, process::ExitCode};

use crate::{programs, tools};

/// The copies of the published test vectors. The second is in a neighbour folder that not every checkout has.
const PUBLISHED: [&str; 2] = ["conformance/specification.json", "../shared/conformance/w3c-l3.json"];

const HELP: &str = "\
cargo xtask conformance [--vectors DIR]... [OPTION]...

Runs `countersign-conformance run` on the crate countersign, with the suites in conformance/ or in each DIR.
`--backend aws-lc` verifies signatures with AWS-LC, `--backend graviola` with graviola. Other options are those of that
program:

";

const VECTORS_HELP: &str = "\
cargo xtask vectors [--check]

Runs `countersign-conformance vectors --into conformance`. The test vectors are compared with the published ones in
conformance/specification.json, and in ../shared/conformance/w3c-l3.json, a neighbour folder that not every checkout
has; a file that does not exist is skipped with a message.

  --check  write nothing; a suite that differs is a finding

Exit codes: 0 done, 1 something differs, 2 a suite could not be made or read.
";

/// Runs suites.
pub(crate) fn main(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    let (own, _) = split(&arguments);
    if tools::asks_for_help(own) {
        print!("{HELP}");
    }
    run(&run_arguments(&arguments))
}

/// The arguments up to `--`, and the command after it.
fn split(arguments: &[OsString]) -> (&[OsString], &[OsString]) {
    let end = arguments.iter().position(|argument| argument == "--").unwrap_or(arguments.len());
    arguments.split_at(end)
}

/// The arguments of `countersign-conformance`: `--vectors` is its `--suite`.
fn run_arguments(arguments: &[OsString]) -> Vec<OsString> {
    let (own, command) = split(arguments);
    let mut run = vec![OsString::from("run")];
    let suite =
        |argument: &OsString| Some(format!("--suite{}", argument.to_str()?.strip_prefix("--vectors")?));
    if !own.iter().any(|argument| suite(argument).is_some()) {
        run.extend(["--suite".into(), tools::root().join("conformance").into()]);
    }
    run.extend(own.iter().map(|argument| suite(argument).map_or_else(|| argument.clone(), Into::into)));
    run.extend_from_slice(command);
    run
}

/// Makes suites.
pub(crate) fn vectors(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    if tools::asks_for_help(&arguments) {
        print!("{VECTORS_HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let at_root = |path: &str| OsString::from(tools::root().join(path));
    let mut command = vec!["vectors".into(), "--into".into(), at_root("conformance")];
    for file in PUBLISHED {
        command.extend(["--published".into(), at_root(file)]);
    }
    command.extend(arguments);
    run(&command)
}

fn run(arguments: &[OsString]) -> Result<ExitCode, Box<dyn Error>> {
    tools::exit_code(programs::command("countersign-conformance")?.args(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(arguments: &[&str]) -> Vec<OsString> {
        run_arguments(&arguments.iter().map(OsString::from).collect::<Vec<_>>())
    }

    #[test]
    fn vectors_are_suites_before_the_command_only() {
        assert_eq!(
            arguments(&["--vectors", "a", "--vectors=b", "--json", "c", "--", "program", "--vectors", "d"]),
            ["run", "--suite", "a", "--suite=b", "--json", "c", "--", "program", "--vectors", "d"]
        );
    }

    #[test]
    fn without_vectors_the_suites_are_those_of_the_repository() {
        let own = tools::root().join("conformance").into_os_string();
        assert_eq!(arguments(&["--", "program", "--vectors"])[..3], ["run".into(), "--suite".into(), own]);
    }
}
