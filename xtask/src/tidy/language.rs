//! The worst words in comments and documents, and tables that can be read in their source. `docs/STYLE.md` has the rules
//! of language.

use crate::{finding::Finding, tree::has_extension, workspace::Workspace};

/// Words and phrases that are not used, and their replacements. Both cases are found.
const WORDS: [(&str, &str); 23] = [
    ("told", "reported, returned or shown"),
    ("tells of", "reports"),
    ("nobody", "the party that is meant, or `no one`"),
    ("somebody", "the party that is meant"),
    ("whoever", "the party that is meant"),
    ("of whichever", "of any"),
    ("for ever", "without end, or `forever`"),
    ("unless said", "by default"),
    ("stands in", "is in"),
    ("stand in", "are in"),
    ("stands there", "is present"),
    ("stands twice", "is repeated"),
    ("held against", "checked against"),
    ("hold against", "check against"),
    ("holds against", "checks against"),
    ("makes of", "decides or derives"),
    ("hand in", "pass or supply"),
    ("hands in", "passes or supplies"),
    ("handed in", "passed or supplied"),
    ("come of", "result from"),
    ("comes of", "results from"),
    ("in the making", "being built"),
    ("what ails", "the problem"),
];

/// Beginnings of sentences that say nothing without their neighbour.
const BEGINNINGS: [&str; 2] = ["The same,", "Likewise the same,"];

/// Files that are generated, that record the past, or that are about the words themselves.
const NOT_CHECKED: [&str; 4] =
    ["CHANGELOG.md", "docs/RULES.md", "docs/STYLE.md", "xtask/src/tidy/language.rs"];

/// A generated page whose cells have the names of models.
const LONG_CELLS: &str = "docs/attestation/metadata-roots.md";

/// The longest cell of a table, in characters.
const CELL_MAX: usize = 200;

pub(super) fn words_of_the_field_are_used(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let files = workspace.tree.files().filter(|(path, _)| !NOT_CHECKED.contains(path));
    for (path, text) in files {
        for (number, prose) in prose(path, text) {
            let found = WORDS.iter().filter(|(word, _)| says(prose, word));
            findings.extend(
                found.map(|(word, better)| Finding::at(path, number, format!("`{word}`: say {better}"))),
            );
            let begins = BEGINNINGS.iter().filter(|words| prose.starts_with(**words));
            findings.extend(
                begins.map(|words| Finding::at(path, number, format!("`{words}`: say what it is or does"))),
            );
        }
    }
    findings
}

/// The lines that people read, without the marks of a comment: all of a document, the comments of a source file.
fn prose<'a>(path: &'a str, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let marks: &[&str] = match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "md" => &[""],
        "rs" => &["///", "//!", "//"],
        "js" | "mjs" => &["//", "/**", "*"],
        "toml" | "sh" | "py" => &["#"],
        _ => &[],
    };
    (1..).zip(text.lines()).filter_map(move |(number, line)| {
        let line = line.trim_start();
        let prose = marks.iter().find_map(|mark| line.strip_prefix(mark))?;
        Some((number, prose.trim_start()))
    })
}

/// Whether a line has the word, not as a part of a longer one.
fn says(line: &str, word: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let is_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    lower.match_indices(word).any(|(start, _)| {
        let before = lower.get(..start).and_then(|text| text.chars().next_back());
        let after = lower.get(start + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(is_letter) && !after.is_some_and(is_letter)
    })
}

pub(super) fn cells_of_tables_are_short(workspace: &Workspace) -> Vec<Finding> {
    let documents =
        workspace.tree.files().filter(|(path, _)| path.starts_with("docs/") && has_extension(path, "md"));
    let documents = documents.filter(|(path, _)| *path != LONG_CELLS);
    let mut findings = Vec::new();
    for (path, text) in documents {
        let rows = (1..).zip(text.lines()).filter(|(_, line)| line.starts_with('|'));
        for (number, row) in rows {
            let longest = row.split(" | ").map(|cell| cell.trim_matches(['|', ' ']).chars().count()).max();
            if let Some(length) = longest.filter(|length| *length > CELL_MAX) {
                let what = format!(
                    "a cell of {length} characters; the most is {CELL_MAX}: write it below the table"
                );
                findings.push(Finding::at(path, number, what));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &str, text: &str) -> usize {
        words_of_the_field_are_used(&Workspace::of(&[(path, text)])).len()
    }

    #[test]
    fn each_word_is_found_in_documents_and_comments() {
        for (word, _) in WORDS {
            let line = format!("One {word} two.");
            assert_eq!(words("docs/a.md", &line), 1, "{word}");
            for mark in ["//", "    ///", "//!"] {
                assert_eq!(words("crates/a/src/lib.rs", &format!("{mark} {line}\n")), 1, "{mark} {word}");
            }
            assert_eq!(words("Cargo.toml", &format!("# {line}")), 1, "{word}");
            assert_eq!(words("crates/a/src/lib.rs", &format!("let a = \"{line}\";\n")), 0, "{word}");
        }
        for beginning in BEGINNINGS {
            assert_eq!(words("crates/a/src/lib.rs", &format!("/// {beginning} with more.")), 1);
        }
    }

    #[test]
    fn longer_words_and_other_sentences_are_not_found() {
        assert_eq!(
            words(
                "docs/a.md",
                "Untold. Both are the same, of course. A handler in a busybody's income office."
            ),
            0
        );
        assert_eq!(words("CHANGELOG.md", "It is told."), 0);
    }

    #[test]
    fn a_long_cell_is_found() {
        let cells = |path: &str, length| {
            let row = format!("text\n\n| a | b |\n| --- | --- |\n| {} | b |\n", "x".repeat(length));
            cells_of_tables_are_short(&Workspace::of(&[(path, &*row)]))
        };
        assert_eq!(cells("docs/a.md", 200), []);
        assert_eq!(cells("README.md", 201), []);
        assert_eq!(cells("docs/a/b.md", 201)[0].line, Some(5));
    }
}
