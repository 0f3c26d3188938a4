//! The documents: crates and dependencies with their reasons, links, and examples.

use std::collections::BTreeSet;

use crate::{finding::Finding, tree::has_extension, workspace::Workspace};

const ARCHITECTURE: &str = "docs/ARCHITECTURE.md";
const README: &str = "README.md";
/// The section whose table gives the reason of each dependency.
const DEPENDENCIES: &str = "## Dependencies";
/// The section whose table lists the crates.
const LAYERS: &str = "## Layers";

pub(super) fn everything_is_documented(workspace: &Workspace) -> Vec<Finding> {
    let text = workspace.tree.get(ARCHITECTURE).unwrap_or_default();
    let ours: BTreeSet<_> = workspace.packages.iter().map(|package| package.name.as_str()).collect();
    let used = workspace.packages.iter().flat_map(|package| &package.dependencies).map(String::as_str);
    let foreign: BTreeSet<_> = used.filter(|name| !ours.contains(name)).collect();
    let mut findings = compare(&table(text, LAYERS), &ours, "crate");
    findings.extend(compare(&table(text, DEPENDENCIES), &foreign, "dependency"));
    findings
}

/// A table's first column, each name with the rest of its row, below a heading.
fn table<'a>(text: &'a str, heading: &str) -> Vec<(&'a str, &'a str)> {
    let section = text.lines().skip_while(|line| *line != heading).skip(1);
    let section = section.take_while(|line| !line.starts_with("## "));
    let rows = section.filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    rows.map(|(name, rest)| (name, rest.trim_matches([' ', '|']))).collect()
}

fn compare(rows: &[(&str, &str)], wanted: &BTreeSet<&str>, kind: &str) -> Vec<Finding> {
    let find = |what| Finding::new(ARCHITECTURE, what);
    let named: BTreeSet<_> = rows.iter().map(|(name, _)| *name).collect();
    let missing = wanted.difference(&named).map(|name| find(format!("{kind} `{name}` is not in its table")));
    let stale =
        named.difference(wanted).map(|name| find(format!("{kind} `{name}` is in its table and not used")));
    let bare = rows.iter().filter(|(_, rest)| rest.is_empty());
    let bare = bare.map(|(name, _)| find(format!("{kind} `{name}` has no reason")));
    missing.chain(stale).chain(bare).collect()
}

pub(super) fn links_lead_somewhere(workspace: &Workspace) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut linked = BTreeSet::new();
    for (path, text) in workspace.tree.files().filter(|(path, _)| has_extension(path, "md")) {
        for (number, line) in (1..).zip(text.lines()) {
            for target in links(line).filter_map(|target| resolve(path, target)) {
                if path == README || path == ARCHITECTURE {
                    linked.insert(target.clone());
                }
                let folder = format!("{target}/");
                let exists =
                    workspace.tree.files().any(|(path, _)| path == target || path.starts_with(&folder));
                if !exists {
                    findings.push(Finding::at(path, number, format!("the link to `{target}` leads nowhere")));
                }
            }
        }
    }
    let documents = workspace
        .tree
        .files()
        .map(|(path, _)| path)
        .filter(|path| (path.starts_with("docs/") || !path.contains('/')) && has_extension(path, "md"));
    for path in documents.filter(|path| ![ARCHITECTURE, README].contains(path) && !linked.contains(*path)) {
        findings.push(Finding::new(path, format!("neither {README} nor {ARCHITECTURE} links it")));
    }
    findings
}

/// The targets of `[…](target)` in a line.
pub(super) fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
}

