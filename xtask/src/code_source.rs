//! The table of the codes in their source.

pub(crate) const CODES: &str = "crates/countersign-types/src/code.rs";

/// A line of the `codes!` table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    variant: String,
    pub(crate) word: String,
    meaning: String,
}

impl Entry {
    /// The line of the documentation's table.
    pub(crate) fn row(&self) -> String {
        format!("| `{}` | {} |", self.word, self.meaning)
    }

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
