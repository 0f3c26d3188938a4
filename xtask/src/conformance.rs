//! `cargo xtask conformance` and `cargo xtask vectors`: the program `countersign-conformance`, for this repository's suites.

use std::{error::Error, ffi::OsString, process::ExitCode};

use crate::tools;

/// The copies of the published test vectors. The second is in a neighbour folder that not every checkout has.
const PUBLISHED: [&str; 2] = ["conformance/specification.json", "../shared/conformance/w3c-l3.json"];

const HELP: &str = "\
cargo xtask conformance [--vectors DIR]... [OPTION]...

Runs `countersign-conformance run` on the crate countersign, with the suites in conformance/ or in each DIR.
`--backend aws-lc` verifies signatures with AWS-LC. Other options are those of that program:

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
    let mut command = vec![OsString::from("run")];
    if tools::asks_for_help(&arguments) {
        print!("{HELP}");
    }
    if !arguments.iter().any(|argument| argument.to_string_lossy().starts_with("--vectors")) {
        command.extend(["--suite".into(), "conformance".into()]);
    }
    command.extend(arguments.iter().map(|argument| match argument.to_str() {
        Some(text) => text.replacen("--vectors", "--suite", 1).into(),
        None => argument.clone(),
    }));
    let aws_lc = arguments.iter().any(|argument| argument.to_string_lossy().ends_with("aws-lc"));
    run(aws_lc, &command)
}

/// Makes suites.
pub(crate) fn vectors(mut arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<OsString> = arguments.raw_args()?.collect();
    if tools::asks_for_help(&arguments) {
        print!("{VECTORS_HELP}");
        return Ok(ExitCode::SUCCESS);
    }
    let mut command: Vec<OsString> = ["vectors", "--into", "conformance"].map(OsString::from).to_vec();
    for file in PUBLISHED {
        command.extend(["--published".into(), file.into()]);
    }
    command.extend(arguments);
    run(false, &command)
}

fn run(aws_lc: bool, arguments: &[OsString]) -> Result<ExitCode, Box<dyn Error>> {
    let features: &[&str] = if aws_lc { &["--features", "aws-lc"] } else { &[] };
    let mut cargo = tools::cargo(&["run", "--quiet", "--locked", "--package", "countersign-conformance"]);
    tools::exit_code(cargo.args(features).arg("--").args(arguments))
}
