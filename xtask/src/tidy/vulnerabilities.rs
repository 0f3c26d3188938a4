//! The published advisories: each section says the cause and what prevents it here, and names its tests.

use std::collections::BTreeSet;

use crate::{finding::Finding, rust::tokens::functions, tree::test_code, workspace::Workspace};

const DOCUMENT: &str = "docs/VULNERABILITIES.md";

/// The beginning of an advisory's heading.
const HEADING: &str = "### ";

/// The parts of each section, in order.
const PARTS: [&str; 3] = ["- Cause: ", "- Prevention: ", "- Tests: "];

/// An advisory without a test, or with one that no longer exists, is a claim that nothing shows.
pub(super) fn every_advisory_has_its_tests(workspace: &Workspace) -> Vec<Finding> {
    let text = workspace.tree.get(DOCUMENT).unwrap_or_default();
    let tests: BTreeSet<_> = workspace
        .tree
        .rust()
        .filter(|(path, _)| path.starts_with("crates/"))
        .flat_map(|(path, text)| functions(test_code(path, text)).unwrap_or_default())
        .collect();
    let mut seen = BTreeSet::new();
    let mut findings = Vec::new();
    for (number, advisory, section) in sections(text) {
        let mut find = |what| findings.push(Finding::at(DOCUMENT, number, what));
        if !seen.insert(advisory) {
            find(format!("{advisory} is listed twice"));
        }
        let mut rest = section.as_str();
        for part in PARTS {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => find(format!("{advisory} has no line `{}`", part.trim_end())),
            }
        }
        let mut named = rest.split('`').skip(1).step_by(2).peekable();
        if named.peek().is_none() {
            find(format!("{advisory} names no test"));
        }
        for test in named.filter(|test| !tests.contains(*test)) {
            find(format!("{advisory}: there is no test `{test}`"));
        }
    }
    if seen.is_empty() {
        findings.push(Finding::new(DOCUMENT, "has no advisory"));
    }
    findings
}

/// Each advisory: the line of its heading, its identifier, and the text up to the next heading.
fn sections(text: &str) -> Vec<(usize, &str, String)> {
    let mut sections: Vec<(usize, &str, String)> = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        if let Some(heading) = line.strip_prefix(HEADING) {
            let advisory = heading.split(": ").next().unwrap_or_default();
            sections.push((number, advisory, String::new()));
            inside = true;
        } else if line.starts_with('#') {
            inside = false;
        } else if let Some((_, _, section)) = sections.last_mut().filter(|_| inside) {
            section.push_str(line);
            section.push('\n');
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    const TESTS: (&str, &str) = ("crates/a/tests/a.rs", "#[test]\nfn it_is_rejected() {}\n");
    const GOOD: &str = "### CVE-2026-1: A\n\n- Cause: `a`\n- Prevention: b\n- Tests: `it_is_rejected`\n";

    fn found(document: &str) -> Vec<String> {
        let workspace = Workspace::of(&[(DOCUMENT, document), TESTS]);
        every_advisory_has_its_tests(&workspace).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_advisory_names_existing_tests() {
        assert_eq!(found(GOOD), [""; 0]);
        assert_eq!(found(&format!("{GOOD}\n## Others\n\n`b`\n")), [""; 0]);
        let gone = GOOD.replace("it_is", "it_was");
        assert_eq!(
            found(&gone),
            ["docs/VULNERABILITIES.md:1: CVE-2026-1: there is no test `it_was_rejected`"]
        );
        let none = GOOD.replace("`it_is_rejected`", "");
        assert_eq!(found(&none), ["docs/VULNERABILITIES.md:1: CVE-2026-1 names no test"]);
    }

    #[test]
    fn an_advisory_has_its_three_parts() {
        let bare = GOOD.replace("- Prevention: b\n", "");
        assert_eq!(found(&bare), ["docs/VULNERABILITIES.md:1: CVE-2026-1 has no line `- Prevention:`"]);
    }

    #[test]
    fn an_advisory_is_listed_once() {
        let twice = format!("{GOOD}\n{GOOD}");
        assert_eq!(found(&twice), ["docs/VULNERABILITIES.md:7: CVE-2026-1 is listed twice"]);
    }

    #[test]
    fn a_document_without_advisories_is_found() {
        assert_eq!(found(""), ["docs/VULNERABILITIES.md: has no advisory"]);
    }
}
