//! What the checks and the book read in Markdown: lines outside code, links, and the anchors of headings.

use std::collections::BTreeMap;

/// A block of code.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    /// The line of its fence, from 1.
    pub(crate) line: usize,
    /// What follows the fence, such as `rust`.
    pub(crate) info: &'a str,
    pub(crate) lines: Vec<&'a str>,
}

/// The lines outside blocks of code, with their numbers from 1.
pub(crate) fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut fenced = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = is_fence(line);
        fenced ^= fence;
        !fence && !fenced
    })
}

/// The blocks of code.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut open): (Vec<_>, Option<Block<'_>>) = (Vec::new(), None);
    for (line, content) in (1..).zip(text.lines()) {
        match &mut open {
            Some(_) if is_fence(content) => blocks.extend(open.take()),
            Some(block) => block.lines.push(content),
            None if is_fence(content) => {
                let info = content.trim_start().trim_start_matches('`');
                open = Some(Block { line, info, lines: Vec::new() });
            }
            None => {}
        }
    }
    blocks
}

fn is_fence(line: &str) -> bool {
    line.trim_start().starts_with("```")
}

/// The targets of `[…](target)` in a line, outside code, or that of the line `[…]: target`.
pub(crate) fn links(line: &str) -> Vec<&str> {
    if let Some(target) = defined(line) {
        return vec![target];
    }
    let mut targets = Vec::new();
    let (mut rest, mut code) = (line, false);
    while let Some(at) = rest.find(['`', ']']) {
        let after = rest.get(at..).unwrap_or_default();
        if let Some(after) = after.strip_prefix('`') {
            code = !code;
            rest = after;
        } else if let (false, Some(after)) = (code, after.strip_prefix("](")) {
            let (target, after) = after.split_once(')').unwrap_or((after, ""));
            targets.push(target);
            rest = after;
        } else {
            rest = after.get(1..).unwrap_or_default();
        }
    }
    targets
}

/// The target of a [definition of a link](https://spec.commonmark.org/0.31.2/#link-reference-definition).
fn defined(line: &str) -> Option<&str> {
    line.strip_prefix('[')?.split_once(']')?.1.strip_prefix(": ")?.split_whitespace().next()
}

/// The path from the root that a link of a file leads to, and the anchor; `None` if it leads out of the repository.
pub(crate) fn resolve<'a>(from: &str, target: &'a str) -> Option<(String, Option<&'a str>)> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    if path.is_empty() {
        return Some((from.to_owned(), anchor));
    }
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Some((parts.join("/"), anchor))
}

/// The path from the folder of one file to another.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let folders: Vec<_> = from.split('/').collect();
    let folders = folders.split_last().map_or(&[][..], |(_, folders)| folders);
    let names: Vec<_> = to.split('/').collect();
    let common = folders.iter().zip(&names).take_while(|(a, b)| a == b).count();
    let up = folders.len().saturating_sub(common);
    "../".repeat(up) + &names.get(common..).unwrap_or_default().join("/")
}

/// The anchors of the headings, as forges and mdBook make them: a second one of a name ends with `-1`.
pub(crate) fn anchors(text: &str) -> Vec<String> {
    let mut used: BTreeMap<String, usize> = BTreeMap::new();
    let headings = prose(text).filter_map(|(_, line)| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len()).then_some(title).and_then(|title| title.strip_prefix(' '))
    });
    let anchor = |title: &str| {
        let slug = slug(title);
        let count = used.entry(slug.clone()).or_default();
        let anchor = if *count == 0 { slug } else { format!("{slug}-{count}") };
        *count += 1;
        anchor
    };
    headings.map(anchor).collect()
}

/// Letters, digits, `-` and `_` in lower case, with `-` for spaces. Of a link only its text counts.
fn slug(title: &str) -> String {
    let mut text = title.trim().to_owned();
    while let Some((start, middle, end)) = text.find("](").and_then(|middle| {
        Some((text.get(..middle)?.rfind('[')?, middle, middle + text.get(middle..)?.find(')')?))
    }) {
        let inner = text.get(start + 1..middle).unwrap_or_default().to_owned();
        text.replace_range(start..=end, &inner);
    }
    let letters = text.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' '));
    letters.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_those_outside_code() {
        assert_eq!(links("[a](b) `[c](d)` ![e](f#g) [h] (i) [`j`](k)"), ["b", "f#g", "k"]);
        assert_eq!(links("[`a`]: b#c \"d\""), ["b#c"]);
        assert_eq!(links("[a](b) [c]: d"), ["b"]);
        let text = "[a](b)\n```rust\n[c](d)\n```\n[e](f)\n";
        assert_eq!(prose(text).collect::<Vec<_>>(), [(1, "[a](b)"), (5, "[e](f)")]);
    }

    #[test]
    fn blocks_have_their_line_and_language() {
        let text = "a\n```rust\nlet b;\n```\n  ```sh\nc\n  ```\n";
        let blocks = blocks(text);
        assert_eq!(blocks[0], Block { line: 2, info: "rust", lines: vec!["let b;"] });
        assert_eq!((blocks[1].info, blocks.len()), ("sh", 2));
    }

    #[test]
    fn targets_are_paths_from_the_root() {
        assert_eq!(resolve("docs/a/B.md", "../C.md#d"), Some(("docs/C.md".into(), Some("d"))));
        assert_eq!(resolve("docs/a/B.md", "../../README.md"), Some(("README.md".into(), None)));
        assert_eq!(resolve("docs/B.md", "#d"), Some(("docs/B.md".into(), Some("d"))));
        assert_eq!(resolve("docs/B.md", "https://example.org/#d"), None);
    }

    #[test]
    fn relative_paths_lead_from_file_to_file() {
        assert_eq!(relative("a/b.md", "a/c.md"), "c.md");
        assert_eq!(relative("a/b.md", "d/c.md"), "../d/c.md");
        assert_eq!(relative("b.md", "d/c.md"), "d/c.md");
        assert_eq!(relative("a/d/b.md", "c.md"), "../../c.md");
    }

    #[test]
    fn anchors_are_those_of_forges() {
        let text =
            "# One: two\n\n```sh\n# no heading\n```\n## `a-b` and [C](d.md)!\n## One two\n#tag\n### Über_x\n";
        assert_eq!(anchors(text), ["one-two", "a-b-and-c", "one-two-1", "über_x"]);
    }
}