/// The path from the root that a link leads to; `None` if it leads out of the repository.
pub(super) fn resolve(from: &str, target: &str) -> Option<String> {
    let target = target.split('#').next().unwrap_or_default();
    if target.is_empty() || target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// An example that is not compiled is wrong before long.
pub(super) fn examples_are_compiled(workspace: &Workspace) -> Vec<Finding> {
    let with_rust = workspace.tree.files().filter(|(path, text)| {
        has_extension(path, "md") && text.lines().any(|line| line.trim_start().starts_with("```rust"))
    });
    let compiled: BTreeSet<_> = workspace
        .tree
        .rust()
        .filter(|(path, _)| path.starts_with("crates/"))
        .flat_map(|(path, text)| {
            let included = text.split("#[doc = include_str!(\"").skip(1);
            included.filter_map(|rest| resolve(path, rest.split_once('"')?.0)).collect::<Vec<_>>()
        })
        .collect();
    with_rust
        .filter(|(path, _)| !compiled.contains(*path))
        .map(|(path, _)| Finding::new(path, "no crate includes it, so its Rust is not compiled"))
        .collect()
}

/// The pages whose examples readers copy.
const RUN: [&str; 4] = ["docs/guide/", "docs/concepts/", "docs/migrating/", "docs/FAQ.md"];

/// An example that is compiled and never run hides errors at run time.
pub(super) fn examples_of_guides_are_run(workspace: &Workspace) -> Vec<Finding> {
    let guides = workspace.tree.files().filter(|(path, _)| RUN.iter().any(|pages| path.starts_with(pages)));
    let mut findings = Vec::new();
    for (path, text) in guides.filter(|(path, _)| has_extension(path, "md")) {
        let mut block: Option<(usize, Vec<&str>)> = None;
        for (number, line) in (1..).zip(text.lines()) {
            match (&mut block, line.strip_prefix("```")) {
                (None, Some(info)) if info.starts_with("rust") => {
                    if info != "rust" {
                        findings.push(Finding::at(path, number, format!("`{info}`: the example is not run")));
                    }
                    block = Some((number, Vec::new()));
                }
                (Some((start, lines)), Some(_)) => {
                    let code = || lines.iter().map(|line| line.trim_start_matches("# "));
                    // What rustdoc runs is `main`, or else the whole block as its body.
                    let defines = |word: &str| code().any(|line| line.starts_with(word));
                    if defines("fn ") && !defines("fn main(") && !defines("async fn main(") {
                        findings.push(Finding::at(path, *start, "the example has functions and no `main`"));
                    }
                    block = None;
                }
                (Some((_, lines)), None) => lines.push(line),
                (None, _) => {}
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Package;

    fn documented(text: &str) -> usize {
        let mut workspace = Workspace::of(&[(ARCHITECTURE, text)]);
        let package = |name: &str, dependencies: &[&str]| Package {
            name: name.to_owned(),
            dependencies: dependencies.iter().map(|name| (*name).to_owned()).collect(),
            ..Package::default()
        };
        workspace.packages = vec![package("one", &["serde"]), package("two", &["one", "serde"])];
        everything_is_documented(&workspace).len()
    }

    #[test]
    fn crates_and_dependencies_have_their_rows() {
        let good =
            "## Layers\n| `one` | a | b |\n| `two` | c | d |\n## Dependencies\n| `serde` | why |\n## More\n";
        assert_eq!(documented(good), 0);
        assert_eq!(documented(&good.replace("| `two` | c | d |\n", "")), 1, "a crate is missing");
        assert_eq!(documented(&good.replace("| `serde` | why |\n", "")), 1, "a dependency is missing");
        assert_eq!(documented(&good.replace(" why |", " |")), 1, "a dependency has no reason");
        assert_eq!(documented(&good.replace("## More", "| `coset` | why |")), 1, "a dependency is not used");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_found() {
        let links = |readme: &str| {
            links_lead_somewhere(&Workspace::of(&[(README, readme), ("docs/A.md", "[up](../README.md#x)")]))
        };
        assert_eq!(links("[a](docs/A.md) [b](https://example.org/x) [c](#here) [d](docs)"), []);
        assert_eq!(links("[a](docs/A.md)\n[b](docs/B.md)").first().and_then(|finding| finding.line), Some(2));
    }

    #[test]
    fn a_document_that_nobody_links_is_found() {
        let found =
            |readme| links_lead_somewhere(&Workspace::of(&[(README, readme), ("docs/A.md", "")])).len();
        assert_eq!(found("see [a](docs/A.md)"), 0);
        assert_eq!(found("see docs/A.md"), 1);
        let root = [(README, "[a](A.md)"), ("A.md", ""), ("B.md", ""), ("crates/a/README.md", "")];
        let found = links_lead_somewhere(&Workspace::of(&root));
        assert_eq!(found.iter().map(|finding| finding.path.as_str()).collect::<Vec<_>>(), ["B.md"]);
    }

    #[test]
    fn an_example_of_a_guide_that_nothing_runs_is_found() {
        let found = |text| examples_of_guides_are_run(&Workspace::of(&[("docs/guide/a.md", text)])).len();
        assert_eq!(
            found("```rust\n# fn main() {}\n# fn b() {}\n```\n```sh\nfn a\n```\n```rust\nlet a = 1;\n```"),
            0
        );
        assert_eq!(found("```rust\n# fn example(a: u8) {\nlet b = a;\n# }\n```"), 1);
        assert_eq!(found("```rust,no_run\n# fn main() {}\n```"), 1);
        let question = Workspace::of(&[("docs/FAQ.md", "```rust,ignore\nlet a = 1;\n```")]);
        assert_eq!(examples_of_guides_are_run(&question).len(), 1);
    }

    #[test]
    fn an_example_that_no_crate_includes_is_found() {
        let found = |source| {
            let text = "# A\n\n```rust\nfn a() {}\n```\n";
            let files = [("docs/A.md", text), ("docs/B.md", "```sh\n"), ("crates/a/src/lib.rs", source)];
            examples_are_compiled(&Workspace::of(&files)).len()
        };
        assert_eq!(found("#[doc = include_str!(\"../../../docs/A.md\")]\nstruct A;\n"), 0);
        assert_eq!(found("#[doc = include_str!(\"../../docs/A.md\")]\nstruct A;\n"), 1);
        assert_eq!(found(""), 1);
    }
}
