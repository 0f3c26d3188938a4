//! The differences from other libraries that are known, and their explanations in a document.

use std::collections::BTreeSet;

use crate::{finding::Finding, workspace::Workspace};

/// The list: the last column is a heading of the document.
const LIST: &str = "benches/differential/known.txt";
const DOCUMENT: &str = "docs/DIVERGENCES.md";

pub(super) fn every_difference_is_explained(workspace: &Workspace) -> Vec<Finding> {
    let list = workspace.tree.get(LIST).unwrap_or_default();
    let entries = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let named: BTreeSet<_> =
        entries.filter_map(|line| line.rsplit_once(" | ")).map(|(_, heading)| heading).collect();
    let document = workspace.tree.get(DOCUMENT).unwrap_or_default();
    let headings: BTreeSet<_> = document.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let missing = named.difference(&headings).map(|heading| format!("no explanation `{heading}`"));
    let surplus = headings.difference(&named).map(|heading| format!("no difference leads to `{heading}`"));
    missing.chain(surplus).map(|what| Finding::new(DOCUMENT, what)).collect()
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
}
