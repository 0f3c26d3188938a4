//! The codes are public API: all of them are documented, and a test produces each.

use std::collections::BTreeSet;

use crate::{
    code_source::{CODES, OPERATOR_TABLE, SERVER_TABLE, entries, of_the_server, rows},
    error_table,
    finding::Finding,
    tree::test_code,
    workspace::Workspace,
};

/// Where the server has its words, as literals.
const SERVER_CODES: [&str; 8] = [
    "crates/countersign-axum/src/http/error.rs",
    "crates/countersign-axum/src/operation_error.rs",
    "crates/countersign-axum/src/response_rejection.rs",
    "crates/countersign-server/src/http/auth/error.rs",
    "crates/countersign-server/src/http/operator/error.rs",
    "crates/countersign-server/src/http/edge.rs",
    "crates/countersign-server/src/http/limits.rs",
    "crates/countersign-server/src/models.rs",
];

pub(super) fn the_document_is_up_to_date(workspace: &Workspace) -> Vec<Finding> {
    error_table::findings(&workspace.tree).into_iter().collect()
}

pub(super) fn the_servers_table_is_complete(workspace: &Workspace) -> Vec<Finding> {
    let sources = SERVER_CODES.into_iter().map(|path| {
        let source = workspace.tree.get(path).unwrap_or_default();
        source.strip_suffix(test_code(path, source)).unwrap_or_default()
    });
    let used: BTreeSet<_> =
        sources.flat_map(|source| source.split('"')).filter(|literal| is_word(literal)).collect();
    let listed: BTreeSet<_> = of_the_server(&workspace.tree).collect();
    let missing = used.difference(&listed).map(|word| format!("the code `{word}` is missing"));
    let stale = listed.difference(&used).map(|word| format!("`{word}` is no code of the server"));
    missing.chain(stale).map(|what| Finding::new(SERVER_TABLE, what)).collect()
}

/// Where the operator's commands have their words: the sources whose functions `code` and `rejected` return them, and those
/// with words at the ends of messages.
const OPERATOR_CODES: [&str; 11] = [
    "crates/countersign-cli/src/admin/error.rs",
    "crates/countersign-cli/src/transfer.rs",
    "crates/countersign-server/src/audit/log.rs",
    "crates/countersign-server/src/operator/assessment.rs",
    "crates/countersign-server/src/operator/backup.rs",
    "crates/countersign-server/src/operator/error.rs",
    "crates/countersign-server/src/operator/transfer/export.rs",
    "crates/countersign-server/src/operator/transfer/form.rs",
    "crates/countersign-server/src/operator/transfer/import.rs",
    "crates/countersign-server/src/operator/transfer/rows.rs",
    "crates/countersign-server/src/operator/transfer/storing.rs",
];

/// A literal of these sources that looks like a code and is the name of the form of exports.
const NO_CODES: [&str; 1] = ["countersign-accounts"];

/// Every code of the operator's commands is in a table of `countersign explain`, and every code of theirs is used.
pub(super) fn the_operators_table_is_complete(workspace: &Workspace) -> Vec<Finding> {
    let tree = &workspace.tree;
    let sources = OPERATOR_CODES.into_iter().map(|path| {
        let source = tree.get(path).unwrap_or_default();
        source.strip_suffix(test_code(path, source)).unwrap_or_default()
    });
    let used: BTreeSet<&str> = sources.flat_map(words).filter(|word| !NO_CODES.contains(word)).collect();
    let own: Vec<[_; 4]> = rows(tree, OPERATOR_TABLE).unwrap_or_default();
    let own: BTreeSet<&str> = own.into_iter().map(|[word, ..]| word).collect();
    let of_libraries = entries(tree.get(CODES).unwrap_or_default());
    let is_elsewhere = |word: &str| {
        of_the_server(tree).any(|other| other == word) || of_libraries.iter().any(|entry| entry.word == word)
    };
    let missing = used.iter().filter(|word| !own.contains(*word) && !is_elsewhere(word));
    let missing = missing.map(|word| format!("the code `{word}` is missing"));
    let stale = own.difference(&used).map(|word| format!("`{word}` is no code of the operator's commands"));
    missing.chain(stale).map(|what| Finding::new(OPERATOR_TABLE, what)).collect()
}

