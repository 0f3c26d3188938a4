//! Links to a place in a document name one of its headings.

use std::collections::BTreeMap;

use super::documents::{links, resolve};
use crate::{finding::Finding, tree::has_extension, workspace::Workspace};

pub(super) fn links_name_a_heading(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in workspace.tree.files().filter(|(path, _)| has_extension(path, "md")) {
        for (number, line) in outside_of_code(text) {
            for link in links(line) {
                let Some((target, place)) = link.split_once('#') else { continue };
                // A link out of the repository has no path here.
                let to = if target.is_empty() { Some(path.to_owned()) } else { resolve(path, target) };
                let Some(other) = to.as_deref().and_then(|to| workspace.tree.get(to)) else { continue };
                if !places(other).iter().any(|heading| heading == place) {
                    findings.push(Finding::at(path, number, format!("`{link}` names no heading")));
                }
            }
        }
    }
    findings
}

/// The names that headings have in links, as GitHub and mdBook make them.
fn places(text: &str) -> Vec<String> {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    let headings = outside_of_code(text).filter_map(|(_, line)| {
        let marks = line.len() - line.trim_start_matches('#').len();
        (1..=6).contains(&marks).then(|| line.trim_start_matches('#').strip_prefix(' ')).flatten()
    });
    headings
        .map(|heading| {
            let place = place(heading);
            let before = count.entry(place.clone()).or_default();
            *before += 1;
            if *before == 1 { place } else { format!("{place}-{}", *before - 1) }
        })
        .collect()
}

fn place(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The lines that are not code, counted from 1.
fn outside_of_code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        !in_code && !is_fence
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_named_as_on_github() {
        let text = "# The `a_b`: one, two\n```\n# code\n```\n## Twice\n## Twice\n####### seven\n#tag\n";
        assert_eq!(places(text), ["the-a_b-one-two", "twice", "twice-1"]);
    }

    #[test]
    fn a_link_to_a_heading_that_is_not_there_is_found() {
        let found = |link: &str| {
            let files = [("docs/A.md", &*format!("# Here\n[a]({link})\n")), ("docs/b/B.md", "# There\n")];
            links_name_a_heading(&Workspace::of(&files)).len()
        };
        for link in ["#here", "b/B.md#there", "b/B.md", "https://example.org/#x", "../src/a.rs#L1"] {
            assert_eq!(found(link), 0, "{link}");
        }
        for link in ["#there", "b/B.md#here", "b/B.md#There"] {
            assert_eq!(found(link), 1, "{link}");
        }
    }
}
