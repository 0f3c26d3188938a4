//! The table of published advisories: each row says what prevents it here, and names tests that show it.

use std::collections::BTreeSet;

use super::{Finding, Workspace, test_code};

const DOCUMENT: &str = "docs/VULNERABILITIES.md";

/// The beginnings of identifiers that advisories have.
const IDENTIFIERS: [&str; 2] = ["CVE-", "GHSA-"];

/// A row without a test, or with one that is not there any more, is a claim that nothing shows.
pub(super) fn every_advisory_has_its_tests(workspace: &Workspace) -> Vec<Finding> {
    let text = workspace.tree.get(DOCUMENT).unwrap_or_default();
    let tests: BTreeSet<_> = workspace
        .tree
        .rust()
        .filter(|(path, _)| path.starts_with("crates/"))
        .flat_map(|(path, text)| functions(test_code(path, text)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    let mut find = |line, what: String| findings.push(Finding::at(DOCUMENT, line, what));
    for (number, row) in (1..).zip(text.lines()) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [advisory, .., named] = cells.as_slice() else { continue };
        if !IDENTIFIERS.iter().any(|prefix| advisory.starts_with(prefix)) {
            continue;
        }
        if !seen.insert(*advisory) {
            find(number, format!("{advisory} is there twice"));
        }
        let mut named = named.split('`').skip(1).step_by(2).peekable();
        if named.peek().is_none() {
            find(number, format!("{advisory} names no test"));
        }
        for test in named.filter(|test| !tests.contains(test)) {
            find(number, format!("the test `{test}` is not there"));
        }
    }
    if seen.is_empty() {
        findings.push(Finding::new(DOCUMENT, "has no advisory"));
    }
    findings
}

/// The names of the functions in test code.
fn functions(code: &str) -> impl Iterator<Item = &str> {
    code.split("fn ").skip(1).filter_map(|rest| rest.split_once('(')).map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: (&str, &str) = ("crates/a/tests/a.rs", "#[test]\nfn it_is_refused() {}\n");

    fn found(document: &str) -> Vec<String> {
        let workspace = Workspace::of(&[(DOCUMENT, document), TESTS]);
        every_advisory_has_its_tests(&workspace).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_advisory_names_a_test_that_is_there() {
        let good = "| advisory | tests |\n| --- | --- |\n| CVE-2026-1 | `it_is_refused` |\n";
        assert_eq!(found(good), [""; 0]);
        let gone = good.replace("it_is_refused", "it_was_refused");
        assert_eq!(found(&gone), ["docs/VULNERABILITIES.md:3: the test `it_was_refused` is not there"]);
        let none = good.replace("`it_is_refused`", "");
        assert_eq!(found(&none), ["docs/VULNERABILITIES.md:3: CVE-2026-1 names no test"]);
        let twice = format!("{good}| CVE-2026-1 | `it_is_refused` |\n");
        assert_eq!(found(&twice), ["docs/VULNERABILITIES.md:4: CVE-2026-1 is there twice"]);
    }

    #[test]
    fn a_table_that_is_gone_is_found() {
        assert_eq!(found(""), ["docs/VULNERABILITIES.md: has no advisory"]);
    }
}
