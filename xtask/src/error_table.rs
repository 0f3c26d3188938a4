//! `cargo xtask errors`: `docs/ERRORS.md`, from the documentation of `Code` and the tables of `countersign explain`.

use std::{error::Error, fmt::Write as _, process::ExitCode};

use crate::{
    code_source::{CODES, OPERATOR_TABLE, SERVER_TABLE, TOOL_TABLE, entries, rows},
    finding::Finding,
    rules, tools,
    tree::Tree,
};

const DOCUMENT: &str = "docs/ERRORS.md";
/// Codes of the libraries, with causes and remedies. Their meanings are the documentation of `Code`.
const LIBRARY_TABLE: &str = "crates/countersign-cli/src/explain/codes.tsv";

pub(crate) const HELP: &str = "\
cargo xtask errors

Writes docs/ERRORS.md from the documentation of Code, and codes.tsv, server_codes.tsv, operator_codes.tsv and tool_codes.tsv
in crates/countersign-cli/src/explain, which `countersign explain` reads too.

Exit codes: 0 written, 2 a table can't be read.
";

const HEAD: &str = "\
# Errors

Written by `cargo xtask errors` from the documentation of `Code` and the tables of `countersign explain`; don't edit it by
hand.

Every error of every layer has a `code()`: one of the words below. A word is part of the public API. It keeps its meaning
permanently; new words may be added. Programs should match on the code, and people read the message.
`countersign explain challenge-mismatch` prints what this page says about a word, without a network.

Each error also has:

| part | content |
| --- | --- |
| `code()` | the word |
| `step()` | for errors of the ceremonies: the step of section 7.1 or 7.2 of the specification that failed, by its anchor |
| `source()` | the cause from the layer below, if there is one |
| the message | lower-case, one line, with the expected and the actual value if neither is a secret |

A response that breaks several rules gets the code of the first one checked. The order is the specification's; cheap checks may come
before those that cost a signature verification. A signature that does not verify is one error without detail, because a reason
would only help an attacker to forge one.

The caller decides which codes a client may see. `countersign-server` sends the code and a plain sentence, and writes
the rest to its log.

## Codes of the libraries

The order is that of `Code::ALL`. Each code has a test that expects it.

| code | what is wrong |
| --- | --- |
";

const SERVER_HEAD: &str = "
## Codes of the server

The HTTP API answers with `{\"error\": {\"code\": \"…\", \"message\": \"…\"}}`: one of the words above, or one of these:

| code | status | what is wrong |
| --- | --- | --- |
";

const OPERATOR_HEAD: &str = "
## Codes of the operator's commands

`countersign admin`, `backup`, `restore`, `export` and `import` end their message with one of the words above, or one of these:

| code | what is wrong |
| --- | --- |
";

const TOOL_HEAD: &str = "
## Codes of verify and simulate

`countersign verify` and `countersign simulate` end their message with one of the words above, such as `file-not-read`, or one of these:

| code | what is wrong |
| --- | --- |
";

const CAUSES_HEAD: &str = "
## Causes and remedies

What mostly is behind a code, and what to do. [RULES.md](RULES.md) has the rules by their numbers.
";

/// What the page says about a code.
struct Explained {
    word: String,
    /// The HTTP status, of codes of the server.
    status: Option<String>,
    wrong: String,
    causes: String,
    remedy: String,
    rules: Vec<u16>,
}

impl Explained {
    fn row(&self) -> String {
        let status = self.status.as_ref().map_or(String::new(), |status| format!(" {status} |"));
        format!("| [`{0}`](#{0}) |{status} {1} |", self.word, self.wrong)
    }

    fn section(&self) -> String {
        let Self { word, wrong, causes, remedy, .. } = self;
        let mut text = format!(
            "\n### `{word}`\n\n{wrong}\n\n- **Likely causes:** {causes}\n- **What to do:** {remedy}\n"
        );
        if !self.rules.is_empty() {
            let numbers: Vec<_> = self.rules.iter().map(u16::to_string).collect();
            let noun = if numbers.len() == 1 { "Rule" } else { "Rules" };
            // Writing to a string does not fail.
            let _ = writeln!(text, "- **{noun}:** {}", numbers.join(", "));
        }
        text
    }
}

fn libraries(tree: &Tree) -> Result<Vec<Explained>, String> {
    let rows: Vec<[_; 3]> = rows(tree, LIBRARY_TABLE)?;
    let entries = entries(tree.get(CODES).unwrap_or_default());
    if entries.is_empty() {
        return Err(format!("{CODES}: no `codes!` table found"));
    }
    if let Some([word, ..]) = rows.get(entries.len()) {
        return Err(format!("{LIBRARY_TABLE}: there is no code `{word}`"));
    }
    let mut explained = Vec::new();
    for (position, entry) in entries.into_iter().enumerate() {
        match rows.get(position) {
            Some([word, causes, remedy]) if *word == entry.word => explained.push(Explained {
                rules: rules::with_code(tree, word),
                word: entry.word,
                status: None,
                wrong: entry.meaning,
                causes: (*causes).to_owned(),
                remedy: (*remedy).to_owned(),
            }),
            _ => return Err(format!("{LIBRARY_TABLE}: row {} should be `{}`", position + 1, entry.word)),
        }
    }
    Ok(explained)
}

