//! The mutants, as cargo-mutants lists them.

use std::{collections::BTreeMap, error::Error, fs, path::PathBuf, process::Command};

use proc_macro2::LineColumn;
use serde::Deserialize;

use crate::repository::root;

/// One change to the code.
pub(super) struct Mutant {
    /// From 1, in the order of the list.
    pub(super) number: u32,
    /// From the repository's root.
    pub(super) file: PathBuf,
    pub(super) package: String,
    /// `FILE:LINE:COLUMN: what is changed`.
    pub(super) name: String,
    /// The name without the line number, with the text of the line: it stays when other lines change.
    pub(super) key: String,
    pub(super) genre: String,
    pub(super) replacement: String,
    pub(super) span: Span,
}

#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) start: LineColumn,
    pub(super) end: LineColumn,
}

#[derive(Deserialize)]
struct Listed {
    file: PathBuf,
    package: String,
    name: String,
    genre: String,
    replacement: String,
    span: ListedSpan,
}

impl Listed {
    fn key(&self, sources: &BTreeMap<PathBuf, Vec<String>>) -> String {
        let lines = sources.get(&self.file);
        let line = lines
            .and_then(|lines| lines.get(self.span.start.line.checked_sub(1)?))
            .map_or("", |line| line.trim());
        let what = self.name.splitn(4, ':').nth(3).unwrap_or_default().trim();
        format!("{} | {what} | {line}", self.file.display())
    }
}

#[derive(Deserialize)]
struct ListedSpan {
    start: Place,
    end: Place,
}

#[derive(Deserialize)]
struct Place {
    line: usize,
    column: usize,
}

impl Place {
    fn line_column(&self) -> LineColumn {
        LineColumn { line: self.line, column: self.column }
    }
}

/// The mutants of these files.
pub(super) fn list(files: &[String]) -> Result<Vec<Mutant>, Box<dyn Error>> {
    let mut command = Command::new("cargo");
    command.current_dir(root()).args(["mutants", "--list", "--json", "--workspace"]);
    for file in files {
        command.args(["--file", file]);
    }
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!("cargo mutants: {}", String::from_utf8_lossy(&output.stderr).trim()).into());
    }
    let listed: Vec<Listed> = serde_json::from_slice(&output.stdout)?;
    let mut sources: BTreeMap<PathBuf, Vec<String>> = BTreeMap::new();
    for mutant in &listed {
        if !sources.contains_key(&mutant.file) {
            let text = fs::read_to_string(root().join(&mutant.file))?;
            sources.insert(mutant.file.clone(), text.lines().map(str::to_owned).collect());
        }
    }
    let numbered = listed.into_iter().zip(1..).map(|(mutant, number)| Mutant {
        number,
        key: mutant.key(&sources),
        file: mutant.file,
        package: mutant.package,
        name: mutant.name,
        genre: mutant.genre,
        replacement: mutant.replacement,
        span: Span { start: mutant.span.start.line_column(), end: mutant.span.end.line_column() },
    });
    Ok(numbered.collect())
}