/// The words of a source: whole literals, and those in brackets at the end of one.
fn words(source: &str) -> impl Iterator<Item = &str> {
    source.split('"').filter_map(|literal| {
        let in_brackets =
            literal.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(_, word)| word);
        Some(in_brackets.unwrap_or(literal)).filter(|word| is_word(word))
    })
}

/// Whether a text looks like a code: lower-case words with hyphens between.
fn is_word(text: &str) -> bool {
    text.contains('-')
        && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase()))
}

pub(super) fn every_code_is_tested(workspace: &Workspace) -> Vec<Finding> {
    // The table's own tests, and this program's, produce no error.
    let files = workspace.tree.rust().filter(|(path, _)| *path != CODES && !path.starts_with("xtask/"));
    let tests: Vec<_> =
        files.map(|(path, text)| test_code(path, text)).filter(|text| !text.is_empty()).collect();
    let untested = entries(workspace.tree.get(CODES).unwrap_or_default())
        .into_iter()
        .filter(|entry| !tests.iter().any(|text| entry.is_named_in(text)));
    untested.map(|entry| Finding::new(CODES, format!("no test expects `{}`", entry.word))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str =
        "\ncodes! {\n    /// One\n    /// thing.\n    One = \"one\",\n    /// Two.\n    Two = \"two\",\n}\n";

    fn tested(test: &str) -> usize {
        every_code_is_tested(&Workspace::of(&[(CODES, SOURCE), ("crates/a/tests/it.rs", test)])).len()
    }

    #[test]
    fn the_servers_table_has_the_servers_words() {
        let found = |rows: &str| {
            let source = "b(\"not-found\", \"A sentence.\")\n#[cfg(test)]\nmod tests {\n\"x-y\" }\n";
            let reasons = "a(\"name-taken\")\n";
            let table = format!("code\tstatus\twrong\tcauses\tremedy\n{rows}");
            let files = [(SERVER_CODES[0], source), (SERVER_CODES[1], reasons), (SERVER_TABLE, &*table)];
            the_servers_table_is_complete(&Workspace::of(&files)).len()
        };
        assert_eq!(found("not-found\t404\tx\tc\tr\nname-taken\t409\ty\tc\tr\n"), 0);
        assert_eq!(found("not-found\t404\tx\tc\tr\n"), 1);
        assert_eq!(found("not-found\t404\tx\tc\tr\nname-taken\t409\ty\tc\tr\nx-y\t400\tz\tc\tr\n"), 1);
    }

    #[test]
    fn the_operators_table_has_the_words_of_the_commands() {
        let found = |row: &str| {
            let source =
                "#[error(\"no: write more (id-ambiguous)\")] Self::File => \"file-exists\", \"name-taken\"";
            let table = format!("code\twrong\tcauses\tremedy\n{row}id-ambiguous\tx\tc\tr\n");
            let of_server = "code\tstatus\twrong\tcauses\tremedy\nname-taken\t409\ty\tc\tr\n";
            let files = [(OPERATOR_CODES[0], source), (OPERATOR_TABLE, &*table), (SERVER_TABLE, of_server)];
            the_operators_table_is_complete(&Workspace::of(&files)).len()
        };
        assert_eq!(found("file-exists\tx\tc\tr\n"), 0);
        assert_eq!(found(""), 1);
        assert_eq!(found("file-exists\tx\tc\tr\nfile-gone\tx\tc\tr\n"), 1);
    }

    #[test]
    fn a_code_that_no_test_expects_is_found() {
        assert_eq!(tested("Code::One; \"two\""), 0);
        assert_eq!(tested("Code::One"), 1);
        assert_eq!(tested("Code::OneMore, Code::Two"), 1);
        let outside = [(CODES, SOURCE), ("crates/a/src/lib.rs", "fn a() { Code::One; Code::Two }")];
        assert_eq!(every_code_is_tested(&Workspace::of(&outside)).len(), 2);
    }
}
