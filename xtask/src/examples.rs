//! `cargo xtask examples`: runs the crates' examples, and compares what they print with what their documentation says.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use crate::{programs, tools};

pub(crate) const HELP: &str = "\
cargo xtask examples

Builds and runs every file of crates/*/examples, and compares what it prints with the block `text` of its documentation.
`cargo xtask test` does that too.

Exit codes: 0 each printed that and ended well, 1 one did not, 2 the command could not do its work.
";

/// Examples that don't end by themselves: their crates' tests run them.
const SERVERS: [&str; 3] = ["postgres_tower_sessions", "relying_party", "sqlite"];

pub(crate) fn main(arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    tools::expect_no_more(arguments)?;
    Ok(if run()? { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Runs every example. Returns whether each one printed what it should.
pub(crate) fn run() -> Result<bool, Box<dyn Error>> {
    let programs = programs::build(&["--examples"])?;
    let (mut passed, mut failed) = (0_usize, 0_usize);
    for source in sources()? {
        let name = source.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if SERVERS.contains(&name) {
            continue;
        }
        let program = programs.get(&source).ok_or(format!("{}: cargo built no program", source.display()))?;
        match check(&fs::read_to_string(&source)?, program) {
            Ok(()) => passed += 1,
            Err(error) => {
                println!("{}: {error}", source.strip_prefix(tools::root()).unwrap_or(&source).display());
                failed += 1;
            }
        }
    }
    println!("examples: {passed} passed, {failed} failed");
    Ok(failed == 0 && passed > 0)
}

/// The files of the examples, without their modules.
fn sources() -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut sources = Vec::new();
    for package in fs::read_dir(tools::root().join("crates"))? {
        let Ok(examples) = fs::read_dir(package?.path().join("examples")) else { continue };
        for example in examples {
            let path = example?.path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                sources.push(path);
            }
        }
    }
    sources.sort();
    Ok(sources)
}

fn check(source: &str, program: &Path) -> Result<(), String> {
    let expected = expected(source).ok_or("its documentation has no block `text` with what it prints")?;
    let output = Command::new(program).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{}: {}", output.status, String::from_utf8_lossy(&output.stderr)));
    }
    compare(&expected, &String::from_utf8_lossy(&output.stdout))
}

fn compare(expected: &str, printed: &str) -> Result<(), String> {
    if expected == printed {
        return Ok(());
    }
    Err(format!("expected, as its documentation says:\n{expected}printed:\n{printed}"))
}

/// The lines of the block `text` in the documentation at the top of a source file.
fn expected(source: &str) -> Option<String> {
    let documentation = source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut block = documentation.map(|line| line.strip_prefix(' ').unwrap_or(line));
    block.find(|line| *line == "```text")?;
    let lines: Vec<_> = block.take_while(|line| *line != "```").collect();
    (!lines.is_empty()).then(|| lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "//! Prints:\n//!\n//! ```text\n//! a\n//!\n//! b\n//! ```\n\nfn main() {}\n";

    #[test]
    fn an_example_documents_what_it_prints() {
        assert_eq!(expected(SOURCE).as_deref(), Some("a\n\nb\n"));
        assert_eq!(expected("//! ```text\n//! ```\n"), None);
        assert_eq!(expected("//! Prints nothing.\n\nfn main() {}\n//! ```text\n//! a\n//! ```\n"), None);
    }

    #[test]
    fn other_output_is_a_failure() {
        assert_eq!(compare("a\n", "a\n"), Ok(()));
        for printed in ["", "a", "a\nb\n", "b\n"] {
            assert!(compare("a\n", printed).is_err(), "{printed}");
        }
    }

    #[test]
    fn a_program_that_ends_badly_or_documents_nothing_is_a_failure() {
        let documented = "//! ```text\n//! a\n//! ```\n";
        let error = check(documented, Path::new("false")).unwrap_err();
        assert!(error.starts_with("exit status: 1"), "{error}");
        let error = check(documented, Path::new("true")).unwrap_err();
        assert!(error.starts_with("expected"), "{error}");
        assert!(check("", Path::new("true")).is_err());
    }
}
