//! Codes of errors. What a code of the libraries means is the documentation of [`Code`].

use countersign::Code;

use super::{explanation::Explanation, rules, topic::Topic};

/// Codes of the libraries: the code, likely causes, what to do.
const LIBRARY_TABLE: &str = include_str!("codes.tsv");
/// Codes of the server: the code, the HTTP status, what is wrong, likely causes, what to do.
const SERVER_TABLE: &str = include_str!("server_codes.tsv");
/// Codes of the operator's commands: the code, what is wrong, likely causes, what to do.
const OPERATOR_TABLE: &str = include_str!("operator_codes.tsv");
/// Codes of `verify` and `simulate`: the code, what is wrong, likely causes, what to do.
const TOOL_TABLE: &str = include_str!("tool_codes.tsv");

pub(super) const LIBRARIES: Topic = Topic {
    name: "a code of the libraries",
    example: "challenge-mismatch",
    explain: library_code,
    words: || Code::ALL.iter().map(|code| code.as_str().to_owned()).collect(),
};

pub(super) const SERVER: Topic = Topic {
    name: "a code of the server",
    example: "not-signed-in",
    explain: server_code,
    words: || rows(SERVER_TABLE).filter_map(|row| row.first().map(|word| (*word).to_owned())).collect(),
};

pub(super) const OPERATOR: Topic = Topic {
    name: "a code of the operator's commands",
    example: "account-unknown",
    explain: operator_code,
    words: || rows(OPERATOR_TABLE).filter_map(|row| row.first().map(|word| (*word).to_owned())).collect(),
};

pub(super) const TOOLS: Topic = Topic {
    name: "a code of verify and simulate",
    example: "options-malformed",
    explain: tool_code,
    words: || rows(TOOL_TABLE).filter_map(|row| row.first().map(|word| (*word).to_owned())).collect(),
};

/// The rows of a table, below its head.
fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    table.lines().skip(1).map(|line| line.split('\t').collect())
}

fn library_code(word: &str) -> Option<Explanation> {
    let code = Code::ALL.iter().find(|code| code.as_str() == word)?;
    let row = rows(LIBRARY_TABLE).find(|row| row.first() == Some(&word))?;
    let [_, causes, remedy] = row[..] else { return None };
    Some(
        Explanation::new(format!("{word}: a code of the libraries"))
            .with("what is wrong", code.meaning())
            .with("likely causes", causes)
            .with("what to do", remedy)
            .with("rules", rules::numbers_with_code(word))
            .with("page", format!("docs/ERRORS.md#{word}")),
    )
}

fn server_code(word: &str) -> Option<Explanation> {
    let row = rows(SERVER_TABLE).find(|row| row.first() == Some(&word))?;
    let [_, status, wrong, causes, remedy] = row[..] else { return None };
    Some(
        Explanation::new(format!("{word}: a code of the server, with HTTP status {status}"))
            .with("what is wrong", wrong)
            .with("likely causes", causes)
            .with("what to do", remedy)
            .with("rules", rules::numbers_with_code(word))
            .with("page", format!("docs/ERRORS.md#{word}")),
    )
}

fn operator_code(word: &str) -> Option<Explanation> {
    command_code(OPERATOR_TABLE, "the operator's commands", word)
}

fn tool_code(word: &str) -> Option<Explanation> {
    command_code(TOOL_TABLE, "verify and simulate", word)
}

/// The explanation of a code that commands end their message with.
fn command_code(table: &'static str, commands: &str, word: &str) -> Option<Explanation> {
    let row = rows(table).find(|row| row.first() == Some(&word))?;
    let [_, wrong, causes, remedy] = row[..] else { return None };
    Some(
        Explanation::new(format!("{word}: a code of {commands}"))
            .with("what is wrong", wrong)
            .with("likely causes", causes)
            .with("what to do", remedy)
            .with("page", format!("docs/ERRORS.md#{word}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_row_with_causes_and_a_remedy() {
        let words: Vec<_> = rows(LIBRARY_TABLE).map(|row| row[0]).collect();
        let all: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(words, all);
        for (table, columns) in [(LIBRARY_TABLE, 3), (SERVER_TABLE, 5), (OPERATOR_TABLE, 4), (TOOL_TABLE, 4)]
        {
            for row in rows(table) {
                assert_eq!(row.len(), columns, "{row:?}");
                for sentence in &row[columns - 2..] {
                    assert!(sentence.ends_with('.') && sentence.split(' ').count() >= 3, "{row:?}");
                }
            }
        }
    }

    #[test]
    fn a_code_is_explained_by_its_documentation() {
        let explanation = library_code("challenge-mismatch").unwrap().text(None);
        assert!(explanation.contains("what is wrong: The challenge is not the one that was issued.\n"));
        assert!(explanation.contains("rules:         31, 32, 33, 389\n"), "{explanation}");
        assert!(
            server_code("name-taken")
                .unwrap()
                .text(None)
                .starts_with("name-taken: a code of the server, with HTTP status 409\n")
        );
    }
}