fn server(tree: &Tree) -> Result<Vec<Explained>, String> {
    let rows: Vec<[_; 5]> = rows(tree, SERVER_TABLE)?;
    let explained = rows.into_iter().map(|row| {
        let [word, status, wrong, causes, remedy] = row.map(str::to_owned);
        Explained { rules: rules::with_code(tree, &word), word, status: Some(status), wrong, causes, remedy }
    });
    Ok(explained.collect())
}

/// The codes that commands end their messages with.
fn commands(tree: &Tree, table: &str) -> Result<Vec<Explained>, String> {
    let rows: Vec<[_; 4]> = rows(tree, table)?;
    let explained = rows.into_iter().map(|row| {
        let [word, wrong, causes, remedy] = row.map(str::to_owned);
        Explained { word, status: None, wrong, causes, remedy, rules: Vec::new() }
    });
    Ok(explained.collect())
}

fn document(tree: &Tree) -> Result<String, String> {
    let (libraries, server) = (libraries(tree)?, server(tree)?);
    let (operator, tools) = (commands(tree, OPERATOR_TABLE)?, commands(tree, TOOL_TABLE)?);
    let table = |codes: &[Explained]| codes.iter().map(|code| code.row() + "\n").collect::<String>();
    let all = libraries.iter().chain(&server).chain(&operator).chain(&tools);
    let sections: String = all.map(Explained::section).collect();
    let (server, operator, tools) = (table(&server), table(&operator), table(&tools));
    let tables = [SERVER_HEAD, &server, OPERATOR_HEAD, &operator, TOOL_HEAD, &tools];
    Ok([HEAD, &table(&libraries), &tables.concat(), CAUSES_HEAD, &sections].concat())
}

/// The finding of `tidy`: a document that is not up to date, or a table that can't be read.
pub(crate) fn findings(tree: &Tree) -> Option<Finding> {
    match document(tree) {
        Ok(text) if tree.get(DOCUMENT) == Some(&text) => None,
        Ok(_) => Some(Finding::new(DOCUMENT, "not up to date: run `cargo xtask errors`")),
        Err(error) => Some(Finding::new(DOCUMENT, error)),
    }
}

pub(crate) fn main(arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    tools::expect_no_more(arguments)?;
    std::fs::write(tools::root().join(DOCUMENT), document(&Tree::read(tools::root())?)?)?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "\ncodes! {\n    /// One\n    /// thing.\n    One = \"one\",\n    /// Two.\n    Two = \"two\",\n}\n";
    const SERVER: &str = "code\tstatus\twrong\tcauses\tremedy\nnot-found\t404\tW.\tC.\tR.\n";
    const OPERATOR: &str = "code\twrong\tcauses\tremedy\nfile-exists\tF.\tC.\tR.\n";
    const TOOLS: &str = "code\twrong\tcauses\tremedy\nkeys-in-use\tK.\tC.\tR.\n";

    fn of(library: &str) -> Result<String, String> {
        let library = format!("code\tcauses\tremedy\n{library}");
        let tables = [
            (LIBRARY_TABLE, &*library),
            (SERVER_TABLE, SERVER),
            (OPERATOR_TABLE, OPERATOR),
            (TOOL_TABLE, TOOLS),
        ];
        document(&Tree::of(&[&[(CODES, SOURCE)][..], &tables].concat()))
    }

    #[test]
    fn each_code_has_a_row_and_a_section() {
        let text = of("one\tCause.\tRemedy.\ntwo\tC.\tR.\n").unwrap();
        assert!(text.contains("\n| [`one`](#one) | One thing. |\n| [`two`](#two) | Two. |\n"));
        assert!(text.contains("\n| [`not-found`](#not-found) | 404 | W. |\n"));
        assert!(text.contains("\n| [`file-exists`](#file-exists) | F. |\n"));
        assert!(text.contains("\n| [`keys-in-use`](#keys-in-use) | K. |\n"));
        assert!(text.contains(
            "\n### `one`\n\nOne thing.\n\n- **Likely causes:** Cause.\n- **What to do:** Remedy.\n\n### `two`\n"
        ));
    }

    #[test]
    fn a_table_with_other_codes_than_the_source_is_an_error() {
        for table in [
            "one\tC.\tR.\n",
            "two\tC.\tR.\none\tC.\tR.\n",
            "one\tC.\tR.\ntwo\tC.\t\n",
            "one\tC.\ntwo\tC.\tR.\n",
        ] {
            of(table).unwrap_err();
        }
        assert!(of("one\tC.\tR.\ntwo\tC.\tR.\nthree\tC.\tR.\n").unwrap_err().ends_with("no code `three`"));
    }

    #[test]
    fn a_document_that_is_not_up_to_date_is_found() {
        let library = "code\tcauses\tremedy\none\tC.\tR.\ntwo\tC.\tR.\n";
        let tables = [
            (LIBRARY_TABLE, library),
            (SERVER_TABLE, SERVER),
            (OPERATOR_TABLE, OPERATOR),
            (TOOL_TABLE, TOOLS),
        ];
        let files = [&[(CODES, SOURCE)][..], &tables].concat();
        let text = document(&Tree::of(&files)).unwrap();
        let found = |text| {
            let mut files = files.clone();
            files.push((DOCUMENT, text));
            findings(&Tree::of(&files)).is_some()
        };
        assert!(!found(&text));
        assert!(found(&text.replace("404", "405")));
    }
}
