//! The codes in their sources: `Code` of the libraries, and the server's table of `countersign explain`.

use crate::tree::Tree;

pub(crate) const CODES: &str = "crates/countersign-types/src/code.rs";

/// Codes of the server, with status, meaning, causes and remedies.
pub(crate) const SERVER_TABLE: &str = "crates/countersign-cli/src/explain/server_codes.tsv";

/// Codes of the operator's commands, with meaning, causes and remedies.
pub(crate) const OPERATOR_TABLE: &str = "crates/countersign-cli/src/explain/operator_codes.tsv";

/// Codes of `verify` and `simulate`, with meaning, causes and remedies.
pub(crate) const TOOL_TABLE: &str = "crates/countersign-cli/src/explain/tool_codes.tsv";

/// A line of the `codes!` table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    variant: String,
    pub(crate) word: String,
    pub(crate) meaning: String,
}

impl Entry {
    /// Whether a text has the code as a literal or by its variant.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        has_literal(text, &self.word) || names_variant(text, &self.variant)
    }
}

/// The entries between `codes! {` and its end: documentation, then `Variant = "word",`.
pub(crate) fn entries(source: &str) -> Vec<Entry> {
    let table = source.split_once("\ncodes! {").map_or("", |(_, table)| table);
    let table = table.split_once("\n}").map_or("", |(table, _)| table);
    let (mut entries, mut meaning) = (Vec::new(), Vec::new());
    for line in table.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            meaning.push(text.trim());
        } else if let Some((variant, word)) = line.split_once(" = ") {
            entries.push(Entry {
                variant: variant.to_owned(),
                word: word.trim_matches(['"', ',']).to_owned(),
                meaning: std::mem::take(&mut meaning).join(" "),
            });
        }
    }
    entries
}

/// The rows of a table below its head, each with its number of columns.
pub(crate) fn rows<'a, const COLUMNS: usize>(
    tree: &'a Tree,
    table: &str,
) -> Result<Vec<[&'a str; COLUMNS]>, String> {
    let text = tree.get(table).ok_or_else(|| format!("there is no {table}"))?;
    let row = |line: &'a str| {
        let columns: Vec<_> = line.split('\t').collect();
        let filled = columns.iter().all(|column| !column.is_empty());
        let columns = columns.try_into().ok().filter(|_| filled);
        columns.ok_or_else(|| format!("{table}: not {COLUMNS} columns: {line}"))
    };
    text.lines().skip(1).map(row).collect()
}

/// The server's own codes.
pub(crate) fn of_the_server(tree: &Tree) -> impl Iterator<Item = &str> {
    let rows: Vec<[_; 5]> = rows(tree, SERVER_TABLE).unwrap_or_default();
    rows.into_iter().map(|[word, ..]| word)
}

/// Whether a text has a word as a literal.
pub(crate) fn has_literal(text: &str, word: &str) -> bool {
    text.contains(&format!("\"{word}\""))
}

fn names_variant(text: &str, variant: &str) -> bool {
    let name = format!("Code::{variant}");
    text.match_indices(&name).any(|(start, _)| {
        let after = text.get(start + name.len()..).and_then(|rest| rest.chars().next());
        !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entries_are_all_codes_there_are() {
        let source = std::fs::read_to_string(crate::tools::root().join(CODES)).unwrap();
        let words: Vec<_> = entries(&source).into_iter().map(|entry| entry.word).collect();
        let all: Vec<_> = countersign_types::Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words, all);
    }
}
