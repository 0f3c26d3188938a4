//! The differences from other libraries that are known, and their explanations in a document.

use std::collections::BTreeSet;

use crate::{finding::Finding, workspace::Workspace};

/// The list: the last column is a heading of the document.
const LIST: &str = "benches/differential/known.txt";
const DOCUMENT: &str = "docs/DIVERGENCES.md";
const DIRECTIONS: [&str; 2] = ["accepts", "rejects"];

pub(super) fn every_difference_is_explained(workspace: &Workspace) -> Vec<Finding> {
    let list = workspace.tree.get(LIST).unwrap_or_default();
    let named: BTreeSet<_> =
        entries(list).filter_map(|(_, line)| line.rsplit_once(" | ")).map(|(_, heading)| heading).collect();
    let document = workspace.tree.get(DOCUMENT).unwrap_or_default();
    let headings: BTreeSet<_> = document.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let missing = named.difference(&headings).map(|heading| format!("no explanation `{heading}`"));
    let surplus = headings.difference(&named).map(|heading| format!("no difference leads to `{heading}`"));
    missing.chain(surplus).map(|what| Finding::new(DOCUMENT, what)).collect()
}

/// Finds the lines that `cargo xtask differential` rejects.
pub(super) fn every_difference_can_be_read(workspace: &Workspace) -> Vec<Finding> {
    let mut classes = BTreeSet::new();
    let mut findings = Vec::new();
    for (number, line) in entries(workspace.tree.get(LIST).unwrap_or_default()) {
        let columns: Vec<_> = line.split(" | ").map(str::trim).collect();
        let what = match columns[..] {
            [_, direction, _, _] if !DIRECTIONS.contains(&direction) => {
                "the direction is neither `accepts` nor `rejects`"
            }
            [peer, direction, reason, _] if !classes.insert([peer, direction, reason]) => "repeated",
            [_, _, _, _] => continue,
            _ => "not four columns",
        };
        findings.push(Finding::at(LIST, number, what));
    }
    findings
}

/// The lines of the list with their numbers, without comments.
fn entries(list: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(list.lines()).filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_difference_has_its_explanation_and_each_explanation_its_difference() {
        let list =
            "# known\n\npeer | accepts | origin-mismatch | Origins\npeer | rejects | Error: x | Keys\n";
        let found = |document: &str| {
            every_difference_is_explained(&Workspace::of(&[(LIST, list), (DOCUMENT, document)])).len()
        };
        assert_eq!(found("### Keys\ntext\n### Origins\n"), 0);
        assert_eq!(found("### Keys\n### More\n"), 2);
    }

    #[test]
    fn a_line_that_cannot_be_read_or_is_repeated_is_found() {
        let found = |line: &str| {
            let list = format!("# known\n\npeer | accepts | origin-mismatch | Origins\n{line}\n");
            every_difference_can_be_read(&Workspace::of(&[(LIST, &list)]))
        };
        assert_eq!(found("peer | rejects | origin-mismatch | Origins"), []);
        for (line, what) in [
            ("peer | accepts | up-missing", "not four columns"),
            ("peer | accepts | up-missing | Flags | More", "not four columns"),
            ("peer | allows | up-missing | Flags", "the direction is neither `accepts` nor `rejects`"),
            ("peer | accepts | origin-mismatch | Other", "repeated"),
        ] {
            assert_eq!(found(line), [Finding::at(LIST, 4, what)], "{line}");
        }
    }
}
