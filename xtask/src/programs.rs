//! Programs of the workspace, built with the features of `cargo xtask test`, so that neither builds again what the other built.

use std::{
    collections::BTreeMap,
    error::Error,
    path::PathBuf,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::tools;

/// An example that is built quickly. With it cargo resolves the features that tests ask for.
const EXAMPLE: &str = "inspect";

/// A program of the workspace. It runs in the folder of the caller, so that relative paths are the caller's.
pub(crate) fn command(name: &str) -> Result<Command, Box<dyn Error>> {
    let programs = build(&["--bin", name, "--example", EXAMPLE])?;
    let program = programs.into_values().find(|path| path.file_stem().is_some_and(|stem| stem == name));
    Ok(Command::new(program.ok_or_else(|| format!("cargo built no program {name}"))?))
}

/// Builds targets of the workspace. Returns the program of each source.
pub(crate) fn build(targets: &[&str]) -> Result<BTreeMap<PathBuf, PathBuf>, Box<dyn Error>> {
    let mut cargo = tools::cargo(&["build", "--quiet", "--locked", "--workspace", "--all-features"]);
    let output = cargo.args(targets).args(["--message-format", "json"]).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("cargo build {} failed", targets.join(" ")).into());
    }
    Ok(programs(&String::from_utf8(output.stdout)?))
}

/// The programs in cargo's messages, by their source.
pub(crate) fn programs(messages: &str) -> BTreeMap<PathBuf, PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let program = |message: Value| {
        let source = message["target"]["src_path"].as_str()?;
        Some((PathBuf::from(source), PathBuf::from(message["executable"].as_str()?)))
    };
    messages.filter_map(program).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_those_of_the_messages_that_have_one() {
        let messages = r#"{"reason":"compiler-artifact","target":{"src_path":"/a/examples/b.rs"},"executable":"/t/b"}
{"reason":"compiler-artifact","target":{"src_path":"/a/src/lib.rs"},"executable":null}
{"reason":"build-finished","success":true}"#;
        let expected = BTreeMap::from([(PathBuf::from("/a/examples/b.rs"), PathBuf::from("/t/b"))]);
        assert_eq!(programs(messages), expected);
    }
}
