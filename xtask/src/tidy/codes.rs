//! The codes are public API: all of them are documented, and a test produces each.

use std::collections::BTreeSet;

use crate::{
    code_source::{CODES, SERVER_TABLE, entries, of_the_server},
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
    fn a_code_that_no_test_expects_is_found() {
        assert_eq!(tested("Code::One; \"two\""), 0);
        assert_eq!(tested("Code::One"), 1);
        assert_eq!(tested("Code::OneMore, Code::Two"), 1);
        let outside = [(CODES, SOURCE), ("crates/a/src/lib.rs", "fn a() { Code::One; Code::Two }")];
        assert_eq!(every_code_is_tested(&Workspace::of(&outside)).len(), 2);
    }
}
